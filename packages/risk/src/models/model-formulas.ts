import type { PurchaseHistory, Purchases } from './purchase-history.ts'

/** A level of risk: P(no order in the next `horizonWeeks`) = `theta`. */
export interface RiskLevel {
  /** θ; below the risk at the last order it is crossed at once, at 1 and above never. */
  readonly theta: number
  readonly horizonWeeks: number
}

/** What a fit knows of the customers as a whole. */
export interface Population {
  /** Mean age in weeks; > 0. */
  readonly meanAge: number
  /** Repeat purchase days a week of a customer, on the whole; > 0. */
  readonly ordersPerWeek: number
}

/**
 * What every kind of model has to answer, all from its parameters P, plain numbers > 0. Whoever
 * scores, fits or solves for a crossing asks for these and knows no kind by name. Times are in
 * weeks. Everything is to be evaluated in logarithms, so that 100,000 orders and centuries of
 * silence give numbers in their range and never NaN.
 */
export interface ModelFormulas<P> {
  /** Names of the parameters, in the order in which a fit takes them. */
  readonly names: readonly (keyof P & string)[]
  /** Where searches for the maximum of the likelihood begin. */
  starts(population: Population): readonly P[]
  /**
   * What a fit has to fix where it has run to "nobody ever leaves", which would be blind to the
   * silence of the loyal; `undefined` where dropout is identified.
   */
  guard(fitted: P, population: Population): Partial<P> | undefined
  /** ln of the likelihood of one history; finite. */
  logLikelihood(parameters: P, history: PurchaseHistory): number
  /** ln of the odds that the customer has left by T. Never falls in silence; −∞ for certainly not. */
  logOddsGone(parameters: P, history: PurchaseHistory): number
  /** P(at least one order in (T, T + weeks] | not left by T). */
  chanceOfOrder(parameters: P, history: PurchaseHistory, weeks: number): number
  /** E(orders in (T, T + weeks] | not left by T). */
  ordersIfAlive(parameters: P, history: PurchaseHistory, weeks: number): number
  /** An age by which 1 − P(alive) ≥ θ for certain if the silence lasts; `Infinity` for never. */
  goneBound(parameters: P, purchases: Purchases, theta: number): number
  /** An age by which P(no order in H) ≥ θ for certain if the silence lasts; θ < 1. */
  riskBound(parameters: P, purchases: Purchases, level: RiskLevel): number
}
