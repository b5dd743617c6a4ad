import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tickRecord } from '@ebb/contracts/tick'
import { EVENTS } from '@ebb/contracts/topics'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import { featuresDefinition } from '@ebb/features/features-definition'
import { switchesRecord } from '@ebb/runtime/alerts-switch'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CliContext } from '../cli-context.ts'
import {
  appendEvents,
  day,
  live,
  order,
  runToEnd,
  SHOP,
  type TestShop,
  testShop,
} from '../commands/shop-fixture.ts'
import { shopSecond } from '../commands/shop-time.ts'
import type { Status } from './read-status.ts'
import { recentEvents } from './recent-events.ts'
import { scorerStanding } from './scorer-standing.ts'
import { statusCommand } from './status.ts'
import { statusLines } from './status-lines.ts'

/** Nothing listens there. */
const NO_PORT = 1
const PLAIN = { isTerminal: false }
const READY = [{ name: 'features', url: '', isReady: true, status: 200, told: '' }] as const

let shop: TestShop
beforeEach(() => {
  shop = testShop(embeddedEngines)
})
afterEach(() => shop.remove())

const status = (context: CliContext) =>
  statusCommand(context, {
    ...{ host: '127.0.0.1', collectorPort: NO_PORT, featuresPort: NO_PORT },
    ...{ retentionPort: NO_PORT, insightsPort: NO_PORT },
    ...{ collectorUrl: '', featuresUrl: '', retentionUrl: '', insightsUrl: '' },
    marginPercent: 30,
  })

test('what runs is told with what came in and what waits', async () => {
  await shop.owned(async (engines) => {
    await live(engines, [order('anna', day(0))], [day(1)])
    await appendEvents(engines, [order('anna', day(2)), order('anna', day(3))])
    const lines = await shop.run(status)
    expect(lines[0]).toMatch(/^ebb +live, EUR, 2 partitions, .* Europe\/Berlin$/)
    expect(lines[1]).toMatch(/^runs +process \d+ \(a test\), collector no answer, features no/)
    expect(lines[1]).toMatch(/, scorer keeps up, NO TICKS since about /)
    expect(lines[2]).toMatch(/^engines +event log up .*, state store up/)
    expect(lines[3]).toMatch(/^events +3 in the last minute; the last at 2040-01-01/)
    expect(lines[4]).toMatch(/^behind +features 2, scorer 0, heartbeat 0$/)
  })
})

test('a scorer that stands is told by its clock, also where few records wait', async () => {
  await shop.owned(async (engines) => {
    await live(engines, [order('anna', day(0))], [day(1)])
    await engines.log.append({ topic: EVENTS, partition: 0 }, [tickRecord(day(1) + 90_000)])
    await runToEnd(engines, featuresDefinition(SHOP))
    const lines = await shop.run(status)
    expect(lines[1]).toMatch(/, scorer BEHIND \(1 record waits, 90 s late\), NO TICKS since about /)
    const [json] = await shop.run(status, '--json')
    expect(JSON.parse(json!).scorer).toEqual({ keepsUp: false, lag: 1, behindMs: 90_000 })
  })
})

test('a scorer that nobody runs, or that is paused, is told', () => {
  const told = (scorer: Status['scorer'] & object, alertsPaused: boolean): string =>
    statusLines(
      { ...{ now: 0, readers: [], engines: [], scorer, alertsPaused }, services: READY },
      PLAIN,
    )[1]!
  const scorer = { keepsUp: false, lag: 1_001, behindMs: 0, isRead: true }
  expect(told(scorer, false)).toBe('runs       features ready, scorer BEHIND (1,001 records wait)')
  expect(told(scorer, true)).toBe('runs       features ready, scorer paused')
  const nobody = 'runs       features ready, scorer NOT RUNNING (1,001 records wait)'
  expect(told({ ...scorer, isRead: false }, true)).toBe(nobody)
})

test.each([
  ['with a reader', { members: 1 }, { keepsUp: true, isRead: true }],
  ['without one', { members: 0 }, { keepsUp: false, isRead: false }],
])('a scorer %s, and its clock that only counts live', (_, members, expected) => {
  const place = { partition: 0, offset: 5, end: 5, advised: 0 }
  const [features, scorer] = [[{ ...place, clock: 90_000 }], [{ ...place, clock: 1_000 }]]
  const standing = scorerStanding({ features, scorer, isLive: false, ...members })
  expect(standing).toEqual({ lag: 0, behindMs: 0, ...expected })
})

test('a folder where nothing runs says so, and what stands in it all the same', async () => {
  await shop.live([order('anna', day(0))], [day(1)])
  writeFileSync(join(shop.folder, 'owner.json'), '{"pid":0,"what":"ebb up","since":""}')
  const [first, runs] = await shop.run(status)
  expect(first).toMatch(/^ebb +live/)
  expect(runs).toMatch(/^runs +STOPPED since about 20\d\d-.*ago; the last was ebb up$/)
})

test('a live shop whose clock stands says since when, also where all services answer', () => {
  const told = (clock: number): string =>
    statusLines(
      { ...{ now: 100_000, clock, readers: [], engines: [] }, services: READY },
      PLAIN,
    )[1]!
  expect(told(40_000)).toBe('runs       features ready')
  const standing = 'runs       features ready, NO TICKS since about 1970-01-01 00:00:30, 70 s ago'
  expect(told(30_000)).toBe(standing)
  expect(told(160_000)).toBe('runs       features ready')
  const ahead =
    'runs       features ready, NO TICKS before 1970-01-01 00:02:50, in 70 s: the clock '
  expect(told(170_000)).toBe(`${ahead}in the log is ahead of this machine's`)
})

test('an empty folder is no fault', async () => {
  expect(await shop.run(status, '--data', join(shop.folder, 'none'))).toEqual([
    'ebb        no installation is to be seen here; is it the right folder (--data), or the right --namespace?',
    'runs       nothing',
    'engines    event log AWAY (SQLite (node:sqlite))',
  ])
})

test('a pause of alerts stands first in its line, in words that end it', async () => {
  await shop.owned(async (engines) => {
    await live(engines, [], [day(1)])
    const { topic, ...record } = switchesRecord(true)
    await engines.log.append({ topic, partition: 0 }, [record])
  })
  const lines = await shop.run(status)
  expect(lines.find((line) => line.startsWith('alerts'))).toMatch(/PAUSED \(`ebb resume alerts`/)
  const [json] = await shop.run(status, '--json')
  expect(JSON.parse(json!)).toMatchObject({ alertsPaused: true, installation: { kind: 'live' } })
})

test('events are counted from the end, ticks are not, and who sees no end says at least', async () => {
  await shop.owned(async (engines) => {
    const many = Array.from({ length: 2_600 }, (_, i) => order('anna', day(0) + i))
    await live(engines, many.slice(0, 10), [day(1), day(2)])
    const ten = await recentEvents(engines.log, 0)
    expect(ten).toMatchObject({ count: 10, isAtLeast: false })
    expect(await recentEvents(engines.log, ten.lastAt! + 1)).toMatchObject({ count: 0 })
    await appendEvents(engines, many.slice(10))
    expect(await recentEvents(engines.log, 0)).toMatchObject({ count: 2_000, isAtLeast: true })
  })
})

test('standings, alerts and win-backs take a line each, and an engine that is away its reason', () => {
  const coupons = { issued: 2, reserved: 0, redeemed: 1, expired: 1, cancelled: 0 }
  const lines = statusLines(
    {
      ...{ now: day(3), readers: [], services: [] },
      engines: [{ need: 'state store', name: 'Redis', isUp: false, message: 'EBB_REDIS_AWAY' }],
      customers: { healthy: 1_200, light: 3, moderate: 2, heavy: 1, lost: 9 },
      held: [{ source: 'till', since: new Date(day(2)).toISOString(), customers: 1_204 }],
      sources: { judged: 2, learning: 0, silent: [{ source: 'till', since: day(2) }] },
      ...{
        installation: { ...SHOP, partitions: 2, kind: 'live', begunAt: 0, generation: 0 },
        expectedLossMinor: 123_450,
      },
      alerts: [
        { kind: 'at_risk', tier: 'light', count: 5 },
        { kind: 'recovered', tier: 'heavy', count: 2 },
      ],
      winbacks: { mode: 'paused', coupons },
    },
    PLAIN,
  )
  expect(lines.slice(2)).toEqual([
    'engines    state store AWAY (Redis EBB_REDIS_AWAY)',
    `sources    till SILENT since ${shopSecond(day(2), SHOP.timeZone)} (1,204 customers on hold), 2 judged`,
    'customers  1,200 healthy, 3 light, 2 moderate, 1 heavy, 9 lost; ' +
      'expected loss of those at risk 1,234.50 EUR',
    'alerts     7 in the last day, 5 at_risk light, 2 recovered heavy',
    'win-backs  PAUSED (`ebb resume winbacks` lets them go on); 4 coupons issued, 1 redeemed',
  ])
})
