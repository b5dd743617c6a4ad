import { ALERTS, FEATURES, topicsOf } from '@ebb/contracts/topics'
import { alertsHandler } from '@ebb/insights/alerts/alerts-reader'
import { featuresHandler } from '@ebb/insights/customers/features-reader'
import { heldBy, nextInSql } from '@ebb/insights/customers/held-customers'
import { holdsNow } from '@ebb/insights/customers/partition-known'
import { prepareInsights } from '@ebb/insights/read-models'
import { openPostgres, type Postgres } from '@ebb/postgres/postgres-client'
import { holdOf } from '@ebb/risk/silence/holds'
import { scorerDefinition } from '@ebb/scorer/scorer-definition'
import { DAY_MS, NOON, SETTINGS } from '@ebb/scorer/scorer-fixture'
import { NOTHING_SHARED, readScorerShared } from '@ebb/scorer/scorer-shared'
import { unpackScorerState } from '@ebb/scorer/scorer-state'
import {
  anyOutage,
  anySteps,
  anyVisitedOutage,
  type Said,
  type Step,
  scriptOf,
} from '@ebb/scorer/signals-fixture'
import { isHeld, scoringInForce, standingDueAt, standingRisk } from '@ebb/scorer/standing-risk'
import type { NewRecord } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import { decodePartitionRecord } from '@ebb/streaming/partition-record'
import { runProcessorToEnd } from '@ebb/streaming/run-to-end'
import { uniqueName, usePostgres } from '@ebb/testkit/engines'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'

const server = await usePostgres()
const CUSTOMERS = ['u:ann', 'u:bob']
const TIERS = ['healthy', 'light', 'moderate', 'heavy', 'heavy'] as const

/** What is known of a customer in two places. */
interface Known {
  readonly customerId: string
  readonly stage: number
  /** When something is raised next, ms; null for never, and while they are held. */
  readonly nextAt: number | null
  /** Since when the source of their last order is silent, ms; null where it is not. */
  readonly heldSince: number | null
  /** The scorer knows it: whether an alert of their silence was raised. */
  readonly isTold?: boolean
}

const compare = (a: Known, b: Known) => (a.customerId < b.customerId ? -1 : 1)

/** Scorer and log in memory. */
const shopInMemory = () => {
  const log = memoryEventLog({ topics: topicsOf(1), now: () => NOON + 10_000 * DAY_MS })
  const store = memoryPartitionStore()
  const definition = scorerDefinition(SETTINGS)
  const from = async (topic: string, offset: number) =>
    (await log.read({ topic, partition: 0 }, offset, 100_000)).records
  return {
    from,
    append: async (records: readonly NewRecord[]): Promise<void> => {
      await log.append({ topic: FEATURES, partition: 0 }, records)
      await runProcessorToEnd(definition, { log, store })
    },
    scored: async (): Promise<Known[]> => {
      const { states, position } = await store.read(0, CUSTOMERS)
      const { shared: kept } = decodePartitionRecord(position!.record)
      const shared = kept === undefined ? NOTHING_SHARED : readScorerShared(kept)
      const scoring = scoringInForce(SETTINGS, shared)
      return CUSTOMERS.flatMap((customerId, i) => {
        if (states[i] === undefined) return []
        const state = unpackScorerState(states[i])
        const { stage, rhythm, firstCrossedAt } = standingRisk(state, shared, scoring)
        if (rhythm === null) return []
        const heldSince = isHeld(state, shared) ? holdOf(shared, state.source)!.since : null
        const nextAt = standingDueAt(state, shared, scoring) ?? null
        return [{ customerId, stage, nextAt, heldSince, isTold: firstCrossedAt !== null }]
      })
    },
  }
}

const handlers = {
  [FEATURES]: featuresHandler({
    ...{ scoring: SETTINGS, generation: 0, partitions: 1, timeZone: 'UTC' },
    onSkip: ({ why }) => expect.unreachable(why),
  }),
  [ALERTS]: alertsHandler({ timeZone: 'UTC', onSkip: ({ why }) => expect.unreachable(why) }),
}

const shown = async (postgres: Postgres): Promise<Known[]> => {
  const holds = await holdsNow(postgres)
  const { sql, parameters } = nextInSql(holds, 1)
  const rows = await postgres.query<Omit<Known, 'heldSince'> & { source: string | null }>(
    `SELECT customer_id AS "customerId", stage, source, ${sql} AS "nextAt"
     FROM customers WHERE last_at IS NOT NULL`,
    [...parameters],
  )
  return rows.map(({ source, ...row }) => {
    const held = heldBy(holds, source)
    return { ...row, heldSince: held === undefined ? null : Date.parse(held.since) }
  })
}

const TABLES = 'customers, alerts, partition_clocks, models_in_force, graded_risks, grading_days'

/** What scorer and insights know behind each tick of a script. */
const knownOf = async (
  postgres: Postgres,
  script: readonly Said[],
  turns: readonly boolean[],
): Promise<{ scored: Known[]; shown: Known[]; reopened: boolean }[]> => {
  await postgres.query(`TRUNCATE ${TABLES}`)
  const shop = shopInMemory()
  const read = { [FEATURES]: 0, [ALERTS]: 0 }
  const readOn = async (topic: typeof FEATURES | typeof ALERTS): Promise<void> => {
    const records = await shop.from(topic, read[topic])
    if (records.length === 0) return
    await postgres.transaction((tx) => handlers[topic](tx, records, 0))
    read[topic] += records.length
  }
  const known = []
  let waiting: NewRecord[] = []
  for (const said of script) {
    waiting.push(said.record)
    if (said.kind !== 'tick') continue
    await shop.append(waiting)
    waiting = []
    const isAlertsFirst = turns[known.length] ?? false
    for (const topic of isAlertsFirst ? [ALERTS, FEATURES] : [FEATURES, ALERTS])
      await readOn(topic as typeof FEATURES)
    const reopened = (await shop.from(ALERTS, 0)).some(({ value }) =>
      Buffer.from(value).includes('"reopened"'),
    )
    const [scored, inTables] = [await shop.scored(), await shown(postgres)]
    // What an order that came late brings is due at the clock: a tick of the same instant passes it over.
    const ahead = (all: Known[]) =>
      all
        .sort(compare)
        .map((each) => ({ ...each, nextAt: each.nextAt && Math.max(each.nextAt, said.at) }))
    known.push({ scored: ahead(scored), shown: ahead(inTables), reopened })
  }
  return known
}

let postgres: Postgres
beforeAll(async () => {
  if (server === undefined) return
  const schema = uniqueName('tiers')
  postgres = await openPostgres({ url: server.url, schema, applicationName: 'tier test' })
  await prepareInsights(postgres)
})
afterAll(() => postgres?.close())

const withoutVisits = (steps: readonly Step[]): Step[] =>
  steps.map((step) => {
    if (step.do !== 'promote') return step
    const { visits: _, ...promoted } = step
    return promoted
  })

/** Without orders told late: what these make due at once, a visit before the next tick puts off. */
const anyVisited = fc.oneof(
  anySteps.map((steps) => steps.filter((step) => step.do !== 'cancel' && step.do !== 'late')),
  anyVisitedOutage,
)

test.skipIf(server === undefined)(
  'at every tick insights shows the tier, the hold and what comes next as the scorer has them',
  async () => {
    const seen = { held: 0, silent: 0, ticks: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(anySteps.map(withoutVisits), anyOutage),
        fc.array(fc.boolean()),
        async (steps, turns) => {
          for (const { scored, shown, reopened } of await knownOf(
            postgres,
            scriptOf(steps),
            turns,
          )) {
            seen.ticks += 1
            seen.held += scored.filter(({ heldSince }) => heldSince !== null).length
            seen.silent += scored.filter(({ stage }) => stage > 0).length
            // An alert that reopens an episode says heavy of who was lost, too.
            const told = (all: readonly Known[]) =>
              all.map(({ stage, nextAt, isTold: _, ...each }) =>
                reopened ? { ...each, tier: TIERS[stage] } : { ...each, stage, nextAt },
              )
            expect(told(shown)).toEqual(told(scored))
          }
        },
      ),
      { numRuns: 120 },
    )
    expect(Math.min(seen.held, seen.silent) / seen.ticks).toBeGreaterThan(0.05)
  },
  120_000,
)

test.skipIf(server === undefined)(
  'so it does where the model knows visits, of who was not told yet',
  async () => {
    let compared = 0
    await fc.assert(
      fc.asyncProperty(anyVisited, fc.array(fc.boolean()), async (steps, turns) => {
        for (const { scored, shown } of await knownOf(postgres, scriptOf(steps), turns)) {
          const untold = scored.filter(({ isTold }) => !isTold)
          compared += untold.filter(({ nextAt }) => nextAt !== null).length
          for (const { isTold: _, ...each } of untold) expect(shown).toContainEqual(each)
        }
      }),
      { numRuns: 120 },
    )
    expect(compared).toBeGreaterThan(100)
  },
  120_000,
)
