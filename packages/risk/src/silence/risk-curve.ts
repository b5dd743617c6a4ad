import type { OrderRhythm } from '../models/order-rhythm.ts'
import {
  type Crossings,
  crossings,
  type PerTier,
  riskAt,
  type Scoring,
  thresholdsOf,
} from './tiers.ts'

/** Risk at an instant. */
export interface RiskPoint {
  /** ms since the epoch. */
  readonly at: number
  readonly risk: number
}

/** What a drawing of a customer's silence shows. */
export interface RiskCurve {
  /** Evenly spaced, the first at the last order, the last at `until`. */
  readonly points: readonly RiskPoint[]
  /** The levels of risk at which the tiers begin. */
  readonly thresholds: PerTier
  readonly crossings: Crossings
}

/**
 * The risk from the last order on, if the silence lasts, for drawing.
 *
 * @param span `until` in ms since the epoch, at or after the last order; `samples` ≥ 2.
 */
export function riskCurve(
  rhythm: OrderRhythm,
  scoring: Scoring,
  span: { readonly until: number; readonly samples: number },
): RiskCurve {
  const spacing = (span.until - rhythm.lastAt) / (span.samples - 1)
  const points = Array.from({ length: span.samples }, (_, i) => {
    const at = Math.round(rhythm.lastAt + i * spacing)
    return { at, risk: riskAt(rhythm, at, scoring) }
  })
  return {
    points,
    thresholds: thresholdsOf(rhythm, scoring),
    crossings: crossings(rhythm, scoring.model, scoring.policy),
  }
}
