import { dayOf } from './calendar.ts'
import type { Counts, CustomerState } from './customer-state.ts'
import { COUNTERS, type Counter } from './event-names.ts'
import { grossMinor, isValid, refundedMinor } from './order-fact.ts'

/** Counters and money of one window; money in minor units. */
type WindowTotals = Record<
  Counter | 'refunds' | 'orders' | 'grossMinor' | 'refundedMinor' | 'netMinor',
  number
>

/** `d7` is today and the six civil days before it; `lifetime` is everything. */
export type Windows = Record<'d1' | 'd7' | 'd30' | 'd90' | 'lifetime', WindowTotals>

/**
 * Counters, orders and revenue at `now` (ms), which must not lie before the clock of the last fold.
 * An order and what was paid back of it count on the day it was placed; a refund that names no
 * order, and the number of refunds, on the day of the refund. `netMinor` may be negative only by
 * refunds that name no order. Throws `EBB_CONFIG_TIME_ZONE` for an unknown time zone.
 */
export function windows(state: CustomerState, now: number, timeZone: string): Windows {
  const result = {
    d1: nothing(),
    d7: nothing(),
    d30: nothing(),
    d90: nothing(),
    lifetime: nothing(),
  }
  const today = dayOf(now, timeZone)
  const onDay = (day: number): WindowTotals => result[smallestWindow(today - day)]
  const at = (instant: number): WindowTotals => onDay(dayOf(instant, timeZone))

  addCounts(result.lifetime, state.totals)
  for (const { day, counts } of state.tiles) addCounts(onDay(day), counts)
  addOrders(state, at)
  addRefunds(state, at)
  return cumulated(result)
}

/** Each entry is added to the smallest window that holds it; larger ones get it by `cumulated`. */
function smallestWindow(age: number): keyof Windows {
  if (age < 0 || age >= 90) return 'lifetime'
  if (age < 1) return 'd1'
  if (age < 7) return 'd7'
  return age < 30 ? 'd30' : 'd90'
}

function addCounts(totals: WindowTotals, counts: Counts): void {
  for (const [index, counter] of COUNTERS.entries()) totals[counter] += counts[index] ?? 0
}

function addOrders({ orders }: CustomerState, at: (instant: number) => WindowTotals): void {
  for (const order of orders) {
    if (!isValid(order)) continue
    const totals = at(order.placed.at)
    totals.orders += 1
    totals.grossMinor += grossMinor(order)
    totals.refundedMinor += refundedMinor(order)
  }
}

function addRefunds(
  { orders, refunds }: CustomerState,
  at: (instant: number) => WindowTotals,
): void {
  for (const { occurred, amount } of refunds) {
    at(occurred.at).refunds += 1
    at(occurred.at).refundedMinor += amount?.minor ?? 0
  }
  for (const order of orders) {
    for (const { occurred } of order.refunds) at(occurred.at).refunds += 1
  }
}

function cumulated(result: Windows): Windows {
  const { d1, d7, d30, d90, lifetime } = result
  addTotals(d7, d1)
  addTotals(d30, d7)
  addTotals(d90, d30)
  addTotals(lifetime, d90)
  for (const totals of [d1, d7, d30, d90, lifetime]) {
    totals.netMinor = totals.grossMinor - totals.refundedMinor
  }
  return result
}

function addTotals(totals: WindowTotals, more: WindowTotals): void {
  for (const key of TOTALS) totals[key] += more[key]
}

const nothing = (): WindowTotals => ({
  pageViews: 0,
  productViews: 0,
  listViews: 0,
  searches: 0,
  cartAdds: 0,
  cartRemoves: 0,
  checkouts: 0,
  ticketsOpened: 0,
  paymentFailures: 0,
  pageErrors: 0,
  couponDenials: 0,
  lateDeliveries: 0,
  lowRatings: 0,
  refunds: 0,
  orders: 0,
  grossMinor: 0,
  refundedMinor: 0,
  netMinor: 0,
})

const TOTALS = Object.keys(nothing()) as (keyof WindowTotals)[]
