import { nelderMead } from './nelder-mead.ts'
import { logGamma, logRising } from './special-functions.ts'

/**
 * How much customers spend on an order day, all > 0: amounts of one customer vary as
 * Gamma(p, ν), with ν between customers as Gamma(q, v). The source is Fader & Hardie 2013, after
 * Colombo & Jiang 1999. It takes how much is spent for independent of how often.
 */
export interface SpendModel {
  readonly kind: 'gamma-gamma'
  readonly p: number
  readonly q: number
  /** Major units of money. */
  readonly v: number
}

/** What a customer has spent. */
export interface OrderValues {
  /** x: repeat order days, an integer ≥ 0. The first order is left out, as in the order models. */
  readonly orders: number
  /** z̄: mean spent on one of them, major units ≥ 0; of no meaning where there is none. */
  readonly mean: number
}

/** Logarithms beyond this are no parameters but a search gone astray. */
const MAX_LOG_PARAMETER = 25
const MAX_EVALUATIONS = 4000
const COARSE = 1e-2
const FINE = 1e-8
/** Starts of the search, v as a share of the mean value of an order. */
const STARTS = [
  { p: 1, q: 3, v: 1 },
  { p: 5, q: 4, v: 0.5 },
  { p: 2, q: 10, v: 5 },
]

/**
 * Fits the model by maximum likelihood on customers with x > 0 and z̄ > 0, Nelder–Mead on the
 * logarithms of the parameters from several starts, the best one refined. The likelihood of one is
 *
 *     Γ(px+q) / (Γ(px) Γ(q)) · v^q z̄^(px−1) x^(px) / (x z̄ + v)^(px+q)
 *
 * Free orders have no place in it: a mean of 0 is left out. Throws RangeError where none is left.
 */
export function fitSpend(values: readonly OrderValues[]): {
  readonly model: SpendModel
  readonly logLikelihood: number
} {
  const spent = values.filter(({ orders, mean }) => orders > 0 && mean > 0)
  if (spent.length === 0) throw new RangeError('A fit of spending needs at least one repeat order.')
  const scale = spent.reduce((sum, { mean }) => sum + mean, 0) / spent.length
  const modelAt = (point: readonly number[]): SpendModel => {
    const [p, q, v] = point.map(Math.exp)
    return { kind: 'gamma-gamma', p: p!, q: q!, v: v! }
  }
  const loss = (point: readonly number[]): number => {
    if (point.some((value) => Math.abs(value) > MAX_LOG_PARAMETER)) return Number.POSITIVE_INFINITY
    const model = modelAt(point)
    return spent.reduce((sum, each) => sum - logLikelihoodOfSpend(model, each), 0)
  }
  const search = (start: readonly number[], tolerance: number) =>
    nelderMead(loss, { start, step: 0.5, tolerance, maxEvaluations: MAX_EVALUATIONS })
  const minima = STARTS.map(({ p, q, v }) => search([p, q, v * scale].map(Math.log), COARSE))
  const best = minima.reduce((left, right) => (right.value < left.value ? right : left))
  const { point, value } = search(best.point, FINE)
  return { model: modelAt(point), logLikelihood: -value }
}

function logLikelihoodOfSpend({ p, q, v }: SpendModel, { orders, mean }: OrderValues): number {
  const shape = p * orders
  const total = orders * mean
  // Written with shares of x z̄ + v: every factor but 1 / z̄ is in its range, however large p x is.
  const ofTotal = -shape * Math.log1p(v / total) - q * Math.log1p(total / v)
  return logRising(shape, q) - logGamma(q) + ofTotal - Math.log(mean)
}

/**
 * E(M), what an order day of this customer is worth, major units: with w = px / (px+q−1), the mean
 * w z̄ + (1 − w) pv / (q−1) of what they spent and of what customers spend on the whole.
 *
 * Guard: customers have no mean on the whole where q ≤ 1; then, where px + q ≤ 1 too, it is
 * `Infinity`.
 */
export function expectedOrderValue({ p, q, v }: SpendModel, values: OrderValues): number {
  const { orders, mean } = values
  const shape = p * orders
  const denominator = shape + q - 1
  if (denominator <= 0) return Number.POSITIVE_INFINITY
  return (p * v + (orders === 0 ? 0 : shape * mean)) / denominator
}
