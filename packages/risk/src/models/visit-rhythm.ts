import { type GammaPoisson, logNoEvent, waitOf } from './gamma-poisson.ts'
import { nelderMead } from './nelder-mead.ts'
import { logRising } from './special-functions.ts'

const MS_PER_DAY = 86_400_000

/** The last instant that ECMAScript can date. */
const LAST_INSTANT = 8.64e15

/** Logarithms beyond this are no parameters but a search gone astray. */
const MAX_LOG_PARAMETER = 25

/** When a customer visits: all that the signal needs, in integers. */
export interface VisitRhythm {
  /** Distinct days (shop's time zone) with a visit, less one; ≥ 0. */
  readonly repeatDays: number
  /** Instant of the first visit, ms since the epoch. */
  readonly firstAt: number
  /** Instant of the last visit, ms since the epoch; ≥ `firstAt`. */
  readonly lastAt: number
}

/** On how many days a customer was seen in a time, to fit a prior to. */
export interface VisitDays {
  /** Days with a visit, the first one left out; an integer ≥ 0. */
  readonly activeDays: number
  /** Days from the first visit to the end of the observation, ≥ 0. */
  readonly observedDays: number
}

/**
 * How the rates of active days differ between customers: Gamma(`shape`, `rate`), `rate` in days. A
 * customer's active days are Poisson at a rate of their own, as orders are in the order models, but
 * nobody leaves: leaving is what the signal is to tell.
 */
export type VisitPrior = GammaPoisson

/**
 * The prior of a shop that has none of its own: the fit to all 31,106 rows of the clickstream of
 * retentioneering-tools (600 users, 2024-01-04 to 2024-06-29, its times taken as UTC, observed to the
 * last row). That clickstream is synthetic, and its users are all alike: a day in 20, give or take
 * a fifth. A shop's own visits should replace it (`fitVisitPrior`).
 */
export const SHIPPED_VISIT_PRIOR: VisitPrior = { shape: 25.54, rate: 513.5 }

/** P(no visit for so long) at or below which a customer "browses less than ever". */
export const LESS_THAN_EVER = 0.01

/**
 * The prior with the greatest likelihood, that of a negative binomial count (Greenwood & Yule
 * 1920): Γ(k+x) / Γ(k) · (ν / (ν+t))ᵏ (ν+t)⁻ˣ for x active days in t observed ones, but for what
 * does not depend on shape k and rate ν. Nelder–Mead on the logarithms; equal pairs are evaluated
 * once. Throws RangeError where nobody was observed for any time.
 */
export function fitVisitPrior(seen: readonly VisitDays[]): {
  readonly prior: VisitPrior
  readonly logLikelihood: number
} {
  const pairs = Map.groupBy(seen, ({ activeDays, observedDays }) => `${activeDays} ${observedDays}`)
  const groups = [...pairs.values()].map((equal) => ({ ...equal[0]!, weight: equal.length }))
  const days = seen.reduce((sum, { observedDays }) => sum + observedDays, 0)
  if (!(days > 0)) throw new RangeError('A fit of visits needs somebody observed for some time.')
  const loss = (point: readonly number[]): number => {
    if (point.some((value) => Math.abs(value) > MAX_LOG_PARAMETER)) return Number.POSITIVE_INFINITY
    const [shape, rate] = point.map(Math.exp) as [number, number]
    return groups.reduce((sum, { activeDays, observedDays, weight }) => {
      const counted = logRising(shape, activeDays) - activeDays * Math.log(rate + observedDays)
      return sum - weight * (counted + logNoEvent({ shape, rate }, observedDays))
    }, 0)
  }
  const start = [0, Math.log(days / seen.length)]
  const search = { start, step: 0.5, tolerance: 1e-8, maxEvaluations: 4000 }
  const { point, value } = nelderMead(loss, search)
  return { prior: { shape: Math.exp(point[0]!), rate: Math.exp(point[1]!) }, logLikelihood: -value }
}

/**
 * P(no visit for so long), the chance that a customer who still comes as they did stays away from
 * the last visit until now: ((ν+t) / (ν+t+silence))ᵏ⁺ˣ, with t the days from the first visit to the last.
 * It falls from 1 in silence. Before the last visit (a clock may be behind it) it is 1.
 *
 * @param now ms since the epoch.
 */
export function probabilityOfNoVisit(prior: VisitPrior, rhythm: VisitRhythm, now: number): number {
  const silence = Math.max(0, now - rhythm.lastAt) / MS_PER_DAY
  return Math.exp(logNoEvent(visiting(prior, rhythm), silence))
}

/**
 * The first integer millisecond since the epoch at which P(no visit for so long) is ≤ `chance`, in
 * closed form: (ν+t) (chance^(−1/(k+x)) − 1) days after the last visit, rounded up. `Infinity` where
 * no date can be that late.
 *
 * @param chance in (0, 1].
 */
export function noVisitInstant(prior: VisitPrior, rhythm: VisitRhythm, chance: number): number {
  const days = waitOf(visiting(prior, rhythm), chance)
  const at = rhythm.lastAt + Math.ceil(days * MS_PER_DAY)
  return at > LAST_INSTANT ? Number.POSITIVE_INFINITY : at
}

/** Whether a customer browses less than ever: P(no visit for so long) ≤ .01. */
export function browsesLessThanEver(prior: VisitPrior, rhythm: VisitRhythm, now: number): boolean {
  return now >= noVisitInstant(prior, rhythm, LESS_THAN_EVER)
}

/** What is known of a customer's rate of active days at the last visit. */
function visiting({ shape, rate }: VisitPrior, rhythm: VisitRhythm): GammaPoisson {
  const days = (rhythm.lastAt - rhythm.firstAt) / MS_PER_DAY
  return { shape: shape + rhythm.repeatDays, rate: rate + days }
}
