import type { SilenceView } from '@ebb/contracts/dashboard-api'
import { riskCurve } from '@ebb/risk/silence/risk-curve'
import { riskAt, riskAtLastOrder, type Scoring, thresholdsOf } from '@ebb/risk/silence/tiers'
import type { CrossingInstants, Rhythm } from './customer-fold.ts'

/** A customer who has ordered, and where silence has led so far. */
export interface SilentCustomer {
  readonly rhythm: Rhythm
  readonly crossings: CrossingInstants
  /** Thresholds passed, 0 … 4. */
  readonly stage: number
  /** The release of who was held, ms: what was not passed by then comes no earlier. */
  readonly notBefore?: number | undefined
}

const MILESTONES = ['light', 'moderate', 'heavy', 'lost'] as const
const CURVE_SAMPLES = 121
/** The drawing goes on beyond the last milestone by a share of the whole. */
const BEYOND = 0.06

/** The silence after the last order: so far, and to come if nothing happens. */
export const silenceView = (
  { rhythm, crossings, stage, notBefore = 0 }: SilentCustomer,
  clock: number,
  scoring: Scoring,
): SilenceView => {
  // An order may be ahead of the clock by a little.
  const now = Math.max(clock, rhythm.lastAt)
  const end = Math.max(now, crossings.lost, notBefore)
  const until = Math.ceil(end + BEYOND * (end - rhythm.lastAt))
  const { points } = riskCurve(rhythm, scoring, { until, samples: CURVE_SAMPLES })
  const thresholds = { ...thresholdsOf(rhythm, scoring), lost: null }
  return {
    lastOrderAt: iso(rhythm.lastAt),
    now: iso(now),
    risk: riskAt(rhythm, now, scoring),
    riskAtLastOrder: riskAtLastOrder(rhythm, scoring),
    horizonDays: scoring.policy.horizonDays,
    curve: points.map(({ at, risk }) => ({ at: iso(at), risk })),
    milestones: MILESTONES.map((standing, index) => {
      const crossing = crossings[standing]
      const isPassed = stage > index && crossing !== null
      const at = isPassed || crossing === null ? crossing : Math.max(crossing, notBefore)
      return {
        standing,
        threshold: thresholds[standing],
        at: at === null ? null : iso(at),
        isPassed,
      }
    }),
  }
}

const iso = (instant: number): string => new Date(instant).toISOString()
