import type { Purchases } from './beta-geometric.ts'
import { MS_PER_WEEK, type OrderRhythm, purchasesOf } from './order-rhythm.ts'
import { formulasOf, probabilityOfNoOrder, type RiskModel } from './risk-model.ts'

/** The last instant that ECMAScript can date. A crossing behind it is never. */
const LAST_INSTANT = 8.64e15
/** Relative widening of a bracket's upper end, against the rounding of the closed forms. */
const BRACKET_SLACK = 1e-9

/** A level of risk: P(no order in the next `horizonWeeks`) = `theta`. */
export interface RiskLevel {
  /** θ; below the risk at the last order it is crossed at once, at 1 and above never. */
  readonly theta: number
  readonly horizonWeeks: number
}

/**
 * The age in weeks at which 1 − P(alive) reaches θ if the silence lasts, in closed form:
 * T* = (α + t_x) [o / odds]^(1 / (r+x)) − α, where o = θ / (1 − θ) and odds = a / (b+x) for
 * MBG/NBD, a / (b+x−1) for BG/NBD. Never before t_x; `Infinity` for θ ≥ 1, and where dropout
 * plays no part (BG/NBD with x = 0).
 */
export function aliveCrossing(model: RiskModel, purchases: Purchases, theta: number): number {
  const { r, alpha } = model.parameters
  const { frequency, recency } = purchases
  const odds = formulasOf(model.kind).oddsAtLastOrder(model.parameters, frequency)
  if (theta >= 1 || odds === 0) return Number.POSITIVE_INFINITY
  const growth = Math.log(theta / (1 - theta) / odds) / (r + frequency)
  return recency + Math.max(0, (alpha + recency) * Math.expm1(growth))
}

/**
 * The age in weeks at which P(no order in H) reaches θ if the silence lasts: the smallest double
 * at which the computed risk is ≥ θ. Bisected between t_x and `noOrderBound`, since the risk
 * rises in silence; Newton's method from t_x leaves the bracket for heavy buyers. t_x where θ is
 * reached at once; `Infinity` for θ ≥ 1.
 */
export function noOrderCrossing(model: RiskModel, purchases: Purchases, level: RiskLevel): number {
  const { frequency, recency } = purchases
  const { theta, horizonWeeks } = level
  const reached = (age: number) =>
    probabilityOfNoOrder(model, { frequency, recency, age }, horizonWeeks) >= theta
  if (reached(recency)) return recency
  let below = recency
  let above = recency + (noOrderBound(model, purchases, level) - recency) * (1 + BRACKET_SLACK)
  if (above === Number.POSITIVE_INFINITY) return above
  for (;;) {
    const middle = below + (above - below) / 2
    if (middle <= below || middle >= above) return above
    if (reached(middle)) above = middle
    else below = middle
  }
}

/**
 * An age at which P(no order in H) ≥ θ for certain, as it is at least 1 − P(alive) and at least
 * q: the earlier of `aliveCrossing` and of the age at which q = θ, T = H z / (1 − z) − α with
 * z = θ^(1 / (r+x)). Where dropout plays no part the latter is the crossing itself.
 */
function noOrderBound(model: RiskModel, purchases: Purchases, level: RiskLevel): number {
  const { r, alpha } = model.parameters
  const { theta, horizonWeeks } = level
  if (theta >= 1) return Number.POSITIVE_INFINITY
  const ifStaying = horizonWeeks / Math.expm1(-Math.log(theta) / (r + purchases.frequency)) - alpha
  return Math.min(aliveCrossing(model, purchases, theta), Math.max(purchases.recency, ifStaying))
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
