import type { Transaction } from '@ebb/postgres/transaction'
import { greatestDiscountOf } from '../coupon/discount.ts'
import { winbackOf } from '../decision/winback-record-of.ts'
import { type Claim, reserve } from '../ledger/budgets.ts'
import type { NewCoupon } from '../ledger/coupons.ts'
import type { DecisionRow } from '../ledger/decisions.ts'
import type { Treatment } from '../policy/policy.ts'
import type { DecidedAlert } from './decide-alerts.ts'

/** Decisions with their outcome behind the budgets, and the coupons that they issue. */
export interface FundedDecisions {
  readonly decisions: readonly DecisionRow[]
  readonly coupons: readonly NewCoupon[]
}

const DAY_MS = 86_400_000

/**
 * The last gate: reserves what coupons may cost, in the order of the alerts. In shadow mode nothing
 * is reserved, issued or sent.
 */
export const fundDecisions = async (
  tx: Transaction,
  decided: readonly DecidedAlert[],
  newCode: () => string,
): Promise<FundedDecisions> => {
  const paid = decided.filter((each) => claimOf(each) !== undefined)
  const granted = await reserve(
    tx,
    paid.map((each) => claimOf(each)!),
  )
  const isGranted = new Map(paid.map((each, i) => [each, granted[i]!]))
  const coupons: NewCoupon[] = []
  const decisions = decided.map((each): DecisionRow => {
    if (isGranted.get(each) === false) return rowOf(each, { noActionReason: 'BUDGET_EXHAUSTED' })
    const coupon = isGranted.get(each) === true ? couponOf(each, newCode()) : undefined
    if (coupon !== undefined) coupons.push(coupon)
    return rowOf(each, { trigger: triggerOf(each, coupon) })
  })
  return { decisions, coupons }
}

/** What is really done: the treatment of a decision in live mode. */
const treatmentOf = ({ decision: { outcome }, mode }: DecidedAlert): Treatment | undefined =>
  mode === 'live' && outcome.kind === 'treat' ? outcome.treatment : undefined

const claimOf = (decided: DecidedAlert): Claim | undefined => {
  const coupon = treatmentOf(decided)?.coupon
  if (coupon === undefined) return undefined
  return { budgetId: coupon.budget, amountMinor: greatestDiscountOf(coupon.discount) }
}

const couponOf = (decided: DecidedAlert, code: string): NewCoupon => {
  const { alert, decision, currency } = decided
  const { discount, minimumOrderMinor, validDays, budget } = treatmentOf(decided)!.coupon!
  return {
    code,
    decisionId: decision.decisionId,
    customerId: alert.customerId,
    discount,
    currency,
    minimumOrderMinor: minimumOrderMinor ?? null,
    budgetId: budget,
    committedMinor: greatestDiscountOf(discount),
    issuedAt: alert.raisedAt,
    validUntil: alert.raisedAt + validDays * DAY_MS,
  }
}

const triggerOf = (
  decided: DecidedAlert,
  coupon: NewCoupon | undefined,
): DecisionRow['trigger'] => {
  if (treatmentOf(decided) === undefined) return null
  const { alert, decision, policy, policyVersion } = decided
  return winbackOf(decision, {
    ...{ alert, experimentId: policy.experiment.id, policyVersion },
    ...(coupon !== undefined && { coupon: offerOf(coupon) }),
  })
}

const offerOf = ({ code, discount, currency, validUntil, minimumOrderMinor }: NewCoupon) => ({
  ...{ code, discount, currency, validUntil },
  ...(minimumOrderMinor !== null && { minimumOrderMinor }),
})

const rowOf = (
  { alert, decision, policy, policyVersion, mode }: DecidedAlert,
  {
    trigger = null,
    noActionReason = null,
  }: Partial<Pick<DecisionRow, 'trigger' | 'noActionReason'>>,
): DecisionRow => {
  const { outcome, decisionId, segment, reasons } = decision
  const { alertId, episodeId, customerId, tier, raisedAt: decidedAt } = alert
  const chosen = outcome.kind === 'none' ? undefined : outcome
  const reason = noActionReason ?? reasonOf(outcome)
  return {
    ...{
      decisionId,
      alertId,
      episodeId,
      customerId,
      tier,
      segment,
      mode,
      policyVersion,
      decidedAt,
    },
    reasons: reasons.map(({ code, share }) => ({ code, share })),
    experimentId: policy.experiment.id,
    status: reason !== null ? 'none' : mode === 'live' ? 'waiting' : 'shadow',
    noActionReason: reason,
    treatmentId: chosen?.treatment.id ?? null,
    treatmentKind: chosen?.treatment.kind ?? null,
    arm: chosen === undefined ? null : chosen.kind === 'treat' ? 'treated' : 'hold_out',
    propensity: chosen?.propensity ?? null,
    trigger,
  }
}

const reasonOf = (outcome: DecidedAlert['decision']['outcome']): DecisionRow['noActionReason'] => {
  if (outcome.kind === 'none') return outcome.reason
  return outcome.kind === 'hold_out' ? 'HOLD_OUT' : null
}
