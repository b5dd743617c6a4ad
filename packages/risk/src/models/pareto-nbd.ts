import { type GammaPoisson, logNoEvent, quietWait } from './gamma-poisson.ts'
import { gaussLegendre } from './gauss-legendre.ts'
import type { ModelFormulas, Population } from './model-formulas.ts'
import type { PurchaseHistory, Purchases } from './purchase-history.ts'
import { logOnePlusExp, logRising } from './special-functions.ts'

/**
 * Parameters of Pareto/NBD, all > 0. Rates of buying differ between customers as Gamma(r, alpha),
 * rates of leaving as Gamma(s, beta); alpha and beta in weeks.
 */
export interface ParetoParameters {
  readonly r: number
  readonly alpha: number
  readonly s: number
  readonly beta: number
}

/** 64 nodes are exact to rounding wherever the parameters lie; for a short and gentle path 16 are. */
const NODES = gaussLegendre(64)
const NODES_OF_GENTLE_PATH = gaussLegendre(16)
const GENTLE = { half: 1, fall: 16 }
/** Where both waits have fallen to e⁻⁴⁵ of their start, the rest of an integral is no more seen. */
const NEGLIGIBLE_LOG = 45

/** Shape of the rates of leaving, and their mean an order, where dropout is not identified. */
const GUARDED = { s: 0.5, dropoutPerOrder: 0.05 }
/** A smaller share of customers who leave within the mean age, or a larger beta, is a boundary. */
const MIN_SHARE_GONE = 1e-3
const MAX_BETA = 1e4

/** Starts of the search, alpha and beta as a share of the mean age. */
const STARTS: readonly ParetoParameters[] = [
  { r: 0.5, alpha: 0.3, s: 0.5, beta: 0.3 },
  { r: 1, alpha: 1, s: 0.5, beta: 2 },
  { r: 0.2, alpha: 0.1, s: 1, beta: 0.5 },
]

/**
 * Pareto/NBD (Schmittlein, Morrison & Colombo 1987): Poisson buying at a Gamma rate until the
 * customer leaves, at any instant, after an exponential time whose rate is Gamma, too. Times in
 * weeks. The reference that the others are measured by; it takes two integrals a probability.
 *
 * - odds to have left = s ∫ from t_x to T of ((α+T) / (α+y))ʳ⁺ˣ ((β+T) / (β+y))ˢ dy / (β+y)
 * - L = ⟨r⟩ₓ αʳ βˢ (α+T)⁻⁽ʳ⁺ˣ⁾ (β+T)⁻ˢ (1 + odds), with ⟨z⟩ₙ = Γ(z + n) / Γ(z)
 * - P(some order in H | alive) = (r+x) ∫ from 0 to H of ((α+T) / (α+T+y))ʳ⁺ˣ
 *   ((β+T) / (β+T+y))ˢ dy / (α+T+y): the order comes before the customer leaves
 * - E(orders in t | alive) = (r+x) / (α+T) · (β+T) / (s−1) · [1 − ((β+T) / (β+T+t))ˢ⁻¹]
 *   (Fader & Hardie 2005); for x = T = 0 it is E[X(t)]
 *
 * Guard of the fit, which is ours: where less than 1e-3 of all customers leave within the mean age, or
 * beta > 1e4 weeks, s = .5 and beta = s / (.05 · orders a week), a mean dropout of 5 % an order as
 * in the guard of MBG/NBD.
 */
export const paretoNbd: ModelFormulas<ParetoParameters> = {
  names: ['r', 'alpha', 's', 'beta'],
  starts: ({ meanAge }) =>
    STARTS.map(({ r, alpha, s, beta }) => ({
      ...{ r, alpha: alpha * meanAge, s, beta: beta * meanAge },
    })),
  guard: guardedDropout,
  logLikelihood,
  logOddsGone,
  chanceOfOrder: (parameters, { frequency, age }, weeks) => {
    const { buying, leaving } = waitsFrom(parameters, frequency, age)
    return endsFirst(buying, leaving, weeks)
  },
  ordersIfAlive,
  goneBound,
  riskBound: (parameters, purchases, { theta, horizonWeeks }) => {
    const { frequency, recency } = purchases
    const { buying } = waitsFrom(parameters, frequency, recency)
    const quiet = recency + quietWait(buying, theta, horizonWeeks)
    return Math.min(goneBound(parameters, purchases, theta), quiet)
  },
}

function guardedDropout({ s, beta }: ParetoParameters, { meanAge, ordersPerWeek }: Population) {
  const shareGone = -Math.expm1(logNoEvent({ shape: s, rate: beta }, meanAge))
  if (shareGone >= MIN_SHARE_GONE && beta <= MAX_BETA) return undefined
  return { s: GUARDED.s, beta: GUARDED.s / (GUARDED.dropoutPerOrder * ordersPerWeek) }
}

function logLikelihood(parameters: ParetoParameters, history: PurchaseHistory): number {
  const { r, alpha, s, beta } = parameters
  const { frequency, age } = history
  const buying =
    logRising(r, frequency) -
    r * Math.log1p(age / alpha) -
    (frequency === 0 ? 0 : frequency * Math.log(alpha + age))
  const staying = logNoEvent({ shape: s, rate: beta }, age)
  return buying + staying + logOnePlusExp(logOddsGone(parameters, history))
}

/** P(left before the next order) over P(neither), both since the last order. */
function logOddsGone(parameters: ParetoParameters, history: PurchaseHistory): number {
  const { frequency, recency, age } = history
  const { buying, leaving } = waitsFrom(parameters, frequency, recency)
  const silence = age - recency
  const neither = logNoEvent(buying, silence) + logNoEvent(leaving, silence)
  return Math.log(endsFirst(leaving, buying, silence)) - neither
}

function ordersIfAlive(parameters: ParetoParameters, history: PurchaseHistory, weeks: number) {
  const { buying, leaving } = waitsFrom(parameters, history.frequency, history.age)
  const growth = Math.log1p(weeks / leaving.rate)
  const power = leaving.shape - 1
  const stays = leaving.rate * (power === 0 ? growth : -Math.expm1(-power * growth) / power)
  return (buying.shape / buying.rate) * stays
}

/**
 * The odds to have left are at least those of a customer who would not buy in any case,
 * ((β+T) / (β+t_x))ˢ − 1.
 */
function goneBound({ s, beta }: ParetoParameters, { recency }: Purchases, theta: number): number {
  return recency + (beta + recency) * Math.expm1(-Math.log1p(-theta) / s)
}

/** The waits for the next order and for leaving, of a customer who is there at this age. */
function waitsFrom({ r, alpha, s, beta }: ParetoParameters, frequency: number, age: number) {
  const buying: GammaPoisson = { shape: r + frequency, rate: alpha + age }
  const leaving: GammaPoisson = { shape: s, rate: beta + age }
  return { buying, leaving }
}

/**
 * P(the wait `first` ends within `span`, and before `other`), that is
 * shape ∫ over y of P(first > y) P(other > y) / (rate + y) dy, with shape and rate of `first`.
 * By Gauss–Legendre in u = ln(1 + y / the smaller rate), in which the larger one is far from the
 * path.
 */
function endsFirst(first: GammaPoisson, other: GammaPoisson, span: number): number {
  const [near, far] = first.rate <= other.rate ? [first, other] : [other, first]
  const end = Math.min(span, reachOf(first), reachOf(other))
  const half = Math.log1p(end / near.rate) / 2
  const fall = -logNoEvent(first, end) - logNoEvent(other, end)
  const isGentle = half <= GENTLE.half && fall <= GENTLE.fall
  const { nodes, weights } = isGentle ? NODES_OF_GENTLE_PATH : NODES
  let sum = 0
  for (let i = 0; i < nodes.length; i++) {
    const u = half * (1 + nodes[i]!)
    const y = near.rate * Math.expm1(u)
    const neither = Math.exp(logNoEvent(far, y) - near.shape * u)
    sum += (weights[i]! * neither * (near.rate + y)) / (first.rate + y)
  }
  return first.shape * half * sum
}

/** Where a wait has fallen to e⁻⁴⁵. */
function reachOf({ shape, rate }: GammaPoisson): number {
  return rate * Math.expm1(NEGLIGIBLE_LOG / shape)
}
