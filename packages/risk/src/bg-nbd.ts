import {
  type BetaGeometricParameters,
  betaGeometricModel,
  type PurchaseHistory,
} from './beta-geometric.ts'

/**
 * BG/NBD (Fader, Hardie & Lee 2005): a customer may leave after each repeat order, so n = x.
 * Times in weeks.
 *
 * - L = ⟨r⟩ₓ αʳ [B(a, b+x) / B(a, b) (α+T)⁻⁽ʳ⁺ˣ⁾ + [x>0] B(a+1, b+x−1) / B(a, b) (α+t_x)⁻⁽ʳ⁺ˣ⁾]
 * - P(alive) = 1 / (1 + [x>0] · a / (b+x−1) · ((α+T) / (α+t_x))ʳ⁺ˣ)
 *
 * Guard: a one-time buyer (x = 0) is alive with certainty however long they are silent.
 */
export const bgNbd = betaGeometricModel((frequency) => frequency)

/** More than any z below 1 − 1e-5 needs; a bound, so that no input can hang. */
const MAX_TERMS = 5_000_000

/**
 * BG/NBD: expected orders in (T, T + t] given the history, Fader, Hardie & Lee 2005 (10):
 *
 *     P(alive) · (a+b+x−1) / (a−1) · (1 − ((α+T) / (α+T+t))ʳ⁺ˣ ₂F₁(r+x, b+x; a+b+x−1; z))
 *
 * with z = t / (α+T+t). For x = T = 0 it is E[X(t)] of a new customer.
 *
 * Euler's transformation makes the last product (1−z)ᵃ⁻¹ ₂F₁(a+b−1−r, a−1; c; z), c = a+b+x−1,
 * whose terms stay small however great x is; expm1 and the factor a−1, taken out of the series,
 * then leave nothing singular at a = 1 or c = 0.
 *
 * @param weeks t ≥ 0; `alpha` and the history are in weeks too.
 */
export function bgExpectedOrders(
  parameters: BetaGeometricParameters,
  history: PurchaseHistory,
  weeks: number,
): number {
  const { r, alpha, a, b } = parameters
  const c = a + b + history.frequency - 1
  const z = weeks / (alpha + history.age + weeks)
  const logRest = -Math.log1p(weeks / (alpha + history.age))
  const series = seriesWithoutPole({ upper: a + b - 1 - r, lower: c, shift: a - 1 }, z)
  const power = a === 1 ? logRest : Math.expm1((a - 1) * logRest) / (a - 1)
  const ifAlive = -power * (c + (a - 1) * series) - series
  return ifAlive / (1 + Math.exp(bgNbd.logOddsGone(parameters, history)))
}

/** c (₂F₁(upper, shift; c; z) − 1) / shift, finite for shift → 0 and for c = `lower` → 0. */
function seriesWithoutPole(
  { upper, lower, shift }: { upper: number; lower: number; shift: number },
  z: number,
): number {
  let term = upper * z
  let sum = term
  for (let n = 1; n < MAX_TERMS && Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (((upper + n) * (shift + n)) / ((lower + n) * (n + 1))) * z
    sum += term
  }
  return sum
}
