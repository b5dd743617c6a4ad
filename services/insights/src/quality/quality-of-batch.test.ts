import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY_MS, NOON } from '../insights-fixture.ts'
import { type CountRow, newTally } from './counter.ts'
import { ordered, viewed } from './quality-fixture.ts'
import { countEvents, type Visitors } from './quality-of-batch.ts'
import { MOST_VIEWS_A_MINUTE } from './visitor-rate.ts'

const ZONE = 'America/New_York'
const SHOP = { timeZone: ZONE, kind: 'live' } as const

/** Counts of several batches as one. */
const summed = (rows: readonly CountRow[]): CountRow[] => {
  const tally = newTally()
  for (const { counter, count, ...at } of rows) tally.add(at, counter as never, count)
  return tally.rows().sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

const anEvent = fc
  .record({
    person: fc.constantFrom('ann', 'bob'),
    source: fc.constantFrom('web', 'app'),
    // Two days, and now and then a whole minute later.
    receivedAt: fc.integer({ min: 0, max: 40 }).map((step) => NOON + step * (DAY_MS / 20)),
    lateMs: fc.constantFrom(0, 0, 0, 500, 61_000, DAY_MS),
    isOrder: fc.boolean(),
  })
  .map(({ person, source, receivedAt, lateMs, isOrder }): CanonicalEvent => {
    const over = {
      source,
      receivedAt,
      occurredAt: receivedAt - lateMs,
      customer: { userId: person },
    }
    return isOrder ? ordered('o1', over) : viewed('1', over)
  })

/** Events, some of them many times over. */
const events = fc
  .array(fc.tuple(anEvent, fc.constantFrom(1, 1, 2, MOST_VIEWS_A_MINUTE + 5)), { maxLength: 12 })
  .map((list) => list.flatMap(([event, times]) => Array<CanonicalEvent>(times).fill(event)))

test('any split into batches gives the same counts', () => {
  fc.assert(
    fc.property(events, fc.array(fc.nat({ max: 200 })), (all, cuts) => {
      const visitors: Visitors = new Map()
      const ends = [...cuts, all.length].sort((a, b) => a - b)
      const rows = ends.flatMap((end, index) =>
        countEvents(all.slice(ends[index - 1] ?? 0, end), visitors, SHOP),
      )
      expect(summed(rows)).toEqual(summed(countEvents(all, new Map(), SHOP)))
    }),
  )
})

const countOf = (all: readonly CanonicalEvent[], counter: string): number =>
  countEvents(all, new Map(), { ...SHOP, timeZone: 'UTC' }).find((row) => row.counter === counter)
    ?.count ?? 0

const views = (count: number, over: Partial<CanonicalEvent> = {}): CanonicalEvent[] =>
  Array.from({ length: count }, (_, at) => viewed(`view ${at}`, over))

test('more views within a minute than a person can have are fast, all of them', () => {
  expect(countOf(views(MOST_VIEWS_A_MINUTE), 'fast')).toBe(0)
  expect(countOf(views(MOST_VIEWS_A_MINUTE + 1), 'fast')).toBe(MOST_VIEWS_A_MINUTE + 1)
  expect(countOf(views(MOST_VIEWS_A_MINUTE + 3), 'fast')).toBe(MOST_VIEWS_A_MINUTE + 3)
})

test('a history that is posted at once is not fast, nor are many people together', () => {
  const history = views(100, { occurredAt: NOON - DAY_MS })
  const people = views(100).map((view, at) => ({ ...view, customer: { userId: `user ${at}` } }))
  const spread = views(100).map((view, at) => ({ ...view, occurredAt: NOON - at * 2_000 }))
  expect([history, people, spread].map((each) => countOf(each, 'fast'))).toEqual([0, 0, 0])
})

test('orders, however many, are not fast', () => {
  expect(countOf(Array(100).fill(ordered('o1')), 'fast')).toBe(0)
})

test('the day is that of the shop, by when it came', () => {
  const days = (timeZone: string) =>
    countEvents([viewed('1', { receivedAt: Date.UTC(2026, 5, 1, 2) })], new Map(), {
      ...SHOP,
      timeZone,
    })[0]?.day
  expect([days('UTC'), days(ZONE)]).toEqual([20_605, 20_604])
})

test('how long events are on their way is not counted on the clock of a demonstration', () => {
  const late = viewed('1', { occurredAt: NOON - DAY_MS, sentAt: NOON - DAY_MS })
  const counters = (kind: 'live' | 'demonstration') =>
    countEvents([late], new Map(), { ...SHOP, kind }).map(({ counter }) => counter)
  const ofTransit = counters('live').filter((each) => !counters('demonstration').includes(each))
  expect(ofTransit.map((each) => each.replace(/:.*/, '')).sort()).toEqual([
    ...['lateness', 'sent', 'skew', 'skewed'],
  ])
})
