import { createHash } from 'node:crypto'
import type { AlertRecord } from '@ebb/contracts/alert-record'
import type { NoActionReason } from '@ebb/contracts/winback-api'
import type { Candidate, Policy, Treatment } from '../policy/policy.ts'
import type { DecisionInput } from './decision-input.ts'
import { closedGate } from './gates.ts'
import { endOfQuietHours } from './quiet-hours.ts'
import { uniformDraw } from './uniform-draw.ts'

/** What is decided for an alert, before the budget is asked. */
export interface Decision {
  /** Follows from the alert's id alone. */
  readonly decisionId: string
  readonly outcome: DecisionOutcome
  /** Name of the customer's segment by revenue. */
  readonly segment: string
  /** Those of the alert, without their evidence. */
  readonly reasons: readonly Pick<AlertRecord['reasons'][number], 'code' | 'share'>[]
}

/** A treatment, a ghost of one, or a reason for doing nothing. Instants in ms. */
export type DecisionOutcome =
  | {
      readonly kind: 'none'
      readonly reason: Exclude<NoActionReason, 'HOLD_OUT' | 'BUDGET_EXHAUSTED'>
    }
  | {
      readonly kind: 'hold_out'
      /** What would have been done. */
      readonly treatment: Treatment
      /** Probability of being held out from just this treatment. */
      readonly propensity: number
    }
  | {
      readonly kind: 'treat'
      readonly treatment: Treatment
      /** Probability of just this treatment, not being held out included. */
      readonly propensity: number
      /** End of the quiet hours that the alert was raised in. */
      readonly notBefore?: number
      /** Days of the policy behind `notBefore`, or behind the alert. */
      readonly expiresAt: number
    }

/**
 * Decides what is done for a customer who goes quiet. Pure: the same input gives the same decision,
 * draws included. The arm of a customer is the same for every alert of an experiment; the
 * treatment is drawn for each alert. Throws a `TypeError` for an alert of another kind.
 */
export const decide = (input: DecisionInput): Decision => {
  const { alert, policy } = input
  if (alert.kind !== 'at_risk') throw new TypeError(`nothing is decided for ${alert.kind}`)
  const segment = segmentOf(alert.revenueMinor, policy)
  return {
    decisionId: decisionIdOf(alert.alertId),
    outcome: outcomeOf(input, segment),
    segment,
    reasons: alert.reasons.map(({ code, share }) => ({ code, share })),
  }
}

const ID_LENGTH = 32

const decisionIdOf = (alertId: string): string =>
  createHash('sha256')
    .update(JSON.stringify(['decision', alertId]))
    .digest('hex')
    .slice(0, ID_LENGTH)

/** Refunds can bring revenue below zero: still the first segment. */
const segmentOf = (revenueMinor: number, { segments }: Policy): string =>
  (segments.findLast(({ fromMinor }) => fromMinor <= revenueMinor) ?? segments[0]!).name

const outcomeOf = (input: DecisionInput, segment: string): DecisionOutcome => {
  const reason = closedGate(input)
  if (reason !== undefined) return { kind: 'none', reason }
  const candidates = candidatesOf(input, segment)
  if (candidates.length === 0) return { kind: 'none', reason: 'NO_TREATMENT' }
  return drawn(candidates, input)
}

const candidatesOf = ({ alert, policy }: DecisionInput, segment: string): readonly Candidate[] => {
  const reason = alert.reasons[0]?.code ?? 'UNKNOWN'
  const fits = policy.rules.find(
    ({ tiers, reasons, segments }) =>
      tiers.includes(alert.tier) && reasons.includes(reason) && segments.includes(segment),
  )
  return fits?.candidates ?? []
}

const drawn = (candidates: readonly Candidate[], input: DecisionInput): DecisionOutcome => {
  const { alert, policy, salt } = input
  const { id, holdOut } = policy.experiment
  const chosen = draw(candidates, uniformDraw([salt, 'treatment', id, alert.alertId]))
  const treatment = policy.treatments[chosen.treatment]!
  if (uniformDraw([salt, 'arm', id, alert.customerId]) < holdOut)
    return { kind: 'hold_out', treatment, propensity: holdOut * chosen.share }
  const propensity = (1 - holdOut) * chosen.share
  return { kind: 'treat', treatment, propensity, ...timesOf(input) }
}

interface Drawn {
  readonly treatment: string
  /** Probability of this candidate. */
  readonly share: number
}

const draw = (candidates: readonly Candidate[], uniform: number): Drawn => {
  const total = candidates.reduce((sum, { weight }) => sum + weight, 0)
  // Below the total, rounded as well, for uniform is below 1: so one of them is found.
  let left = uniform * total
  const chosen = candidates.find(({ weight }) => {
    left -= weight
    return left < 0
  })!
  return { treatment: chosen.treatment, share: chosen.weight / total }
}

const DAY_MS = 86_400_000

const timesOf = ({ alert, policy, timeZone }: DecisionInput) => {
  const { quietHours, expiresAfterDays } = policy
  const { raisedAt } = alert
  const notBefore = quietHours && endOfQuietHours(raisedAt, quietHours, timeZone)
  const expiresAt = (notBefore ?? raisedAt) + expiresAfterDays * DAY_MS
  return notBefore === undefined ? { expiresAt } : { notBefore, expiresAt }
}
