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
 * one with the greatest id is the last. Throws
 * `EBB_CONFIG_TIME_ZONE` for an unknown time zone.
 */
export function orderRhythm(state: CustomerState, timeZone: string): OrderRhythm | undefined {
  const placements = state.orders
    .filter(isValid)
    .map(({ id, placed }) => ({ id, at: placed.at }))
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
  const first = placements[0]
  const last = placements.at(-1)
  if (first === undefined || last === undefined) return undefined
  return {
    repeatDays: new Set(placements.map(({ at }) => dayOf(at, timeZone))).size - 1,
    firstAt: first.at,
    lastAt: last.at,
    lastOrderId: last.id,
    orders: placements.length,
  }
}
