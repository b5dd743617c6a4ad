import { logOnePlusExp, logRising } from './special-functions.ts'

/**
 * Parameters of BG/NBD and MBG/NBD, all > 0. Rates of buying differ between customers as
 * Gamma(r, alpha), with alpha in weeks; the chance to leave after an order as Beta(a, b).
 */
export interface BetaGeometricParameters {
  readonly r: number
  readonly alpha: number
  readonly a: number
  readonly b: number
}

/** When a customer has bought, as far as these models are concerned: 0 ≤ `recency`. */
export interface Purchases {
  /** x: repeat purchase days, that is distinct days with an order less one. An integer ≥ 0. */
  readonly frequency: number
  /** t_x: weeks from the first order to the last one; 0 where there is only one. */
  readonly recency: number
}

/** Purchases seen at an age: `recency` ≤ `age`. */
export interface PurchaseHistory extends Purchases {
  /** T: weeks from the first order to the instant of observation. */
  readonly age: number
}

/**
 * What BG/NBD and MBG/NBD share: Poisson buying at a Gamma rate until a customer leaves, which
 * happens after an order with a Beta probability. They differ in n, the number of chances to
 * leave that a customer has come through: x in BG/NBD, x + 1 in MBG/NBD, where the first order is
 * one as well.
 *
 * Everything is evaluated in logarithms, so that thousands of orders and centuries of silence give
 * probabilities in [0, 1] and never NaN. Times are in weeks like `alpha`.
 */
export interface BetaGeometricModel {
  /**
   * ln L(r, α, a, b | x, t_x, T). With ⟨z⟩ₙ = Γ(z + n) / Γ(z), and odds = those of
   * `logOddsGone`, L = ⟨r⟩ₓ αʳ (α + T)⁻⁽ʳ⁺ˣ⁾ · ⟨b⟩ₙ / ⟨a + b⟩ₙ · (1 + odds).
   */
  logLikelihood(parameters: BetaGeometricParameters, history: PurchaseHistory): number
  /** Odds that a customer left at their last order: a / (b + n − 1); 0 where n = 0. */
  oddsAtLastOrder(parameters: BetaGeometricParameters, frequency: number): number
  /** ln of the odds that a customer has left by T: a / (b + n − 1) · ((α + T) / (α + t_x))ʳ⁺ˣ. */
  logOddsGone(parameters: BetaGeometricParameters, history: PurchaseHistory): number
}

/**
 * Formulas of one member of the family.
 *
 * @param chances n as a function of x.
 */
export function betaGeometricModel(chances: (frequency: number) => number): BetaGeometricModel {
  function oddsAtLastOrder({ a, b }: BetaGeometricParameters, frequency: number): number {
    const n = chances(frequency)
    return n === 0 ? 0 : a / (b + n - 1)
  }

  function logOddsGone(parameters: BetaGeometricParameters, history: PurchaseHistory): number {
    const { r, alpha } = parameters
    const { frequency, recency, age } = history
    const growth = (r + frequency) * Math.log1p((age - recency) / (alpha + recency))
    return Math.log(oddsAtLastOrder(parameters, frequency)) + growth
  }

  function logLikelihood(parameters: BetaGeometricParameters, history: PurchaseHistory): number {
    const { r, alpha, a, b } = parameters
    const { frequency, age } = history
    const n = chances(frequency)
    const buying =
      logRising(r, frequency) -
      r * Math.log1p(age / alpha) -
      (frequency === 0 ? 0 : frequency * Math.log(alpha + age))
    const staying = logRising(b, n) - logRising(a + b, n)
    return buying + staying + logOnePlusExp(logOddsGone(parameters, history))
  }

  return { logLikelihood, oddsAtLastOrder, logOddsGone }
}
