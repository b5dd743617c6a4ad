import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryReading, arbitraryTimeZone, foldAll, NOON } from './arbitrary-history.ts'
import { DAY_MS } from './calendar.ts'
import type { CustomerEvent } from './customer-event.ts'
import { EMPTY_STATE } from './customer-state.ts'
import { civilDay, recountLooseRefunds, recountOrders } from './history-recount.ts'
import { windows } from './windows.ts'

const COUNTED = new Map(
  Object.entries({
    'Product Viewed': 'productViews',
    'Product List Viewed': 'listViews',
    'Products Searched': 'searches',
    'Product Added': 'cartAdds',
    'Product Removed': 'cartRemoves',
    'Checkout Started': 'checkouts',
    'Ticket Opened': 'ticketsOpened',
    'Payment Failed': 'paymentFailures',
    'Page Error': 'pageErrors',
    'Coupon Denied': 'couponDenials',
    'Delivery Late': 'lateDeliveries',
    'Page Viewed': 'pageViews',
    'Screen Viewed': 'pageViews',
  }),
)

function counterName({ type, name, rating }: CustomerEvent): string | undefined {
  if (type === 'page' || type === 'screen') return 'pageViews'
  if (type !== 'track') return undefined
  if (name !== 'Product Reviewed' && name !== 'Survey Answered') return COUNTED.get(name)
  return rating !== undefined && rating <= 2 ? 'lowRatings' : undefined
}

/** The window by definition, from the list of all events. */
function recount(events: readonly CustomerEvent[], holds: (instant: number) => boolean) {
  const totals: Record<string, number> = {
    ...windows(EMPTY_STATE, NOON, 'UTC').lifetime,
  }
  const add = (key: string, value = 1) => {
    totals[key] = (totals[key] ?? Number.NaN) + value
  }
  for (const event of events) {
    const counter = counterName(event)
    if (counter !== undefined && holds(event.occurredAt)) add(counter)
  }
  const loose = recountLooseRefunds(events).filter(({ at }) => holds(at))
  for (const { amount = 0 } of loose) {
    add('refunds')
    add('refundedMinor', amount)
  }
  for (const { valid, placedAt, amount = 0, refunds } of recountOrders(events)) {
    add('refunds', refunds.filter(({ at }) => holds(at)).length)
    if (!valid || placedAt === undefined || !holds(placedAt)) continue
    add('orders')
    add('grossMinor', amount)
    const paidBack = refunds.map((refund) => refund.amount ?? amount)
    add(
      'refundedMinor',
      Math.min(
        amount,
        paidBack.reduce((a, b) => a + b, 0),
      ),
    )
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
  test('agree with a count over all events, however they came and rolled up', () => {
    fc.assert(
      fc.property(
        arbitraryReading,
        arbitraryTimeZone,
        fc.integer({ min: 0, max: 100 * DAY_MS }),
        (reading, timeZone, after) => {
          const now = Math.max(NOON, reading.at(-1)?.clock ?? 0) + after
          const today = civilDay(now, timeZone)
          const events = reading.map(({ event }) => event)
          const last = (days: number) =>
            recount(events, (instant) => {
              const day = civilDay(instant, timeZone)
              return day > today - days && day <= today
            })
          expect(windows(foldAll(reading, timeZone) ?? EMPTY_STATE, now, timeZone)).toEqual({
            d1: last(1),
            d7: last(7),
            d30: last(30),
            d90: last(90),
            lifetime: recount(events, () => true),
          })
        },
      ),
      { numRuns: 200 },
    )
  })

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
