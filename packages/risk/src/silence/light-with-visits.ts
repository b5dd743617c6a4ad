import type { OrderRhythm } from '../models/order-rhythm.ts'
import {
  LESS_THAN_EVER,
  noVisitInstant,
  type VisitPrior,
  type VisitRhythm,
} from '../models/visit-rhythm.ts'
import { noOrderInstant } from './crossing.ts'
import { crossings, riskAtLastOrder, type Scoring } from './tiers.ts'

const DAYS_PER_WEEK = 7
/** How much of the way to light the order signal must have gone before visits are asked. */
const HALF = 0.5

/** What is known of a customer's visits. */
export interface Visits {
  readonly rhythm: VisitRhythm
  readonly prior: VisitPrior
}

/**
 * When light begins if visits have a say. The order signal decides the tiers; a customer who browses
 * less than ever as well is told of earlier, but never before half of the way to light, and never
 * later than without visits:
 *
 *     min(light, max(instant at half the share ρ of light, instant of P(no visit for so long) = .01))
 *
 * An order is a visit, too. ms since the epoch, as `crossings`; docs/risk-models.md has what it is
 * worth. It moves with every visit, and holds if neither an order nor a visit comes.
 */
export function lightWithVisits(orders: OrderRhythm, scoring: Scoring, visits: Visits): number {
  const { model, policy } = scoring
  const { light } = crossings(orders, model, policy)
  const base = riskAtLastOrder(orders, scoring)
  const theta = Math.max(policy.light.floor, base + HALF * policy.light.share * (1 - base))
  const horizonWeeks = policy.horizonDays / DAYS_PER_WEEK
  const half = noOrderInstant(orders, model, { theta, horizonWeeks })
  const rhythm = { ...visits.rhythm, lastAt: Math.max(visits.rhythm.lastAt, orders.lastAt) }
  return Math.min(light, Math.max(half, noVisitInstant(visits.prior, rhythm, LESS_THAN_EVER)))
}
