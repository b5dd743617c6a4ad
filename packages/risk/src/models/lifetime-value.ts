import { expectedOrderValue, type OrderValues, type SpendModel } from './gamma-gamma.ts'
import type { PurchaseHistory } from './purchase-history.ts'
import { expectedOrders, type RiskModel } from './risk-model.ts'

/** How far a lifetime value looks ahead, and what a later order counts. */
export interface Discounting {
  readonly periods: number
  /** Length of a period, > 0. */
  readonly periodWeeks: number
  /** d, the interest of one period: .01 for 1 %. > −1. */
  readonly ratePerPeriod: number
}

/** A customer whose value is asked for. */
export interface ValuedCustomer {
  readonly history: PurchaseHistory
  readonly values: OrderValues
}

/**
 * CLV, what the customer's orders of the next n periods are worth today, in the major units of
 * `values`, revenue unless the values are margins: E(M) · Σ (E(kΔ) − E((k−1)Δ)) / (1 + d)ᵏ over
 * k = 1 … n, with E(t) = `expectedOrders` in (T, T + t], Δ the length of a period, and E(M) =
 * `expectedOrderValue`. The orders of a period count as if they came at its end (Fader, Hardie &
 * Lee 2005, "RFM and CLV").
 *
 * It takes spending for independent of ordering, as Gamma–Gamma does.
 */
export function lifetimeValue(
  { orders, spend }: { readonly orders: RiskModel; readonly spend: SpendModel },
  { history, values }: ValuedCustomer,
  { periods, periodWeeks, ratePerPeriod }: Discounting,
): number {
  let before = 0
  let discounted = 0
  for (let period = 1; period <= periods; period++) {
    const until = expectedOrders(orders, history, period * periodWeeks)
    discounted += (until - before) / (1 + ratePerPeriod) ** period
    before = until
  }
  return discounted * expectedOrderValue(spend, values)
}
