import { dayOf } from './calendar.ts'
import type { CustomerState } from './customer-state.ts'
import { isValid } from './order-fact.ts'

/** Sufficient statistics of the purchase models. Instants in ms. */
export interface OrderRhythm {
  /** Distinct civil days with a valid order, less one. */
  readonly repeatDays: number
  readonly firstAt: number
  readonly lastAt: number
  readonly lastOrderId: string
  /** Valid orders: placed and not cancelled. */
  readonly orders: number
}

/**
 * The order rhythm of a customer, `undefined` without a valid order. Of orders at one instant the
 * one with the greatest id is the last. Throws `EBB_CONFIG_TIME_ZONE` for an unknown time zone.
 */
export function orderRhythm(state: CustomerState, timeZone: string): OrderRhythm | undefined {
  const days = new Set<number>()
  let orders = 0
  let firstAt = Number.POSITIVE_INFINITY
  let last: { id: string; at: number } | undefined
  for (const order of state.orders) {
    if (!isValid(order)) continue
    const { at } = order.placed
    orders += 1
    days.add(dayOf(at, timeZone))
    firstAt = Math.min(firstAt, at)
    const isLater = last === undefined || at > last.at || (at === last.at && order.id > last.id)
    if (isLater) last = { id: order.id, at }
  }
  if (last === undefined) return undefined
  return { repeatDays: days.size - 1, firstAt, lastAt: last.at, lastOrderId: last.id, orders }
}
