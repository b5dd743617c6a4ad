import { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { messageCodec } from '@ebb/contracts/message-codec'
import { TICK_KEY, tickRecord } from '@ebb/contracts/tick'
import { EVENTS, TOPICS } from '@ebb/contracts/topics'
import { DAY_MS } from '@ebb/customer/calendar'
import { demoShop } from '@ebb/simulator/demo-shop'
import type { EventLog, LogRecord, NewRecord } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { describe, expect, test } from 'vitest'
import {
  demonstrationBeginning,
  demonstrationClock,
  endOfHistory,
  lastInstant,
  lastPosted,
  sendHistory,
} from './demonstration.ts'

const { encode } = messageCodec(CanonicalEvent)
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

describe('what is posted of the shop’s own life', () => {
  const HOUR_MS = 3_600_000
  const event = (id: string, at: number, delay = HOUR_MS): NewRecord => {
    const receivedAt = at + 3 * HOUR_MS
    const value: CanonicalEvent = {
      ...{ id, type: 'page', name: 'page', customer: { userId: 'shopper-1' } },
      ...{ source: 'storefront', sourceRank: 1, properties: {}, context: {} },
      ...{ occurredAt: at + delay, receivedAt, sentAt: receivedAt - delay },
    }
    return { key: 'u:shopper-1', value: encode(value), headers: { ce_id: id } }
  }

  test('reaches to its latest event as the storefront wrote it, behind answers, ticks and others', async () => {
    const log = memoryLog()
    expect(await lastPosted(log)).toBe(0)
    const ticks = Array.from({ length: 1_200 }, (_, i) => tickRecord(TODAY - DAY_MS + i))
    await log.append({ topic: EVENTS, partition: 1 }, [
      event('sim-7-1-8', TODAY - 2 * DAY_MS),
      event('sim-7-1-9', TODAY - DAY_MS),
      ...ticks,
    ])
    await log.append({ topic: EVENTS, partition: 3 }, [event('sim-7-2-1', TODAY - 3 * DAY_MS)])
    // What a start posts again.
    await log.append({ topic: EVENTS, partition: 1 }, [event('sim-7-1-8', TODAY - 2 * DAY_MS)])
    await log.append({ topic: EVENTS, partition: 2 }, [
      event('sim-7-offer-0a-0', TODAY),
      event('0a1b', TODAY),
    ])
    expect(await lastPosted(log)).toBe(TODAY - DAY_MS)
  })
})
