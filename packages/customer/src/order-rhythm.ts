import type { CustomerState } from './customer-state.ts'
import { orderDays } from './order-index.ts'

/** Sufficient statistics of the purchase models. Instants in ms. */
export interface OrderRhythm {
  /** Distinct civil days with a valid order, less one. */
  readonly repeatDays: number
  readonly firstAt: number
  readonly lastAt: number
  readonly lastOrderId: string
  /** Which source told of the last order; absent where that was not kept. */
  readonly source?: string
  /** Valid orders: placed and not cancelled. */
  readonly orders: number
}

/**
 * The order rhythm of a customer, `undefined` without a valid order. Of orders at one instant the
 * one with the greatest id is the last. Throws `EBB_CONFIG_TIME_ZONE` for an unknown time zone.
 */
export function orderRhythm(state: CustomerState, timeZone: string): OrderRhythm | undefined {
  const { byTime, daysWithOrder } = orderDays(state.orders, timeZone)
  const [first] = byTime
  const last = byTime.at(-1)
  if (first === undefined || last === undefined) return undefined
  return {
    repeatDays: daysWithOrder - 1,
    firstAt: first.placed.at,
    lastAt: last.placed.at,
    lastOrderId: last.id,
    ...(last.placed.source !== undefined && { source: last.placed.source }),
    orders: byTime.length,
  }
}
