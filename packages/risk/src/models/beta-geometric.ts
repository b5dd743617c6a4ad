import { type GammaPoisson, quietWait, someEvent } from './gamma-poisson.ts'
import type { ModelFormulas, Population, RiskLevel } from './model-formulas.ts'
import type { PurchaseHistory, Purchases } from './purchase-history.ts'
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

/** Dropout where none can be identified: (a, b) with a mean of 5 % an order. */
const GUARDED_DROPOUT = { a: 0.5, b: 9.5 }
/** Below this mean dropout, or above this b, a fit has run to its boundary. */
const MIN_MEAN_DROPOUT = 1e-3
const MAX_B = 1e4

/** Starts of the search, alpha as a share of the mean age. */
const STARTS: readonly BetaGeometricParameters[] = [
  { r: 0.5, alpha: 0.2, a: 0.5, b: 2 },
  { r: 1, alpha: 1, a: 1, b: 10 },
  { r: 0.2, alpha: 0.05, a: 1, b: 1 },
]

/** A count of orders that is less likely than this adds nothing to an expectation. */
const NEGLIGIBLE = 1e-17
/** Orders that an expectation counts at most; a bound, so that no input can hang. */
const MAX_ORDERS = 5_000_000

type Formulas = ModelFormulas<BetaGeometricParameters>

/**
 * What BG/NBD and MBG/NBD share: Poisson buying at a Gamma rate until a customer leaves, which
 * happens after an order with a Beta probability. They differ in n, the number of chances to
 * leave that a customer has come through: x in BG/NBD, x + 1 in MBG/NBD, where the first order is
 * one as well.
 *
 * - odds to have left = a / (b + n − 1) · ((α + T) / (α + t_x))ʳ⁺ˣ; 0 where n = 0
 * - L = ⟨r⟩ₓ αʳ (α + T)⁻⁽ʳ⁺ˣ⁾ · ⟨b⟩ₙ / ⟨a + b⟩ₙ · (1 + odds), with ⟨z⟩ₙ = Γ(z + n) / Γ(z)
 * - P(some order in H | alive) = 1 − ((α + T) / (α + T + H))ʳ⁺ˣ: an order comes before the next
 *   chance to leave
 * - 1 − P(alive) = θ at T* = (α + t_x) [o (b + n − 1) / a]^(1 / (r+x)) − α, o = θ / (1 − θ)
 *
 * Guard of the fit: where a / (a + b) < 1e-3 or b > 1e4, (a, b) = (.5, 9.5).
 *
 * @param chances n as a function of x.
 */
export function betaGeometricModel(chances: (frequency: number) => number): Formulas {
  function logOddsAtLastOrder({ a, b }: BetaGeometricParameters, frequency: number): number {
    const n = chances(frequency)
    return n === 0 ? Number.NEGATIVE_INFINITY : Math.log(a / (b + n - 1))
  }

  function logOddsGone(parameters: BetaGeometricParameters, history: PurchaseHistory): number {
    const { r, alpha } = parameters
    const { frequency, recency, age } = history
    const growth = (r + frequency) * Math.log1p((age - recency) / (alpha + recency))
    return logOddsAtLastOrder(parameters, frequency) + growth
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

  function goneBound(parameters: BetaGeometricParameters, purchases: Purchases, theta: number) {
    const { r, alpha } = parameters
    const { frequency, recency } = purchases
    const logOdds = Math.log(theta / (1 - theta)) - logOddsAtLastOrder(parameters, frequency)
    return recency + Math.max(0, (alpha + recency) * Math.expm1(logOdds / (r + frequency)))
  }

  return {
    names: ['r', 'alpha', 'a', 'b'],
    starts: ({ meanAge }: Population) =>
      STARTS.map((start) => ({ ...start, alpha: start.alpha * meanAge })),
    guard: ({ a, b }) =>
      a / (a + b) >= MIN_MEAN_DROPOUT && b <= MAX_B ? undefined : GUARDED_DROPOUT,
    logLikelihood,
    logOddsGone,
    chanceOfOrder: (parameters, history, weeks) => someEvent(buyingAt(parameters, history), weeks),
    ordersIfAlive: (parameters, history, weeks) => {
      const stays = { a: parameters.a, b: parameters.b + chances(history.frequency) }
      return ordersUntilGone(buyingAt(parameters, history), stays, weeks)
    },
    goneBound,
    riskBound: (parameters, purchases, { theta, horizonWeeks }: RiskLevel) => {
      const { recency } = purchases
      const ifStaying = buyingAt(parameters, { ...purchases, age: recency })
      const quiet = recency + quietWait(ifStaying, theta, horizonWeeks)
      return Math.min(goneBound(parameters, purchases, theta), quiet)
    },
  }
}

/** What is known of the rate of buying at T of a customer who has not left. */
function buyingAt({ r, alpha }: BetaGeometricParameters, history: PurchaseHistory): GammaPoisson {
  return { shape: r + history.frequency, rate: alpha + history.age }
}

/**
 * E(orders within `weeks`) of a customer who is there, and after each order leaves for good with a
 * probability that is Beta(a, b): Σⱼ P(K > j) · ⟨b⟩ⱼ / ⟨a + b⟩ⱼ over j ≥ 0, where K is how often a
 * customer who cannot leave would buy, a negative binomial count. Equal to the closed form of the
 * literature, (a+b−1) / (a−1) · [1 − (1−z)ˢ ₂F₁(s, b; a+b−1; z)] with z = weeks / (rate + weeks) and
 * s = `shape`, but all terms are positive, and nothing is singular at a = 1.
 */
function ordersUntilGone(
  buying: GammaPoisson,
  { a, b }: { readonly a: number; readonly b: number },
  weeks: number,
): number {
  const logShare = Math.log(weeks / (buying.rate + weeks))
  const mean = (buying.shape * weeks) / buying.rate
  let logCount = -buying.shape * Math.log1p(weeks / buying.rate)
  let more = -Math.expm1(logCount)
  let stayed = 1
  let sum = 0
  for (let j = 0; j < MAX_ORDERS; j++) {
    sum += more * stayed
    stayed *= (b + j) / (a + b + j)
    logCount += Math.log((buying.shape + j) / (j + 1)) + logShare
    const chance = Math.exp(logCount)
    if (j >= mean && chance < NEGLIGIBLE) break
    more = Math.max(0, more - chance)
  }
  return sum
}
