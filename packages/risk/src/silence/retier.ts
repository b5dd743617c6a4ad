import { dueAt } from './episode.ts'
import { type Customer, crossingsWithVisits, lightWithVisits } from './light-with-visits.ts'
import { type Dues, duesFrom, type RiskState, type Stage } from './risk-state.ts'
import { lightCrossing, type Scoring } from './tiers.ts'

/** A model that was promoted. */
export interface Promotion extends Scoring {
  /** What is crossed at this instant (ms) or before is passed silently. */
  readonly passedUntil: number
}

/**
 * A customer as a promoted model sees them: thresholds that it crosses until `passedUntil` are passed
 * without an alert, and those behind it have timers at its analytic instants. Tiers go up and down.
 * An episode that runs goes on, healthy or not: it was told, so its end will be.
 *
 * Follows from orders, visits and the promotion alone, not from the tier before or the promotions in
 * between; an episode's first crossing and the last ended episode stay.
 */
export function retiered(state: RiskState, promotion: Promotion): RiskState {
  const { rhythm, visits } = state
  if (rhythm === null) return state
  const { stage, instants } = passedSilently({ rhythm, visits }, promotion)
  return { ...state, stage, due: duesFrom(instants, stage) }
}

/** The stage that a promotion puts a customer into, and when its model enters each: null for never. */
export function passedSilently(
  customer: Customer,
  promotion: Promotion,
): { readonly stage: Stage; readonly instants: Dues } {
  const { passedUntil } = promotion
  const { light, moderate, heavy, lost } = crossingsWithVisits(customer, promotion)
  const timer = (at: number) => (at > lost ? null : at)
  const instants: Dues = [timer(light), timer(moderate), timer(heavy), lost]
  const isPassed = (at: number | null) => at !== null && at <= passedUntil
  return { stage: (instants.findLastIndex(isPassed) + 1) as Stage, instants }
}

/** `dueAt` of what `retiered` gives, for less: most customers are before their light crossing. */
export function retieredDueAt(state: RiskState, promotion: Promotion): number | undefined {
  const { rhythm, visits } = state
  if (rhythm === null) return undefined
  const ofOrders = lightCrossing(rhythm, promotion)
  const light = ofOrders && lightWithVisits({ rhythm, visits }, promotion, ofOrders)
  if (light !== undefined && light > promotion.passedUntil) return light
  return dueAt(retiered(state, promotion))
}

/** The same customer, of whom nothing may be raised before an instant (ms): timers wait for it. */
export function heldUntil(state: RiskState, instant: number): RiskState {
  const wait = (at: number | null) => (at === null ? null : Math.max(at, instant))
  const [light, moderate, heavy, lost] = state.due
  return { ...state, due: [wait(light), wait(moderate), wait(heavy), wait(lost)] }
}
