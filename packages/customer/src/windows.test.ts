import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  arbitraryReading,
  arbitraryTimeZone,
  foldAll,
  LONG_HISTORY,
  NOON,
  type ReadEvent,
} from './arbitrary-history.ts'
import { DAY_MS } from './calendar.ts'
import type { CustomerEvent } from './customer-event.ts'
import { EMPTY_STATE } from './customer-state.ts'
import { civilDay, recountLooseRefunds, recountOrders, recountVisits } from './history-recount.ts'
import { windows, windowsWithoutZeros } from './windows.ts'

const COUNTED = new Map(
  Object.entries({
    'Product Viewed': 'productViews',
    'Product List Viewed': 'listViews',
    'Products Searched': 'searches',
    'Product Added': 'cartAdds',
    'Wishlist Product Added to Cart': 'cartAdds',
    'Product Added to Wishlist': 'wishlistAdds',
    'Product Removed': 'cartRemoves',
    'Checkout Started': 'checkouts',
    'Ticket Opened': 'ticketsOpened',
    'Payment Failed': 'paymentFailures',
    'Page Error': 'pageErrors',
    'Coupon Denied': 'couponDenials',
    'Delivery Late': 'lateDeliveries',
    'Product Reviewed': 'reviews',
    'Page Viewed': 'pageViews',
    'Screen Viewed': 'pageViews',
  }),
)

/** What an event counts by definition, orders apart. */
function countersOf({ type, name, rating, results, order }: CustomerEvent): [string, number][] {
  if (type === 'page' || type === 'screen') return [['pageViews', 1]]
  if (type !== 'track' || (name === 'Delivery Late' && order?.id !== undefined)) return []
  const counters: [string, number][] = COUNTED.has(name) ? [[COUNTED.get(name)!, 1]] : []
  if (name === 'Products Searched' && results === 0) counters.push(['emptySearches', 1])
  if ((name !== 'Product Reviewed' && name !== 'Survey Answered') || rating === undefined)
    return counters
  const stars = Math.min(5, Math.max(0, rating))
  counters.push(['ratings', 1], ['ratingTenths', Math.round(stars * 10)])
  if (rating <= 2) counters.push(['lowRatings', 1])
  return counters
}

/** What a window is counted from. */
interface Holding {
  readonly now: number
  readonly holds: (instant: number) => boolean
}

/** The window by definition, from the list of all events. */
function recount(reading: readonly ReadEvent[], { now, holds }: Holding) {
  const events = reading.map(({ event }) => event)
  const totals: Record<string, number> = { ...windows(EMPTY_STATE, NOON, 'UTC').lifetime }
  const add = (key: string, value = 1) => {
    totals[key] = (totals[key] ?? Number.NaN) + value
  }
  for (const event of events.filter(({ occurredAt }) => holds(occurredAt)))
    for (const [counter, amount] of countersOf(event)) add(counter, amount)
  for (const visit of recountVisits(reading).filter(({ startAt }) => holds(startAt))) {
    add('sessions')
    add('dwellSeconds', Math.floor((visit.endAt - visit.startAt) / 1000))
    add('bounces', visit.events === 1 ? 1 : 0)
  }
  const orders = recountOrders(events)
  for (const { at, amount = 0 } of recountLooseRefunds(events)) {
    if (at === undefined || !holds(at)) continue
    add('refunds')
    add('refundedMinor', amount)
  }
  for (const { at } of orders.flatMap(({ refunds }) => refunds))
    add('refunds', at !== undefined && holds(at) ? 1 : 0)
  const valid = orders.filter((order) => order.valid)
  const [first] = valid.toSorted((a, b) => a.placedAt! - b.placedAt! || (a.id < b.id ? -1 : 1))
  for (const order of valid) {
    const due = order.promisedAt !== undefined && order.promisedAt <= now ? order.promisedAt : NaN
    const isMissed = due < (order.deliveredAt ?? Infinity)
    const late = [...(isMissed ? [due] : []), ...(order.lateAt === undefined ? [] : [order.lateAt])]
    if (late.length > 0 && holds(Math.min(...late))) add('lateDeliveries')
    if (!holds(order.placedAt!)) continue
    add('orders')
    add('repeatOrders', order === first ? 0 : 1)
    add('units', order.units ?? 0)
    add('grossMinor', order.amount ?? 0)
    add('discountMinor', order.discount ?? 0)
    add('discountedOrders', (order.discount ?? 0) > 0 ? 1 : 0)
    add('refundedMinor', order.paidBack)
  }
  return { ...totals, netMinor: (totals['grossMinor'] ?? 0) - (totals['refundedMinor'] ?? 0) }
}

const order = (id: string, daysAgo: number, amountMinor: number): CustomerEvent => ({
  id,
  type: 'track',
  name: 'Order Completed',
  customer: { userId: 'u1' },
  sourceRank: 1,
  occurredAt: NOON - daysAgo * DAY_MS,
  order: { id, amountMinor },
})

const at = (...events: CustomerEvent[]) =>
  windows(
    foldAll(
      events.map((event) => ({ event, clock: NOON })),
      'UTC',
    ) ?? EMPTY_STATE,
    NOON,
    'UTC',
  )

describe('windows', () => {
  test.each([
    { of: 'a short history', begin: [], numRuns: 200 },
    { of: 'a long history', begin: LONG_HISTORY, numRuns: 25 },
  ])(
    'agree with a count over all events of $of, however they came and rolled up',
    ({ begin, numRuns }) => {
      fc.assert(
        fc.property(
          arbitraryReading,
          arbitraryTimeZone,
          fc.integer({ min: 0, max: 100 * DAY_MS }),
          (further, timeZone, after) => {
            const reading = [...begin, ...further]
            const now = Math.max(NOON, reading.at(-1)?.clock ?? 0) + after
            const today = civilDay(now, timeZone)
            const last = (days: number) =>
              recount(reading, {
                now,
                holds: (instant) => {
                  const day = civilDay(instant, timeZone)
                  return day > today - days && day <= today
                },
              })
            const state = foldAll(reading, timeZone) ?? EMPTY_STATE
            const all = windows(state, now, timeZone)
            const none = Object.fromEntries(Object.keys(all.d1).map((name) => [name, 0]))
            for (const [window, sparse] of Object.entries(
              windowsWithoutZeros(state, now, timeZone),
            )) {
              expect(Object.values(sparse)).not.toContain(0)
              expect({ ...none, ...sparse }).toEqual(all[window as keyof typeof all])
            }
            expect(all).toEqual({
              d1: last(1),
              d7: last(7),
              d30: last(30),
              d90: last(90),
              lifetime: recount(reading, { now, holds: () => true }),
            })
          },
        ),
        { numRuns },
      )
    },
  )

  test('hold today and the six days before, in a window of seven', () => {
    const { d7, d30 } = at(order('o1', 6, 100), order('o2', 7, 10))
    expect([d7.orders, d7.grossMinor, d30.grossMinor]).toEqual([1, 100, 110])
  })

  test('take a cancelled order out of count and revenue', () => {
    const cancellation = { ...order('c', 0, 0), name: 'Order Cancelled', order: { id: 'o1' } }
    const { lifetime } = at(cancellation, order('o1', 3, 100))
    expect([lifetime.orders, lifetime.grossMinor]).toEqual([0, 0])
  })

  test('take a refund of an order out of the revenue of its day, and leave friction today', () => {
    const refund = { ...order('f', 0, 0), name: 'Order Refunded', order: { id: 'o1' } }
    const { d1, d7 } = at(order('o1', 3, 100), refund)
    expect([d1.refunds, d1.netMinor, d1.refundedMinor]).toEqual([1, 0, 0])
    expect([d7.orders, d7.grossMinor, d7.netMinor]).toEqual([1, 100, 0])
  })

  test('never pay back more than an order cost', () => {
    const part = {
      ...order('f', 0, 0),
      name: 'Order Refunded',
      order: { id: 'o1', amountMinor: 70 },
    }
    expect(at(order('o1', 3, 100), part, { ...part, id: 'g' }).d7.netMinor).toBe(0)
  })

  test('reduce the revenue of its own day by a refund that names no order, and no count', () => {
    const loose = { ...order('f', 2, 0), name: 'Order Refunded', order: { amountMinor: 30 } }
    const { d1, d7 } = at(order('o1', 0, 100), loose)
    expect([d1.netMinor, d7.orders, d7.netMinor, d7.refunds]).toEqual([100, 1, 70, 1])
  })
})
