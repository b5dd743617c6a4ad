import { ALERTS, FEATURES } from '@ebb/contracts/topics'
import { DAY_MS } from '@ebb/customer/calendar'
import { featuresDefinition } from '@ebb/features/features-definition'
import { readGrades } from '@ebb/insights/grading/grades-page'
import { grader } from '@ebb/insights/grading/keep-grades'
import type { ModelScoring } from '@ebb/insights/grading/model-in-force'
import { openSchema, SILENT, type WaitingLog, waitingLog } from '@ebb/insights/insights-fixture'
import { keepReadModels } from '@ebb/insights/read-models'
import type { Postgres } from '@ebb/postgres/postgres-client'
import { NO_TELEMETRY } from '@ebb/runtime/telemetry/telemetry'
import { scorerDefinition } from '@ebb/scorer/scorer-definition'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import { demoShop } from '@ebb/simulator/demo-shop'
import type { EventLog } from '@ebb/streaming/event-log'
import { onlyGeneration } from '@ebb/streaming/generation'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import { runProcessorToEnd } from '@ebb/streaming/run-to-end'
import { usePostgres } from '@ebb/testkit/engines'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { checkGrades } from '../doctor/grades.ts'
import {
  alertsIn,
  ordersOf,
  PARTITIONS,
  play,
  trueAlerts,
  trueScores,
  worthOf,
} from './played-orders-fixture.ts'

const server = await usePostgres()

const START = Date.UTC(2026, 0, 1)
const SPAN = { from: START, until: START + 730 * DAY_MS }
/** The demonstration's shop, with more shoppers: a hundredth of them a day is to say something. */
const SHOP = {
  ...demoShop(START),
  arrivals: { founders: 600, foundingDays: 30, perDayAfterwards: 1 },
}
const ORDERS = ordersOf(SHOP, SPAN)

/** Takes those who order often for gone at once, and those who ordered once for loyal. */
const UPSIDE_DOWN: ModelScoring = {
  ...SHIPPED_SCORING,
  model: { kind: 'bg-nbd', parameters: { r: 20, alpha: 5, a: 50, b: 0.1 } },
  modelVersion: 'upside-down',
}

/** As they come in life: before their horizon is over, by the clock of the features. */
const alertsFirst = (log: WaitingLog): EventLog => ({
  ...log,
  consume: (group, topic, listener) =>
    log.consume(group, topic, {
      ...listener,
      batch: async (...batch) => {
        if (topic === FEATURES) await log.settled(ALERTS)
        return listener.batch(...batch)
      },
    }),
})

describe.skipIf(server === undefined)('two years of the simulated shop', () => {
  // No tick is ahead of the time at which it was appended.
  const log = waitingLog(() => SPAN.until)
  beforeAll(async () => {
    await play(log, ORDERS, SPAN)
    const shop = { timeZone: 'UTC', currency: SHOP.currency }
    await runProcessorToEnd(featuresDefinition(shop), { log, store: memoryPartitionStore() })
    await runProcessorToEnd(scorerDefinition(SHIPPED_SCORING), {
      ...{ log, store: memoryPartitionStore() },
    })
  }, 300_000)
  const open: Postgres[] = []
  afterEach(async () => {
    for (const postgres of open.splice(0)) await postgres.close()
  })

  /** What insights keeps of it, with one model all the time. */
  const read = async (scoring: ModelScoring): Promise<Postgres> => {
    const postgres = await openSchema(server!.url)
    open.push(postgres)
    const tables = await keepReadModels({
      ...{
        generations: onlyGeneration({ generation: 0, log: alertsFirst(log) }),
        postgres,
        scoring,
      },
      ...{ logger: SILENT, telemetry: NO_TELEMETRY, timeZone: 'UTC', kind: 'live' },
      now: () => SPAN.until,
      onHalt: (error) => {
        throw error
      },
    })
    await log.settled()
    await tables.stop()
    return postgres
  }

  const gradesOf = async (postgres: Postgres, scoring: ModelScoring) => {
    await grader({ postgres, timeZone: 'UTC', onGraded: async () => {} })()
    return readGrades(postgres, { scoring, timeZone: 'UTC' })
  }
  test('is graded as its orders say', { timeout: 300_000 }, async () => {
    const postgres = await read(SHIPPED_SCORING)
    const scores = await postgres.query(
      `SELECT customer_id AS "customerId", partition, at, risk, silent_days AS "silentDays",
         is_quiet AS "isQuiet" FROM graded_risks WHERE tier IS NULL ORDER BY at, customer_id`,
    )
    const truth = trueScores(ORDERS, SPAN, SHIPPED_SCORING)
    expect(truth.length).toBeGreaterThan(3_000)
    expect(await log.partitions(FEATURES)).toBe(PARTITIONS)
    expect(scores).toEqual(truth)
    const told = await postgres.query(
      `SELECT customer_id AS "customerId", at, is_quiet AS "isQuiet" FROM graded_risks
       WHERE tier IS NOT NULL ORDER BY at, customer_id`,
    )
    const alerts = trueAlerts(ORDERS, SPAN, await alertsIn(log))
    expect(alerts.length).toBeGreaterThan(2_000)
    expect(told).toEqual(alerts)

    const { months, versions, beaten, model } = await gradesOf(postgres, SHIPPED_SCORING)
    expect(model).toBe('shipped-1')
    expect(months.map(({ month }) => month).slice(0, 3)).toEqual(['2027-12', '2027-11', '2027-10'])
    // The horizon of 90 days is over for September alone.
    expect(months.filter(({ isComplete }) => isComplete)[0]?.month).toBe('2027-09')
    expect(versions).toEqual(months.map((month) => ({ ...month, model: 'shipped-1' })))
    for (const grade of months) {
      const own = truth.filter(({ at }) => new Date(at).toISOString().startsWith(grade.month))
      expect(grade).toMatchObject({ scored: own.length, ...worthOf(own) })
    }
    expect(beaten).toEqual([])
    // Single risks go when all is known and a month has passed; what they came to stays.
    const kept = await postgres.query('SELECT DISTINCT month FROM graded_risks ORDER BY month')
    expect(kept).toEqual(['2027-09', '2027-10', '2027-11', '2027-12'].map((month) => ({ month })))
    expect(await gradesOf(postgres, SHIPPED_SCORING)).toEqual({ months, versions, beaten, model })
  })

  test('shows a model that is upside down', { timeout: 300_000 }, async () => {
    const postgres = await read(UPSIDE_DOWN)
    const { beaten } = await gradesOf(postgres, UPSIDE_DOWN)
    expect(beaten).toEqual([{ rule: 'silence', months: expect.any(Number) }])
    expect(beaten[0]!.months).toBeGreaterThan(12)
    expect(await checkGrades(postgres, 'UTC')).toEqual({
      ...{ name: 'model', status: 'warn', mend: expect.stringContaining('model-beaten.md') },
      found: expect.stringMatching(/^the rule `silence` was better .* for \d+ months in a row$/),
    })
  })
})
