import type { PurchaseHistory, Purchases } from './purchase-history.ts'

/** Milliseconds in a week, the unit of the models. */
export const MS_PER_WEEK = 604_800_000

/** When a customer orders: all that the purchase models need, in integers. */
export interface OrderRhythm {
  /** Distinct days (shop's time zone) with a valid order, less one; ≥ 0. */
  readonly repeatDays: number
  /** Instant of the earliest valid order, ms since the epoch. */
  readonly firstAt: number
  /** Instant of the latest valid order, ms since the epoch; ≥ `firstAt`. */
  readonly lastAt: number
}

/** An order rhythm that knows its last order: the base of the silence that follows it. */
export interface CustomerRhythm extends OrderRhythm {
  /** Id of the order at `lastAt`. */
  readonly lastOrderId: string
}

/** x and t_x of the models, t_x in weeks of 604,800,000 ms. */
export function purchasesOf({ repeatDays, firstAt, lastAt }: OrderRhythm): Purchases {
  return { frequency: repeatDays, recency: (lastAt - firstAt) / MS_PER_WEEK }
}

/**
 * x, t_x and T of the models at an instant, in weeks of 604,800,000 ms. Before the last order
 * (a clock may be behind an order by a tick) the silence counts as 0.
 *
 * @param now ms since the epoch.
 */
export function historyAt(rhythm: OrderRhythm, now: number): PurchaseHistory {
  const { frequency, recency } = purchasesOf(rhythm)
  const age = (Math.max(now, rhythm.lastAt) - rhythm.firstAt) / MS_PER_WEEK
  return { frequency, recency, age }
}
