import type { OrderRhythm } from '../models/order-rhythm.ts'
import { LESS_THAN_EVER, noVisitInstant, type VisitRhythm } from '../models/visit-rhythm.ts'
import { noOrderInstant } from './crossing.ts'
import { type Crossings, crossings, lightInstant, riskAtLastOrder, type Scoring } from './tiers.ts'

const DAYS_PER_WEEK = 7
/** How much of the way to light the order signal must have gone before visits are asked. */
const HALF = 0.5

/** What is known of a customer: when they order, and when they visit. */
export interface Customer {
  readonly rhythm: OrderRhythm
  /** Null where nobody told of a visit. */
  readonly visits: VisitRhythm | null
}

/**
 * When light begins if visits have a say. The order signal decides the tiers; a customer who browses
 * less than ever as well is told of earlier, but never before half of the way to light, and never
 * later than without visits:
 *
 *     min(light, max(instant at half the share ρ of light, instant of P(no visit for so long) = .01))
 *
 * An order is a visit, too. ms since the epoch, as `crossings`; docs/risk-models.md has what it is
 * worth. It moves with every visit, and holds if neither an order nor a visit comes. `light` where the
 * model knows no visits, or nobody told of one.
 *
 * @param light when it begins by the orders alone, where that is known already.
 */
export function lightWithVisits(
  { rhythm: orders, visits }: Customer,
  scoring: Scoring,
  light = lightInstant(orders, scoring),
): number {
  const { model, policy, visitPrior } = scoring
  if (visitPrior === undefined || visits === null) return light
  const rhythm = { ...visits, lastAt: Math.max(visits.lastAt, orders.lastAt) }
  const unseen = noVisitInstant(visitPrior, rhythm, LESS_THAN_EVER)
  if (unseen >= light) return light
  const base = riskAtLastOrder(orders, scoring)
  const theta = Math.max(policy.light.floor, base + HALF * policy.light.share * (1 - base))
  const horizonWeeks = policy.horizonDays / DAYS_PER_WEEK
  const half = noOrderInstant(orders, model, { theta, horizonWeeks })
  return Math.min(light, Math.max(half, unseen))
}

/** `crossings`, with light where visits have it. */
export function crossingsWithVisits(customer: Customer, scoring: Scoring): Crossings {
  const instants = crossings(customer.rhythm, scoring.model, scoring.policy)
  return { ...instants, light: lightWithVisits(customer, scoring, instants.light) }
}

/** Whether light, begun at an instant (ms), was brought forward by visits: by the orders it is later. */
export const isOfVisits = (rhythm: OrderRhythm, at: number, scoring: Scoring): boolean =>
  scoring.visitPrior !== undefined && at < lightInstant(rhythm, scoring)
