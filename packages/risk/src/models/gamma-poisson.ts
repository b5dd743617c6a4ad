/**
 * A Poisson process whose rate is Gamma(`shape`, `rate`): the wait for its next event is Pareto
 * of the second kind (Lomax). Any unit of time, the same for `rate` and for waits.
 */
export interface GammaPoisson {
  /** > 0. */
  readonly shape: number
  /** > 0. */
  readonly rate: number
}

/** ln P(no event within `wait`) = −shape · ln(1 + wait / rate). */
export function logNoEvent({ shape, rate }: GammaPoisson, wait: number): number {
  return -shape * Math.log1p(wait / rate)
}

/** P(at least one event within `wait`), without cancellation for a small one. */
export function someEvent(process: GammaPoisson, wait: number): number {
  return -Math.expm1(logNoEvent(process, wait))
}

/** The wait within which no event has so small a probability, 0 < `theta` ≤ 1. */
export function waitOf({ shape, rate }: GammaPoisson, theta: number): number {
  return rate * Math.expm1(-Math.log(theta) / shape)
}

/**
 * The wait t at which P(no event in (t, t + H] | none until t) = ((rate + t) / (rate + t + H))ˢ is
 * `theta`: t = H z / (1 − z) − rate with z = θ^(1 / shape); never below 0.
 */
export function quietWait({ shape, rate }: GammaPoisson, theta: number, horizon: number): number {
  return Math.max(0, horizon / Math.expm1(-Math.log(theta) / shape) - rate)
}
