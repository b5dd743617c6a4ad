import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryHistory, arbitraryTimeZone, foldAll, NOON } from './arbitrary-history.ts'
import { DAY_MS } from './calendar.ts'
import type { CustomerEvent } from './customer-event.ts'
import { EMPTY_STATE } from './customer-state.ts'
import { knownPurchases, orderedWithin } from './known-purchases.ts'
import { orderRhythm } from './order-rhythm.ts'

const AFTER_ALL = NOON + 400 * DAY_MS

const stateOf = (events: readonly CustomerEvent[], timeZone: string) =>
  foldAll(
    events.map((event) => ({ event, clock: NOON })),
    timeZone,
  ) ?? EMPTY_STATE

const orderEvent = (name: string, orderId: string, day: number): CustomerEvent => ({
  ...{ id: `${name} ${orderId}`, type: 'track', name, customer: { userId: 'u1' }, sourceRank: 1 },
  ...{ occurredAt: NOON + day * DAY_MS, order: { id: orderId, amountMinor: 1_000 } },
})

const ordered = (orderId: string, day: number) => orderEvent('Order Completed', orderId, day)

describe('knownPurchases', () => {
  test('is the order rhythm, behind all that happened', () => {
    fc.assert(
      fc.property(arbitraryHistory, arbitraryTimeZone, (events, timeZone) => {
        const state = stateOf(events, timeZone)
        const rhythm = orderRhythm(state, timeZone)
        const known = knownPurchases(state, AFTER_ALL, timeZone)
        expect(known?.repeatDays).toBe(rhythm?.repeatDays)
        expect(known?.firstAt).toBe(rhythm?.firstAt)
        expect(known?.lastAt).toBe(rhythm?.lastAt)
      }),
      { numRuns: 200 },
    )
  })

  test('and before that, what a look at that instant would have found', () => {
    const instant = fc.integer({ min: NOON - 120 * DAY_MS, max: NOON + 80 * DAY_MS })
    fc.assert(
      fc.property(arbitraryHistory, instant, (events, until) => {
        // Who then said what only later changed, by other sources or copies, nobody can say any more.
        const plain = events.filter(
          ({ name }) => name === 'Order Completed' || name === 'Order Cancelled',
        )
        const once = [...new Map(plain.map((event) => [`${event.name} ${event.order?.id}`, event]))]
        const all = once.map(([, event]) => event)
        const then = stateOf(
          all.filter(({ occurredAt }) => occurredAt <= until),
          'UTC',
        )
        const known = knownPurchases(stateOf(all, 'UTC'), until, 'UTC')
        const rhythm = orderRhythm(then, 'UTC')
        expect(known?.repeatDays).toBe(rhythm?.repeatDays)
        expect(known?.lastAt).toBe(rhythm?.lastAt)
      }),
      { numRuns: 200 },
    )
  })

  test('an order that was cancelled later counted until then', () => {
    const events = [ordered('o1', 0), ordered('o2', 10), orderEvent('Order Cancelled', 'o2', 12)]
    const state = stateOf(events, 'UTC')
    const repeatDaysAt = (day: number) =>
      knownPurchases(state, NOON + day * DAY_MS, 'UTC')?.repeatDays
    expect([-1, 0, 10, 11, 12].map(repeatDaysAt)).toEqual([undefined, 0, 1, 1, 0])
  })

  test('values are those of the days behind the first, less what was paid back', () => {
    const refund = { ...orderEvent('Order Refunded', 'o3', 21), id: 'r' }
    const events = [
      ...[ordered('o1', 0), ordered('o2', 0.1), ordered('o3', 20), ordered('o4', 20.1)],
      ...[ordered('o5', 30), { ...refund, order: { id: 'o3', refundId: 'r', amountMinor: 400 } }],
    ]
    const known = knownPurchases(stateOf(events, 'UTC'), AFTER_ALL, 'UTC')
    expect(known).toMatchObject({ repeatDays: 2, valuedDays: 2, valuedMinor: 1_600 + 1_000 })
  })
})

test('orders within a span count its end and not its beginning, and none that was cancelled', () => {
  const state = stateOf(
    [ordered('o1', 0), ordered('o2', 5), orderEvent('Order Cancelled', 'o2', 6)],
    'UTC',
  )
  const within = (from: number, until: number) =>
    orderedWithin(state, NOON + from * DAY_MS, NOON + until * DAY_MS)
  expect([within(-1, 0), within(0, 3), within(3, 9)]).toEqual([true, false, false])
})
