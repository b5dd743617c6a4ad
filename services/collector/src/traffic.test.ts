import { TRAFFIC } from '@ebb/contracts/topics'
import type { TrafficRecord } from '@ebb/contracts/traffic-record'
import { createLogger } from '@ebb/runtime/logger'
import type { EventLog } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createCollector } from './collector.ts'
import { memoryPorts, NOON, SHOP, WRITE_KEY } from './collector-fixture.ts'
import { tellTraffic } from './traffic.ts'

const MINUTE_MS = 60_000
const logger = createLogger({ service: 'collector', level: 'silent' })
const newLog = () => memoryEventLog({ topics: [{ name: TRAFFIC, partitions: 1 }], now: () => NOON })

/** Everything in the topic, as it stands there: its key, and what its value says. */
const toldIn = async (log: EventLog) =>
  (await log.read({ topic: TRAFFIC, partition: 0 }, 0, 100_000)).records.map(({ key, value }) => ({
    key,
    ...(JSON.parse(Buffer.from(value).toString('utf8')) as Partial<TrafficRecord>),
  }))

beforeEach(() => {
  vi.useFakeTimers({ now: NOON + 30_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Waits on the timers that are moved on by hand. */
const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
    signal.addEventListener('abort', () => resolve())
  })

/** A clock and timers that are moved on by hand. */
const clock = { now: () => Date.now() }
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('a minute that is over', () => {
  test('is told by source, and behind it that this was all; also where nothing came', async () => {
    const log = newLog()
    const traffic = tellTraffic({ log, clock, logger, wait }, 'one')
    traffic.count('shop', { accepted: 2, refused: 1, spooled: 0 })
    traffic.count('till', { refused: 1 })
    traffic.count('shop', { accepted: 1, refused: 0, spooled: 1 })
    await pass(MINUTE_MS)
    await pass(MINUTE_MS)
    const of = { collector: 'one', run: NOON + 30_000 }
    expect(await toldIn(log)).toEqual([
      { key: 'shop', source: 'shop', minute: NOON, ...of, accepted: 3, refused: 1, spooled: 1 },
      { key: 'till', source: 'till', minute: NOON, ...of, refused: 1 },
      { key: '~collector', minute: NOON, ...of },
      { key: '~collector', minute: NOON + MINUTE_MS, ...of },
    ])
    await traffic.stop()
  })

  test('is told with the first event of the next one, before any timer comes', async () => {
    const log = newLog()
    const traffic = tellTraffic({ log, clock, logger, wait }, 'one')
    traffic.count('shop', { accepted: 1 })
    vi.setSystemTime(NOON + MINUTE_MS)
    traffic.count('till', { accepted: 1 })
    await traffic.stop()
    expect((await toldIn(log)).map(({ key, minute }) => [key, minute])).toEqual([
      ['shop', NOON],
      ['~collector', NOON],
      ['till', NOON + MINUTE_MS],
      ['~collector', NOON + MINUTE_MS],
    ])
  })

  test('in which the process was held is not told: nobody could have heard anything', async () => {
    const log = newLog()
    const traffic = tellTraffic({ log, clock, logger, wait }, 'one')
    vi.setSystemTime(NOON + 600 * MINUTE_MS)
    await pass(1_000)
    await traffic.stop()
    const minutes = (await toldIn(log)).map(({ minute }) => minute)
    expect(minutes).toEqual([NOON, NOON + 600 * MINUTE_MS])
  })
})

test('a minute that ends while the one before has just been told is told, too', async () => {
  for (let turns = 0; turns < 8; turns += 1) {
    const log = newLog()
    const traffic = tellTraffic({ log, clock, logger, wait }, 'one')
    vi.setSystemTime(Date.now() + MINUTE_MS)
    traffic.count('shop', { accepted: 1 })
    for (let turn = 0; turn < turns; turn += 1) await undefined
    await traffic.stop()
    expect((await toldIn(log)).map(({ key }) => key)).toEqual(['~collector', 'shop', '~collector'])
  }
})

describe('while the log is away', () => {
  /** A log that takes nothing while it is away. */
  const awayLog = () => {
    const log = newLog()
    let isAway = true
    const append: EventLog['append'] = async (...given) => {
      if (isAway) throw new TransientError('EBB_LOG_AWAY', 'away')
      return log.append(...given)
    }
    return { log: { ...log, append }, back: () => (isAway = false) }
  }

  test('minutes wait, and are told in their order when it is back', async () => {
    const { log, back } = awayLog()
    const traffic = tellTraffic({ log, clock, logger, wait }, 'one')
    for (let i = 0; i < 5; i += 1) {
      traffic.count('shop', { accepted: i + 1 })
      await pass(MINUTE_MS)
    }
    expect(await toldIn(log)).toEqual([])
    back()
    await pass(10_000)
    const told = (await toldIn(log)).filter(({ key }) => key === 'shop')
    expect(told.map(({ accepted }) => accepted)).toEqual([1, 2, 3, 4, 5])
    await traffic.stop()
  })

  test('the latest day of minutes waits, and no more', async () => {
    const { log, back } = awayLog()
    const traffic = tellTraffic({ log, clock, logger, wait }, 'one')
    for (let i = 0; i < 1_500; i += 1) {
      vi.setSystemTime(NOON + i * MINUTE_MS)
      traffic.count('shop', { accepted: 1 })
    }
    back()
    await pass(20_000)
    const told = (await toldIn(log)).filter(({ key }) => key === 'shop')
    expect(told).toHaveLength(1_440)
    expect(told.at(-1)).toMatchObject({ minute: NOON + 1_498 * MINUTE_MS })
    await traffic.stop()
  })

  test('a collector that is to stop gives up after some seconds', async () => {
    const { log, back } = awayLog()
    const traffic = tellTraffic({ log, clock, logger, wait }, 'one')
    const stopped = traffic.stop()
    await pass(3_000)
    await stopped
    back()
    await pass(MINUTE_MS)
    expect(await toldIn(log)).toEqual([])
  })
})

test('a collector tells what it takes and refuses, and that it leaves', async () => {
  vi.useRealTimers()
  const ports = memoryPorts()
  const { app, stop } = await createCollector(ports, { ...SHOP, name: 'one' })
  const headers = { authorization: `Bearer ${WRITE_KEY}`, 'content-type': 'application/json' }
  const post = (body: string) => app.inject({ method: 'POST', url: '/v1/events', headers, body })
  await post(
    JSON.stringify([{ event: 'A', userId: 'ann' }, { event: 'B' }, { event: 'C', userId: 'b' }]),
  )
  await post('not JSON')
  await app.inject({ method: 'POST', url: '/v1/events', body: '{}' })
  await stop()
  const of = { minute: NOON, collector: 'one', run: NOON }
  expect(await toldIn(ports.log)).toEqual([
    { key: 'storefront', source: 'storefront', ...of, accepted: 2, refused: 2 },
    { key: '~collector', ...of, leaves: true },
  ])
})
