import { historyAt, MS_PER_WEEK, type OrderRhythm } from '../models/order-rhythm.ts'
import { probabilityOfNoOrder, type RiskModel } from '../models/risk-model.ts'
import type { VisitPrior } from '../models/visit-rhythm.ts'
import { noOrderInstant } from './crossing.ts'

const DAYS_PER_WEEK = 7
const MS_PER_DAY = MS_PER_WEEK / DAYS_PER_WEEK

/** How much at risk a customer is, in rising order. */
export type Tier = 'healthy' | 'light' | 'moderate' | 'heavy'

/** Where one tier begins: θ = max(`floor`, r₀ + `share` · (1 − r₀)). */
export interface TierThreshold {
  /** ρ: the share of the way from the risk right after an order, r₀, to certainty. In [0, 1]. */
  readonly share: number
  /** The least risk that is worth an alert at this tier; 0 for none. */
  readonly floor: number
}

/** When silence is worth an alert, and when it is final. */
export interface TierPolicy {
  /** H: the risk is P(no order in the next so many days). */
  readonly horizonDays: number
  readonly light: TierThreshold
  /** `share` and `floor` at least those of `light`. */
  readonly moderate: TierThreshold
  /** `share` and `floor` at least those of `moderate`. */
  readonly heavy: TierThreshold
  /** How far below its threshold the risk must be before a tier is left without an order. */
  readonly hysteresis: number
  /** Lost so many horizons after the heavy crossing. */
  readonly lostAfterHeavy: number
  /** Lost so many horizons after the last order, where heavy is out of reach. */
  readonly lostAfterOrder: number
}

/**
 * The policy of a shop that has set none:
 *
 *     horizon H              90 days
 *     share ρ of light       .30
 *     share ρ of moderate    .50
 *     share ρ of heavy       .70
 *     floors                 0 (none)
 *     hysteresis             .05
 *     lost                   2 H (180 days) after the heavy crossing
 *     heavy out of reach     it comes later than 4 H (360 days) after the last order, or never;
 *                            lost is then 4 H after the last order
 *
 * Thresholds are relative to the customer's own risk right after an order, since with H = 90 days
 * most customers of a typical shop start above .5: an absolute threshold would alarm at once.
 */
export const DEFAULT_TIER_POLICY: TierPolicy = {
  horizonDays: 90,
  light: { share: 0.3, floor: 0 },
  moderate: { share: 0.5, floor: 0 },
  heavy: { share: 0.7, floor: 0 },
  hysteresis: 0.05,
  lostAfterHeavy: 2,
  lostAfterOrder: 4,
}

/**
 * The model of a shop that has none of its own yet: MBG/NBD as fitted to the public CDNOW sample,
 * r .525, α 6.183 weeks, a .891, b 1.614.
 */
export const SHIPPED_PRIORS: RiskModel<'mbg-nbd'> = {
  kind: 'mbg-nbd',
  parameters: { r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 },
}

/** Names `SHIPPED_PRIORS` with the default policy, as alerts and grades do. */
export const SHIPPED_MODEL_VERSION = 'shipped-1'

/** What a risk is computed with. */
export interface Scoring {
  readonly model: RiskModel
  readonly policy: TierPolicy
  /** By which visits may bring light forward; absent: they have no say. */
  readonly visitPrior?: VisitPrior | undefined
}

/** A number for each tier above healthy. */
export interface PerTier {
  readonly light: number
  readonly moderate: number
  readonly heavy: number
}

/**
 * The risk at an instant, if no order came since `lastAt`: P(no order in the next H days).
 *
 * @param now ms since the epoch; before `lastAt` it counts as `lastAt`.
 */
export function riskAt(rhythm: OrderRhythm, now: number, { model, policy }: Scoring): number {
  const horizonWeeks = policy.horizonDays / DAYS_PER_WEEK
  return probabilityOfNoOrder(model, historyAt(rhythm, now), horizonWeeks)
}

/** r₀, the risk right after the last order: the least it can be without another one. */
export function riskAtLastOrder(rhythm: OrderRhythm, scoring: Scoring): number {
  return riskAt(rhythm, rhythm.lastAt, scoring)
}

/** The risk at which each tier begins for this customer: see `TierThreshold`. */
export function thresholdsOf(rhythm: OrderRhythm, scoring: Scoring): PerTier {
  const base = riskAtLastOrder(rhythm, scoring)
  const threshold = ({ share, floor }: TierThreshold) => Math.max(floor, base + share * (1 - base))
  const { light, moderate, heavy } = scoring.policy
  return { light: threshold(light), moderate: threshold(moderate), heavy: threshold(heavy) }
}

/** Instants in ms since the epoch; light ≤ moderate ≤ heavy. */
export interface Crossings extends PerTier {
  /** Always finite. A tier whose crossing is later than this is never entered. */
  readonly lost: number
}

/**
 * When a customer enters each tier if the silence lasts: integer milliseconds since the epoch,
 * rounded up as `noOrderInstant` does, `Infinity` for never.
 *
 * `lost` = heavy + 2 H; or lastAt + 4 H where heavy is out of reach, that is never crossed or
 * later than 4 H after the last order (2 and 4 as the policy has them).
 */
export function crossings(rhythm: OrderRhythm, model: RiskModel, policy: TierPolicy): Crossings {
  const horizonWeeks = policy.horizonDays / DAYS_PER_WEEK
  const thetas = thresholdsOf(rhythm, { model, policy })
  const crossing = (theta: number) => noOrderInstant(rhythm, model, { theta, horizonWeeks })
  const light = crossing(thetas.light)
  const moderate = Math.max(light, crossing(thetas.moderate))
  const heavy = Math.max(moderate, crossing(thetas.heavy))
  const lost = lostAt(rhythm.lastAt, heavy, policy)
  return { light, moderate, heavy, lost }
}

/** `light` of `crossings` alone, a third of the work. */
export function lightInstant(rhythm: OrderRhythm, { model, policy }: Scoring): number {
  const horizonWeeks = policy.horizonDays / DAYS_PER_WEEK
  const { light: theta } = thresholdsOf(rhythm, { model, policy })
  return noOrderInstant(rhythm, model, { theta, horizonWeeks })
}

/** `lightInstant`; `undefined` where it may come behind lost, so that `crossings` has to be asked. */
export function lightCrossing(rhythm: OrderRhythm, scoring: Scoring): number | undefined {
  const { policy } = scoring
  const light = lightInstant(rhythm, scoring)
  // Lost is behind heavy, which is not before light; or at this instant, where heavy is later.
  return light <= rhythm.lastAt + policy.lostAfterOrder * policy.horizonDays * MS_PER_DAY
    ? light
    : undefined
}

function lostAt(lastAt: number, heavy: number, policy: TierPolicy): number {
  const horizonMs = policy.horizonDays * MS_PER_DAY
  const outOfReach = lastAt + policy.lostAfterOrder * horizonMs
  const lost = heavy > outOfReach ? outOfReach : heavy + policy.lostAfterHeavy * horizonMs
  return Math.ceil(lost)
}
