import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { TICK_KEY } from '@ebb/contracts/tick'
import { EVENTS, TOPICS } from '@ebb/contracts/topics'
import { DAY_MS } from '@ebb/customer/calendar'
import { demoShop } from '@ebb/simulator/demo-shop'
import type { EventLog, LogRecord } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { describe, expect, test } from 'vitest'
import {
  demonstrationBeginning,
  demonstrationClock,
  endOfHistory,
  lastInstant,
  sendHistory,
} from './demonstration.ts'

const TODAY = Date.UTC(2026, 4, 20, 15, 30)
const SHOP = demoShop(demonstrationBeginning(TODAY))

const memoryLog = (now = () => endOfHistory(SHOP)): EventLog =>
  memoryEventLog({ topics: TOPICS.map(({ name }) => ({ name, partitions: 4 })), now })

const eventsIn = async (log: EventLog): Promise<readonly (readonly LogRecord[])[]> =>
  Promise.all(
    [0, 1, 2, 3].map(
      async (partition) => (await log.read({ topic: EVENTS, partition }, 0, 100_000)).records,
    ),
  )

const json = ({ value }: LogRecord) => JSON.parse(Buffer.from(value).toString('utf8'))

describe('the clock of a demonstration', () => {
  test('stands where it is held, and goes on from there, never backwards', () => {
    const clock = demonstrationClock(TODAY)
    expect([clock.now(), clock.now()]).toEqual([TODAY, TODAY])
    clock.holdAt(TODAY + DAY_MS)
    expect(clock.now()).toBe(TODAY + DAY_MS)
    clock.run()
    const first = clock.now()
    expect(first).toBeGreaterThanOrEqual(TODAY + DAY_MS)
    expect(clock.now()).toBeGreaterThanOrEqual(first)
    clock.holdAt(TODAY)
    expect(clock.now()).toBe(TODAY)
  })
})

describe('the history of a demonstration', () => {
  test('is 120 days that end at the midnight that begins today', () => {
    expect(SHOP.startAt).toBe(Date.UTC(2026, 0, 20))
    expect(endOfHistory(SHOP)).toBe(Date.UTC(2026, 4, 20))
  })

  test('is sent with its ticks, all of it before its end, and up to it', async () => {
    const log = memoryLog()
    await sendHistory(log, SHOP, new AbortController().signal)
    for (const records of await eventsIn(log)) {
      const ticks = records.filter(({ key }) => key === TICK_KEY).map((record) => json(record).at)
      expect(ticks.at(-1)).toBe(endOfHistory(SHOP))
      expect(ticks).toEqual(ticks.toSorted((a: number, b: number) => a - b))
      const events: CanonicalEvent[] = records.filter(({ key }) => key !== TICK_KEY).map(json)
      expect(events.length).toBeGreaterThan(1_000)
      for (const { occurredAt } of events) {
        expect(occurredAt).toBeGreaterThanOrEqual(SHOP.startAt)
        expect(occurredAt).toBeLessThan(endOfHistory(SHOP))
      }
    }
  })

  test('is the same when a killed process had sent a part of it', async () => {
    const whole = memoryLog()
    await sendHistory(whole, SHOP, new AbortController().signal)
    const expected = await eventsIn(whole)
    const cut = memoryLog()
    for (const [partition, records] of expected.entries())
      await cut.append({ topic: EVENTS, partition }, records.slice(0, 700 * partition))
    for (const _ of ['the rest', 'nothing'])
      await sendHistory(cut, SHOP, new AbortController().signal)
    expect(await eventsIn(cut)).toEqual(expected)
  })
})

describe('the last instant of a log', () => {
  test('is when its latest record was appended, in whichever partition', async () => {
    let now = 0
    const log = memoryLog(() => now)
    expect(await lastInstant(log)).toBe(0)
    const record = { key: 'u:ann', value: Buffer.alloc(1) }
    for (const [at, partition] of [[7, 0] as const, [9, 2] as const, [8, 1] as const]) {
      now = at
      await log.append({ topic: EVENTS, partition }, [record, record])
    }
    expect(await lastInstant(log)).toBe(9)
  })
})
