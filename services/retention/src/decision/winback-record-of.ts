import type { AlertRecord } from '@ebb/contracts/alert-record'
import type { WinbackRecord } from '@ebb/contracts/winback-record'
import type { Decision } from './decide.ts'

/** What a trigger says beside its decision. */
export interface WinbackContext {
  /** The one that was decided upon. */
  readonly alert: AlertRecord
  readonly experimentId: string
  readonly policyVersion: number
  /** Issued for this decision; with a treatment that has a coupon, and with no other. */
  readonly coupon?: NonNullable<WinbackRecord['treatment']['coupon']>
}

/**
 * The trigger of a decision to treat. Throws a `TypeError` for any other decision, and where coupon
 * and treatment do not belong together: such a trigger would promise what nobody pays.
 */
export const winbackOf = (decision: Decision, context: WinbackContext): WinbackRecord => {
  const { alert, experimentId, policyVersion } = context
  const { outcome, decisionId, reasons } = decision
  if (outcome.kind !== 'treat') throw new TypeError(`nothing is sent for ${outcome.kind}`)
  const { alertId, episodeId, customerId, userId, tier, raisedAt } = alert
  const { propensity, notBefore, expiresAt } = outcome
  return {
    decisionId,
    alertId,
    episodeId,
    customerId,
    ...(userId !== undefined && { userId }),
    tier,
    channels: [...outcome.treatment.channels],
    treatment: treatmentOf(outcome.treatment, context),
    reasons: [...reasons],
    experiment: { id: experimentId, arm: 'treated', propensity },
    policyVersion,
    decidedAt: raisedAt,
    ...(notBefore !== undefined && { notBefore }),
    expiresAt,
  }
}

type ChosenTreatment = Extract<Decision['outcome'], { kind: 'treat' }>['treatment']

const treatmentOf = (
  { id, kind, messageKey, coupon: offer, points, task }: ChosenTreatment,
  { coupon }: WinbackContext,
): WinbackRecord['treatment'] => {
  if ((offer === undefined) !== (coupon === undefined))
    throw new TypeError(`treatment ${id} has ${offer === undefined ? 'no' : 'a'} coupon`)
  return {
    id,
    kind,
    messageKey,
    ...(coupon !== undefined && { coupon }),
    ...(points !== undefined && { points }),
    ...(task !== undefined && { task }),
  }
}
