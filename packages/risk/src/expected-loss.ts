import { expectedOrderValue, type SpendModel } from './models/gamma-gamma.ts'
import { historyAt, type OrderRhythm } from './models/order-rhythm.ts'
import { expectedOrders } from './models/risk-model.ts'
import type { Scoring } from './silence/tiers.ts'

/** How orders are valued, the same for all customers of a shop. */
export interface Valuing {
  /** Absent: the customer's own mean is taken. */
  readonly spend?: SpendModel
  /** Minor units of one major unit, in which `spend` is: 100 for most currencies. */
  readonly minorPerMajor: number
  /** What remains of revenue when goods, shipping and fees are paid, in [0, 1]. */
  readonly marginShare: number
}

const DAYS_PER_WEEK = 7

/**
 * Revenue of the next H days had the customer stayed as they were at their last order, minor units,
 * ≥ 0, not rounded: E(order days in (T, T + H]) at T = the last order, by the model, times the value
 * of an order day. That is E(M) of Gamma–Gamma (Fader & Hardie 2013) where there is a spend model,
 * else the mean of the customer's own order days, the first included.
 *
 * Guard: where E(M) is not finite the own mean is taken.
 *
 * @param netMinor amounts of all valid orders less what was paid back; below 0 it counts as 0.
 */
export function horizonRevenue(
  rhythm: OrderRhythm,
  netMinor: number,
  { model, policy, ...valuing }: Scoring & Valuing,
): number {
  const history = historyAt(rhythm, rhythm.lastAt)
  const orders = expectedOrders(model, history, policy.horizonDays / DAYS_PER_WEEK)
  return orders * orderValue(rhythm, netMinor, valuing)
}

function orderValue(
  { repeatDays }: OrderRhythm,
  netMinor: number,
  { spend, minorPerMajor }: Valuing,
): number {
  const orders = repeatDays + 1
  const own = Math.max(0, netMinor) / orders
  if (spend === undefined) return own
  const value = minorPerMajor * expectedOrderValue(spend, { orders, mean: own / minorPerMajor })
  return Number.isFinite(value) ? value : own
}

/**
 * What silence is expected to cost within the horizon, whole minor units ≥ 0: P(no order in it) ×
 * `horizonRevenue` × the share of revenue that is margin. Tiers are by risk; this is the order of
 * work: at equal risk the customer first who would have brought more.
 *
 * @param risk by `riskAt`.
 */
export const expectedLossMinor = (
  risk: number,
  horizonRevenueMinor: number,
  { marginShare }: Pick<Valuing, 'marginShare'>,
): number => Math.min(Number.MAX_SAFE_INTEGER, Math.round(risk * horizonRevenueMinor * marginShare))
