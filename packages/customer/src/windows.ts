import { dayOf } from './calendar.ts'
import type { Counts, CustomerState } from './customer-state.ts'
import { COUNTERS } from './event-names.ts'
import {
  grossMinor,
  isPaidBack,
  isValid,
  lateSince,
  paidBackMinor,
  refundedMinor,
  type ValidOrder,
} from './order-fact.ts'
import { visitAddition } from './visits.ts'

/** What a window adds up of orders. Money in minor units. */
const ORDER_TOTALS = [
  'orders',
  'repeatOrders',
  'units',
  'grossMinor',
  'discountMinor',
  'discountedOrders',
  'refunds',
  'refundedMinor',
  'netMinor',
] as const

export const WINDOW_TOTALS = [...COUNTERS, ...ORDER_TOTALS] as const

/** Counters, orders and money of one window. */
export type WindowTotals = Record<(typeof WINDOW_TOTALS)[number], number>

/** `d7` is today and the six civil days before it; `lifetime` is everything. */
export type Windows = Record<'d1' | 'd7' | 'd30' | 'd90' | 'lifetime', WindowTotals>

/**
 * Counters, orders and revenue at `now` (ms), which must not lie before the clock of the last fold.
 * An order and what was paid back of it count on the day it was placed; a refund that names no
 * order, and the number of refunds, on the day of the refund; a session on the day it began, also
 * while it goes on; a late delivery on the day from which it was late. `repeatOrders` are those that
 * are not the customer's first. `netMinor` may be negative only by refunds that name no order.
 * Throws `EBB_CONFIG_TIME_ZONE` for an unknown time zone.
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

  addCounts(result.lifetime, state.totals.counts)
  for (const { day, counts } of state.tiles) addCounts(onDay(day), counts)
  for (const visit of state.openVisits)
    for (const [counter, amount] of visitAddition(visit).counts)
      at(visit.startAt)[counter] += amount
  addOrders(state, { at, now })
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

interface Places {
  readonly at: (instant: number) => WindowTotals
  readonly now: number
}

function addOrders({ orders }: CustomerState, { at, now }: Places): void {
  const valid = orders.filter(isValid)
  const first = firstOf(valid)
  for (const order of valid) {
    const totals = at(order.placed.at)
    const discount = order.discount?.value ?? 0
    totals.orders += 1
    totals.repeatOrders += order === first ? 0 : 1
    totals.units += order.units?.value ?? 0
    totals.grossMinor += grossMinor(order)
    totals.discountMinor += discount
    totals.discountedOrders += discount > 0 ? 1 : 0
    totals.refundedMinor += refundedMinor(order)
    const late = lateSince(order, now)
    if (late !== undefined) at(late).lateDeliveries += 1
  }
}

/** Of orders at one instant the one with the least id is the first. */
const firstOf = (orders: readonly ValidOrder[]): ValidOrder | undefined =>
  orders.reduce<ValidOrder | undefined>((first, order) => {
    if (first === undefined || order.placed.at < first.placed.at) return order
    return order.placed.at === first.placed.at && order.id < first.id ? order : first
  }, undefined)

function addRefunds(
  { orders, refunds }: CustomerState,
  at: (instant: number) => WindowTotals,
): void {
  for (const refund of refunds) {
    if (!isPaidBack(refund)) continue
    at(refund.occurred.at).refunds += 1
    at(refund.occurred.at).refundedMinor += paidBackMinor(refund, 0)
  }
  for (const refund of orders.flatMap((order) => order.refunds))
    if (isPaidBack(refund)) at(refund.occurred.at).refunds += 1
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
  for (const key of WINDOW_TOTALS) totals[key] += more[key]
}

const NOTHING = Object.fromEntries(WINDOW_TOTALS.map((name) => [name, 0])) as WindowTotals

const nothing = (): WindowTotals => ({ ...NOTHING })

/** Shares and means of a window; null where there is nothing to divide by. */
export interface WindowRates {
  /** Orders a session, which may be above 1. */
  readonly conversion: number | null
  /** Minor units an order, before refunds; a fraction. */
  readonly averageOrderMinor: number | null
  /** Share of orders that are not the customer's first. */
  readonly repurchaseShare: number | null
  /** Share of orders with something taken off. */
  readonly discountShare: number | null
  /** Stars. */
  readonly meanRating: number | null
}

/** What follows from the totals of a window. */
export const windowRates = (totals: WindowTotals): WindowRates => {
  const { orders, sessions } = totals
  return {
    conversion: ratio(orders, sessions),
    averageOrderMinor: ratio(totals.grossMinor, orders),
    repurchaseShare: ratio(totals.repeatOrders, orders),
    discountShare: ratio(totals.discountedOrders, orders),
    meanRating: ratio(totals.ratingTenths / 10, totals.ratings),
  }
}

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)
