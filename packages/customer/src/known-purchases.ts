import { dayOf } from './calendar.ts'
import type { CustomerState, Order } from './customer-state.ts'
import { grossMinor, isValid, refundedMinor, type ValidOrder } from './order-fact.ts'

/** What a customer had bought by an instant. Instants in ms. */
export interface KnownPurchases {
  /** Distinct civil days with an order that counted then, less one. */
  readonly repeatDays: number
  readonly firstAt: number
  readonly lastAt: number
  /** Days with an order behind the first day, as far as their orders are worth more than nothing. */
  readonly valuedDays: number
  /** What those are worth: amounts less what was paid back, in minor units. */
  readonly valuedMinor: number
}

/**
 * What a customer had bought by `until` (ms), that instant included; `undefined` without an order.
 * An order that was cancelled later still counted then. Behind the last change it has the days and
 * instants of `orderRhythm`. Throws `EBB_CONFIG_TIME_ZONE` for an unknown time zone.
 */
export function knownPurchases(
  { orders }: CustomerState,
  until: number,
  timeZone: string,
): KnownPurchases | undefined {
  const netByDay = new Map<number, number>()
  let [firstAt, lastAt] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const order of orders) {
    if (!countedAt(order, until)) continue
    const { at } = order.placed
    const day = dayOf(at, timeZone)
    netByDay.set(day, (netByDay.get(day) ?? 0) + grossMinor(order) - refundedMinor(order))
    firstAt = Math.min(firstAt, at)
    lastAt = Math.max(lastAt, at)
  }
  if (netByDay.size === 0) return undefined
  netByDay.delete(dayOf(firstAt, timeZone))
  const valued = [...netByDay.values()].filter((net) => net > 0)
  return {
    repeatDays: netByDay.size,
    ...{ firstAt, lastAt },
    valuedDays: valued.length,
    valuedMinor: valued.reduce((sum, net) => sum + net, 0),
  }
}

const countedAt = (order: Order, until: number): order is ValidOrder =>
  order.placed !== undefined &&
  order.placed.at <= until &&
  (isValid(order) || order.cancelled!.at > until)

/** Whether an order that counts was placed in (`from`, `until`], both ms. */
export const orderedWithin = ({ orders }: CustomerState, from: number, until: number): boolean =>
  orders.some((order) => isValid(order) && order.placed.at > from && order.placed.at <= until)
