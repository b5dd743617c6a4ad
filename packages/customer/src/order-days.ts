import { dayOf } from './calendar.ts'
import type { Order, Refund } from './customer-state.ts'
import {
  grossMinor,
  isPaidBack,
  isValid,
  lateSince,
  paidBackMinor,
  refundedMinor,
  type ValidOrder,
} from './order-fact.ts'

/** What a day adds up of orders. Money in minor units. */
export const ORDER_TOTALS = [
  'orders',
  'units',
  'grossMinor',
  'discountMinor',
  'discountedOrders',
  'refunds',
  'refundedMinor',
  'lateDeliveries',
] as const

/**
 * What orders, or refunds that name no order, add up to by the civil day, in one time zone. Mutable:
 * whoever makes one keeps it up to date, or drops it.
 */
export interface OrderDays {
  readonly timeZone: string
  readonly totals: Map<number, DayTotals>
  /** Sum of all days. */
  readonly all: DayTotals
  /** Days with a valid order. */
  daysWithOrder: number
  /** Valid orders by (instant, id). */
  readonly byTime: ValidOrder[]
  /** Those of them with something taken off. */
  readonly discounted: ValidOrder[]
  /** Valid orders that were not, or not yet, delivered when it was promised, by that instant. */
  readonly missed: MissedOrder[]
  /** Refunds, and valid orders that somebody said were late, by the instant of that. */
  readonly troubles: Trouble[]
}

/** What one day adds up. */
export type DayTotals = Record<(typeof ORDER_TOTALS)[number], number>

interface Trouble {
  readonly at: number
  /** Absent on a refund that names none. */
  readonly order: Order | undefined
  /** Absent on a delay. */
  readonly refund: Refund | undefined
}

interface MissedOrder {
  readonly due: number
  readonly order: ValidOrder
}

/** Days of nothing. */
export const noOrderDays = (timeZone: string): OrderDays => ({
  ...{ timeZone, totals: new Map(), all: { ...NOTHING }, daysWithOrder: 0 },
  ...{ byTime: [], discounted: [], missed: [], troubles: [] },
})

/**
 * Adds an order to the days, or takes it out again (`times` is −1). It counts on the day on which it
 * was placed, with what was paid back of it; its refunds as such on theirs; its delay, if there is
 * one or will be if nothing more is heard of it, on the day from which it is late.
 */
export function countOrder(days: OrderDays, order: Order, times: 1 | -1): void {
  for (const refund of order.refunds) countRefundOf(days, order, { refund, times })
  if (!isValid(order)) return
  const discount = order.discount?.value ?? 0
  const before = dayTotals(days, order.placed.at).orders
  add(days, order.placed.at, {
    orders: times,
    units: times * (order.units?.value ?? 0),
    grossMinor: times * grossMinor(order),
    discountMinor: times * discount,
    discountedOrders: discount > 0 ? times : 0,
    refundedMinor: times * refundedMinor(order),
  })
  days.daysWithOrder += Math.sign(before + times) - Math.sign(before)
  const late = lateSince(order, Number.POSITIVE_INFINITY)
  if (late !== undefined) add(days, late, { lateDeliveries: times })
  keepOrder(days.byTime, order, times)
  if (discount > 0) keepOrder(days.discounted, order, times)
  if (order.late !== undefined)
    keepTrouble(days.troubles, { at: order.late.at, order, refund: undefined }, times)
  const due = missedAt(order)
  if (due !== undefined) keepMissed(days.missed, { due, order }, times)
}

/** Adds a refund that names no order to the day of the refund, or takes it out again. */
export function countRefund(days: OrderDays, refund: Refund, times: 1 | -1): void {
  if (isPaidBack(refund))
    add(days, refund.occurred.at, { refundedMinor: times * paidBackMinor(refund, 0) })
  countRefundOf(days, undefined, { refund, times })
}

function countRefundOf(
  days: OrderDays,
  order: Order | undefined,
  { refund, times }: { readonly refund: Refund; readonly times: 1 | -1 },
): void {
  if (!isPaidBack(refund)) return
  const { at } = refund.occurred
  add(days, at, { refunds: times })
  keepTrouble(days.troubles, { at, order, refund }, times)
}

/** The promised instant of a valid order that was not delivered by then, past or future. */
export const missedAt = (order: Order): number | undefined => {
  const due = order.promised?.value
  if (due === undefined || (order.delivered?.at ?? Number.POSITIVE_INFINITY) <= due)
    return undefined
  return isValid(order) ? due : undefined
}

/** Those promised for later than `now` (ms), soonest first. */
export const stillPromised = ({ missed }: OrderDays, now: number): readonly MissedOrder[] =>
  missed.slice(placeOf(missed, ({ due }) => due > now))

/** The last `count` that were missed at `now` (ms). */
export const lastMissed = (
  { missed }: OrderDays,
  now: number,
  count: number,
): readonly MissedOrder[] => {
  const end = placeOf(missed, ({ due }) => due > now)
  return missed.slice(Math.max(0, end - count), end)
}

/** When the first of orders by their time was placed at `since` (ms) or later. */
export const firstPlacedSince = (
  byTime: readonly ValidOrder[],
  since: number,
): number | undefined => byTime[placeOf(byTime, ({ placed }) => placed.at >= since)]?.placed.at

/** The first instant after `clock` (ms) at which a delivery is missed. */
export const nextMissed = ({ missed }: OrderDays, clock: number): number | undefined =>
  missed[placeOf(missed, ({ due }) => due > clock)]?.due

function add(days: OrderDays, at: number, amounts: Partial<DayTotals>): void {
  const totals = dayTotals(days, at)
  for (const name of ORDER_TOTALS) {
    const amount = amounts[name] ?? 0
    totals[name] += amount
    days.all[name] += amount
  }
}

function dayTotals({ totals, timeZone }: OrderDays, at: number): DayTotals {
  const day = dayOf(at, timeZone)
  const found = totals.get(day) ?? { ...NOTHING }
  totals.set(day, found)
  return found
}

const NOTHING = Object.fromEntries(ORDER_TOTALS.map((name) => [name, 0])) as DayTotals

type Compare<T> = (a: T, b: T) => number

const compareText = (a = '', b = ''): number => (a < b ? -1 : Number(a > b))

const compareOrders: Compare<ValidOrder> = (a, b) =>
  a.placed.at - b.placed.at || compareText(a.id, b.id)

const compareMissed: Compare<MissedOrder> = (a, b) =>
  a.due - b.due || compareOrders(a.order, b.order)

const compareTroubles: Compare<Trouble> = (a, b) =>
  a.at - b.at || compareText(a.order?.id, b.order?.id) || compareText(a.refund?.id, b.refund?.id)

/** Puts an item into a sorted list, or takes it out. */
const keeper =
  <T>(compare: Compare<T>) =>
  (sorted: T[], item: T, times: 1 | -1): void => {
    const place = placeOf(sorted, (other) => compare(other, item) >= 0)
    if (times > 0) sorted.splice(place, 0, item)
    else sorted.splice(place, 1)
  }

const keepOrder = keeper(compareOrders)
const keepMissed = keeper(compareMissed)
const keepTrouble = keeper(compareTroubles)

/** The first place in a sorted list from which on `isBehind` holds. */
function placeOf<T>(sorted: readonly T[], isBehind: (item: T) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBehind(sorted[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}
