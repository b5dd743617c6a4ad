import { firstReached } from '../models/bisection.ts'
import type { RiskLevel } from '../models/model-formulas.ts'
import { MS_PER_WEEK, type OrderRhythm, purchasesOf } from '../models/order-rhythm.ts'
import type { Purchases } from '../models/purchase-history.ts'
import { formulasOf, probabilityOfNoOrder, type RiskModel } from '../models/risk-model.ts'

/** The last instant that ECMAScript can date. A crossing behind it is never. */
const LAST_INSTANT = 8.64e15

/**
 * The age in weeks at which 1 − P(alive) reaches θ if the silence lasts: never before t_x;
 * `Infinity` for θ ≥ 1, and where dropout plays no part (BG/NBD with x = 0). Bisected between t_x
 * and the model's `goneBound`, which for BG/NBD and MBG/NBD is T* itself in closed form.
 */
export function aliveCrossing(model: RiskModel, purchases: Purchases, theta: number): number {
  if (theta >= 1) return Number.POSITIVE_INFINITY
  const { kind, parameters } = model
  const { frequency, recency } = purchases
  const formulas = formulasOf(kind)
  const logOdds = Math.log(theta / (1 - theta))
  const reached = (age: number) =>
    formulas.logOddsGone(parameters, { frequency, recency, age }) >= logOdds
  return firstReached(reached, recency, formulas.goneBound(parameters, purchases, theta))
}

/**
 * The age in weeks at which P(no order in H) reaches θ if the silence lasts: the smallest double
 * at which the computed risk is ≥ θ. Bisected between t_x and the model's `riskBound`, since the
 * risk rises in silence; Newton's method from t_x leaves the bracket for heavy buyers. t_x where θ
 * is reached at once; `Infinity` for θ ≥ 1.
 */
export function noOrderCrossing(model: RiskModel, purchases: Purchases, level: RiskLevel): number {
  const { frequency, recency } = purchases
  const { theta, horizonWeeks } = level
  if (theta >= 1) return Number.POSITIVE_INFINITY
  const reached = (age: number) =>
    probabilityOfNoOrder(model, { frequency, recency, age }, horizonWeeks) >= theta
  const bound = formulasOf(model.kind).riskBound(model.parameters, purchases, level)
  return firstReached(reached, recency, bound)
}

/**
 * The first integer millisecond since the epoch at which P(no order in H) is ≥ θ if the silence
 * lasts: `noOrderCrossing` rounded up, so that risk(at − 1) < θ ≤ risk(at) but for rounding in
 * the last digits. `lastAt` where θ is reached at once; `Infinity` where it never is, or not
 * before the last instant that a date can have.
 */
export function noOrderInstant(rhythm: OrderRhythm, model: RiskModel, level: RiskLevel): number {
  const purchases = purchasesOf(rhythm)
  const silence = noOrderCrossing(model, purchases, level) - purchases.recency
  const at = rhythm.lastAt + Math.ceil(silence * MS_PER_WEEK)
  return at > LAST_INSTANT ? Number.POSITIVE_INFINITY : at
}
