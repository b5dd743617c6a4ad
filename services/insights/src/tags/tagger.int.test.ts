import { EVENTS, FEATURES } from '@ebb/contracts/topics'
import { WINDOW_TOTALS, type WindowTotals } from '@ebb/customer/windows'
import type { Postgres } from '@ebb/postgres/postgres-client'
import { NO_TELEMETRY } from '@ebb/runtime/telemetry/telemetry'
import { onlyGeneration } from '@ebb/streaming/generation'
import { usePostgres } from '@ebb/testkit/engines'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  append,
  DAY_MS,
  featuresRecord,
  identifyRecord,
  NOON,
  openSchema,
  rhythmOf,
  SCORING,
  SILENT,
  tick,
  type WaitingLog,
  waitingLog,
} from '../insights-fixture.ts'
import { keepReadModels } from '../read-models.ts'
import { applyTags, tagsInForce } from './rule-versions.ts'
import type { HeardCustomer } from './tag-rows.ts'
import { tagger } from './tagger.ts'

const server = await usePostgres()

const totals = (over: Partial<WindowTotals> = {}): WindowTotals => ({
  ...(Object.fromEntries(WINDOW_TOTALS.map((name) => [name, 0])) as WindowTotals),
  ...over,
})

/** What features would answer: so many product views a week. */
const heardOf = (customerId: string, at: number, views: number): HeardCustomer => {
  const { orders, lastOrderId } = rhythmOf(10)
  const [none, seen] = [totals(), totals({ productViews: views })]
  return {
    ...{ customerId, asOf: new Date(at).toISOString(), rhythm: { orders, lastOrderId } },
    windows: { d1: none, d7: seen, d30: seen, d90: seen, lifetime: seen },
    tastes: { categories: [], brands: [], channels: [], devices: [] },
  }
}

const rules = (tags: Readonly<Record<string, string>>): string =>
  JSON.stringify({ tags: Object.entries(tags).map(([tag, when]) => ({ tag, when })) })
const RULES = rules({
  looking: 'productViews.d7 > 0',
  'ordered-lately': 'daysSinceOrder < 20.0',
  gold: 'has(profile.plan) && profile.plan == "gold"',
})

describe.skipIf(server === undefined)('tags', () => {
  let log: WaitingLog
  let postgres: Postgres
  let stop: () => Promise<void>
  /** Of features: its clock, views by customer, and whom it was asked for. */
  let clock: number
  let views: Map<string, number>
  let asked: string[]
  let untold: string[]
  let turn: () => Promise<void>
  let stopping: AbortController
  let meanwhile: () => Promise<void>
  beforeEach(async () => {
    clock = NOON
    log = waitingLog(() => clock)
    postgres = await openSchema(server!.url)
    const tables = await keepReadModels({
      ...{ generations: onlyGeneration({ generation: 0, log }), postgres, scoring: SCORING },
      ...{ timeZone: 'Europe/Berlin', kind: 'live', logger: SILENT, telemetry: NO_TELEMETRY },
      now: () => NOON,
      onHalt: (error) => {
        throw error
      },
    })
    stop = async () => {
      await tables.stop()
      await postgres.close()
    }
    ;[views, asked, untold] = [new Map(), [], []]
    stopping = new AbortController()
    meanwhile = async () => {}
    turn = newTagger()
  })
  afterEach(() => stop())

  const newTagger = () =>
    tagger(
      {
        ...{ postgres, batch: 2, timeZone: 'Europe/Berlin', currency: 'EUR' },
        hear: async (keys) => {
          asked.push(...keys)
          await meanwhile()
          return new Map(
            keys
              .filter((key) => views.has(key))
              .map((key) => [key, heardOf(key, clock, views.get(key)!)]),
          )
        },
        onUntold: (tag) => untold.push(tag),
        onFault: () => {},
      },
      stopping.signal,
    )
  const see = async (customerId: string, seen: number, version = '0.1.0'): Promise<void> => {
    views.set(customerId, seen)
    await append(log, FEATURES, [featuresRecord(customerId, version)])
    await log.settled()
  }
  const tickTo = async (at: number): Promise<void> => {
    clock = at
    for (const partition of [0, 1]) await log.append({ topic: FEATURES, partition }, [tick(at)])
    await log.settled()
  }
  const tagsIn = async (): Promise<Record<string, string[]>> => {
    const rows = await postgres.query<{ id: string; tags: string[] }>(
      'SELECT customer_id AS id, tags FROM customers ORDER BY 1',
    )
    return Object.fromEntries(rows.map(({ id, tags }) => [id, tags]))
  }
  const askedNow = async (): Promise<string[]> => {
    asked = []
    await turn()
    return asked
  }

  test('without rules nobody is asked for', async () => {
    await see('u:ann', 1)
    await tickTo(NOON)
    expect(await askedNow()).toEqual([])
  })

  test('are told of everybody, in batches, and again only where something changed', async () => {
    for (const [index, name] of ['ann', 'bob', 'cleo', 'dan', 'eve'].entries())
      await see(`u:${name}`, index % 2)
    await tickTo(NOON)
    await applyTags(postgres, RULES, NOON)
    await turn()
    const none = ['ordered-lately']
    const both = ['looking', 'ordered-lately']
    expect(await tagsIn()).toEqual({
      ...{ 'u:ann': none, 'u:bob': both, 'u:cleo': none, 'u:dan': both, 'u:eve': none },
    })
    expect(await askedNow()).toEqual([])
    await see('u:ann', 1, '0.2.0')
    expect(await askedNow()).toEqual(['u:ann'])
    expect((await tagsIn())['u:ann']).toEqual(both)
  })

  test('follow the profile', async () => {
    await see('u:ann', 0)
    await tickTo(NOON)
    await applyTags(postgres, RULES, NOON)
    await turn()
    await append(log, EVENTS, [identifyRecord('ann', { id: 'e1', traits: { plan: 'gold' } })])
    await log.settled()
    expect(await askedNow()).toEqual(['u:ann'])
    expect(await tagsIn()).toEqual({ 'u:ann': ['gold', 'ordered-lately'] })
  })

  test('are told anew when a local day begins by the clock of the log, once', async () => {
    await see('u:ann', 1)
    await see('u:bob', 1)
    // 23:59 in Berlin.
    await tickTo(NOON + 10 * 3_600_000 - 60_000)
    await applyTags(postgres, RULES, NOON)
    await turn()
    views.set('u:ann', 0)
    expect(await askedNow()).toEqual([])
    await tickTo(NOON + 10 * 3_600_000)
    expect(await askedNow()).toEqual(['u:ann', 'u:bob'])
    expect((await tagsIn())['u:ann']).toEqual(['ordered-lately'])
    expect(await askedNow()).toEqual([])
    turn = newTagger()
    expect(await askedNow()).toEqual([])
    await tickTo(NOON + 10 * DAY_MS)
    await turn()
    expect(await tagsIn()).toEqual({ 'u:ann': [], 'u:bob': ['looking'] })
  })

  test('follow the rules: a tag that no rule gives is gone', async () => {
    await see('u:ann', 1)
    await tickTo(NOON)
    expect((await applyTags(postgres, RULES, NOON)).version).toBe(1)
    await turn()
    expect((await applyTags(postgres, RULES, NOON + 1)).version).toBe(1)
    expect(await askedNow()).toEqual([])
    const second = await applyTags(postgres, rules({ new: 'orderDays == 2' }), NOON)
    expect(second.version).toBe(2)
    await turn()
    expect(await tagsIn()).toEqual({ 'u:ann': ['new'] })
    expect((await tagsInForce(postgres)).version).toBe(2)
    await applyTags(postgres, rules({}), NOON)
    await turn()
    expect(await tagsIn()).toEqual({ 'u:ann': [] })
  })

  test('whose condition cannot be told are not given, and counted', async () => {
    await see('u:ann', 1)
    await tickTo(NOON)
    await applyTags(postgres, rules({ gold: 'profile.plan == "gold"', all: 'true' }), NOON)
    await turn()
    expect([await tagsIn(), untold]).toEqual([{ 'u:ann': ['all'] }, ['gold']])
  })

  test('wait while features does not say what the row says', async () => {
    await append(log, FEATURES, [
      featuresRecord('u:ann', '0.1.0', { rhythm: rhythmOf(10, { orders: 3 }) }),
      featuresRecord('u:new', '0.1.0'),
    ])
    views.set('u:ann', 1)
    await tickTo(NOON)
    await applyTags(postgres, RULES, NOON)
    await turn()
    expect(await tagsIn()).toEqual({ 'u:ann': [], 'u:new': [] })
    await see('u:ann', 1, '0.2.0')
    await see('u:new', 1, '0.2.0')
    await turn()
    expect(Object.values(await tagsIn())).toEqual(Array(2).fill(['looking', 'ordered-lately']))
  })

  test('that changed while they were told are told again', async () => {
    await see('u:ann', 1)
    await tickTo(NOON)
    await applyTags(postgres, RULES, NOON)
    // Between the reading of the row and the writing of its tags.
    meanwhile = async () => {
      meanwhile = async () => {}
      await append(log, FEATURES, [featuresRecord('u:ann', '0.2.0')])
      await log.settled()
    }
    await turn()
    views.set('u:ann', 0)
    expect(await askedNow()).toEqual(['u:ann'])
    expect(await tagsIn()).toEqual({ 'u:ann': ['ordered-lately'] })
    expect(await askedNow()).toEqual([])
  })

  test('of older rules never come over those of newer ones, though a process is late', async () => {
    await see('u:ann', 1)
    await tickTo(NOON)
    await applyTags(postgres, RULES, NOON)
    const late = newTagger()
    meanwhile = async () => {
      meanwhile = async () => {}
      await applyTags(postgres, rules({ new: 'orderDays == 2' }), NOON)
      await turn()
    }
    await late()
    await turn()
    expect(await tagsIn()).toEqual({ 'u:ann': ['new'] })
  })

  test('that cannot be applied are refused, and change nothing', async () => {
    await expect(applyTags(postgres, rules({ a: 'orders.d91 > 1' }), NOON)).rejects.toMatchObject({
      code: 'EBB_TAGS_INVALID',
      message: expect.stringContaining('tags[0].when, character 8: No such key: d91.'),
    })
    expect((await tagsInForce(postgres)).version).toBe(0)
  })
})
