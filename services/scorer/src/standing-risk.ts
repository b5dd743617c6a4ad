import { dueAt } from '@ebb/risk/silence/episode'
import { holdOf, passedUntil } from '@ebb/risk/silence/holds'
import { heldUntil, type Promotion, retiered, retieredDueAt } from '@ebb/risk/silence/retier'
import type { RiskState } from '@ebb/risk/silence/risk-state'
import type { Scoring } from '@ebb/risk/silence/tiers'
import type { ScorerShared } from './scorer-shared.ts'
import type { ScorerState } from './scorer-state.ts'

/** With what customers are scored: what is shipped, until a model was promoted. */
export const scoringInForce = <Shipped extends Scoring & { readonly modelVersion: string }>(
  shipped: Shipped,
  { promoted }: ScorerShared,
): Shipped => {
  if (promoted === null) return shipped
  const { model, policy = shipped.policy, version: modelVersion, spend, visits } = promoted
  return { ...shipped, model, policy, modelVersion, visitPrior: visits, ...(spend && { spend }) }
}

/**
 * The risk state of a customer as it stands: as the model in force sees it, and with timers that wait
 * for the release of a hold. A pure function of what was written and what the partition shares, so it
 * makes no difference when a state is read.
 */
export const standingRisk = (
  state: StandingState,
  shared: ScorerShared,
  scoring: Scoring,
): RiskState => {
  const promotion = promotionSince(state, shared, scoring)
  const known = promotion === undefined ? state.risk : retiered(state.risk, promotion)
  const until = holdOf(shared, state.source)?.until ?? undefined
  return until === undefined ? known : heldUntil(known, until)
}

/** When something is to be raised of a customer as they stand; never of who is held. */
export const standingDueAt = (
  state: StandingState,
  shared: ScorerShared,
  scoring: Scoring,
): number | undefined => {
  const hold = holdOf(shared, state.source)
  if (hold?.until === null) return undefined
  const promotion = promotionSince(state, shared, scoring)
  const due = promotion === undefined ? dueAt(state.risk) : retieredDueAt(state.risk, promotion)
  return due === undefined ? undefined : Math.max(due, hold?.until ?? due)
}

type StandingState = Pick<ScorerState, 'risk' | 'promotions' | 'source'>

/** What a state has not been re-tiered by; `undefined` where it was written behind the last one. */
const promotionSince = (
  { promotions, source }: StandingState,
  shared: ScorerShared,
  scoring: Scoring,
): Promotion | undefined => {
  const { promoted } = shared
  if (promoted === null || promotions >= shared.promotions) return undefined
  const { model, policy, visitPrior } = scoring
  const until = passedUntil(promoted.promotedAt, holdOf(shared, source))
  return { model, policy, visitPrior, passedUntil: until }
}

/** Whether nothing may be raised of a customer now: the source of their orders is silent. */
export const isHeld = ({ source }: Pick<ScorerState, 'source'>, shared: ScorerShared): boolean =>
  holdOf(shared, source)?.until === null
