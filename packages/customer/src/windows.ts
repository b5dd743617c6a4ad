import { dayOf } from './calendar.ts'
import type { CustomerState, Tally } from './customer-state.ts'
import { eachOf } from './day-tiles.ts'
import { COUNTERS } from './event-names.ts'
import { type DayTotals, ORDER_TOTALS, type OrderDays, stillPromised } from './order-days.ts'
import { lateSince } from './order-fact.ts'
import { orderDays, refundDays } from './order-index.ts'
import { FIRST_TASTE } from './taste-codes.ts'
import { visitTally } from './visits.ts'

/** What a window adds up of orders. Money in minor units. */
const OF_ORDERS = [
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

export const WINDOW_TOTALS = [...COUNTERS, ...OF_ORDERS] as const

type Total = (typeof WINDOW_TOTALS)[number]

/** Counters, orders and money of one window. */
export type WindowTotals = Record<Total, number>

type Each<T> = Record<'d1' | 'd7' | 'd30' | 'd90' | 'lifetime', T>

/** `d7` is today and the six civil days before it; `lifetime` is everything. */
type Windows = Each<WindowTotals>

/** Amounts by their place in `WINDOW_TOTALS`, which begin with the counters by their code. */
type Sums = number[]

const PLACE_OF = Object.fromEntries(WINDOW_TOTALS.map((name, place) => [name, place])) as Record<
  Total,
  number
>

/**
 * Counters, orders and revenue at `now` (ms), which must not lie before the clock of the last fold.
 * An order and what was paid back of it count on the day it was placed; a refund that names no
 * order, and the number of refunds, on the day of the refund; a session on the day it began, also
 * while it goes on; a late delivery on the day from which it was late. `repeatOrders` are those that
 * are not the customer's first. `netMinor` may be negative only by refunds that name no order.
 * Throws `EBB_CONFIG_TIME_ZONE` for an unknown time zone.
 */
export function windows(state: CustomerState, now: number, timeZone: string): Windows {
  return eachWindow(sumsOf(state, now, timeZone), named)
}

/** The same without what is 0: most of it, of most customers. */
export function windowsWithoutZeros(
  state: CustomerState,
  now: number,
  timeZone: string,
): Each<Partial<WindowTotals>> {
  return eachWindow(sumsOf(state, now, timeZone), namedWithoutZeros)
}

function sumsOf(state: CustomerState, now: number, timeZone: string): Each<Sums> {
  const result = {
    d1: nothing(),
    d7: nothing(),
    d30: nothing(),
    d90: nothing(),
    lifetime: nothing(),
  }
  const today = dayOf(now, timeZone)
  const onDay = (day: number): Sums => result[smallestWindow(today - day)]
  const at = (instant: number): Sums => onDay(dayOf(instant, timeZone))

  addCounts(result.lifetime, state.totals)
  for (const { day, tally } of state.tiles) addCounts(onDay(day), tally)
  for (const visit of state.openVisits) addCounts(at(visit.startAt), visitTally(visit))
  const orders = orderDays(state.orders, timeZone)
  addOrderDays(result, orders, today)
  addOrderDays(result, refundDays(state.refunds, timeZone), today)
  const [first] = orders.byTime
  if (first !== undefined) at(first.placed.at)[PLACE_OF.repeatOrders]! -= 1
  for (const { order } of stillPromised(orders, now)) {
    at(lateSince(order, Number.POSITIVE_INFINITY)!)[PLACE_OF.lateDeliveries]! -= 1
    const late = lateSince(order, now)
    if (late !== undefined) at(late)[PLACE_OF.lateDeliveries]! += 1
  }
  return cumulated(result)
}

/** Each entry is added to the smallest window that holds it; larger ones get it by `cumulated`. */
function smallestWindow(age: number): keyof Windows {
  if (age < 0 || age >= 90) return 'lifetime'
  if (age < 1) return 'd1'
  if (age < 7) return 'd7'
  return age < 30 ? 'd30' : 'd90'
}

function addCounts(sums: Sums, tally: Tally): void {
  eachOf(tally, (code, amount) => {
    if (code < FIRST_TASTE) sums[code]! += amount
  })
}

/** All of it, but what is of the days of a smaller window. */
function addOrderDays(result: Each<Sums>, { totals, all }: OrderDays, today: number): void {
  addOrderTotals(result.lifetime, all, 1)
  for (const [day, ofDay] of totals) {
    const window = smallestWindow(today - day)
    if (window === 'lifetime') continue
    addOrderTotals(result[window], ofDay, 1)
    addOrderTotals(result.lifetime, ofDay, -1)
  }
}

function addOrderTotals(sums: Sums, more: DayTotals, times: 1 | -1): void {
  for (const name of ORDER_TOTALS) sums[PLACE_OF[name]]! += times * more[name]
  sums[PLACE_OF.repeatOrders]! += times * more.orders
}

function cumulated(result: Each<Sums>): Each<Sums> {
  const { d1, d7, d30, d90, lifetime } = result
  addSums(d7, d1)
  addSums(d30, d7)
  addSums(d90, d30)
  addSums(lifetime, d90)
  for (const sums of [d1, d7, d30, d90, lifetime]) {
    sums[PLACE_OF.netMinor] = sums[PLACE_OF.grossMinor]! - sums[PLACE_OF.refundedMinor]!
  }
  return result
}

function addSums(sums: Sums, more: Sums): void {
  for (let place = 0; place < sums.length; place++) sums[place]! += more[place]!
}

const NOTHING: Readonly<Sums> = WINDOW_TOTALS.map(() => 0)

const nothing = (): Sums => NOTHING.slice()

const eachWindow = <T>(sums: Each<Sums>, of: (sums: Sums) => T): Each<T> => ({
  d1: of(sums.d1),
  d7: of(sums.d7),
  d30: of(sums.d30),
  d90: of(sums.d90),
  lifetime: of(sums.lifetime),
})

const named = (sums: Sums): WindowTotals =>
  Object.fromEntries(WINDOW_TOTALS.map((name, place) => [name, sums[place]!])) as WindowTotals

function namedWithoutZeros(sums: Sums): Partial<WindowTotals> {
  const totals: Partial<WindowTotals> = {}
  for (let place = 0; place < sums.length; place++)
    if (sums[place] !== 0) totals[WINDOW_TOTALS[place]!] = sums[place]!
  return totals
}

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
