import type { AlertRecord } from '@ebb/contracts/alert-record'
import type { WinbackMode } from '@ebb/contracts/winback-api'
import type { Transaction } from '@ebb/postgres/transaction'
import { type Decision, decide } from '../decision/decide.ts'
import { pastDecisions } from '../ledger/decisions.ts'
import { excludedOf } from '../ledger/exclusions.ts'
import { policyInForce } from '../ledger/policies.ts'
import type { Settings } from '../ledger/settings.ts'
import type { Policy } from '../policy/policy.ts'

/** How the shop counts. */
export interface Shop {
  readonly timeZone: string
  readonly currency: string
}

/** What alerts are decided by, beside the policy: held by the transaction. */
export interface Deciding extends Shop, Pick<Settings, 'mode' | 'salt'> {}

/** An alert and what was decided for it, before any budget was asked. */
export interface DecidedAlert {
  readonly alert: AlertRecord
  readonly decision: Decision
  readonly policy: Policy
  readonly policyVersion: number
  readonly mode: WinbackMode
  readonly currency: string
}

const DAY_MS = 86_400_000

/**
 * Decides alerts of silence, in the order given: each knows of those before it.
 */
export const decideAlerts = async (
  tx: Transaction,
  alerts: readonly AlertRecord[],
  { timeZone, currency, mode, salt }: Deciding,
): Promise<DecidedAlert[]> => {
  const { version: policyVersion, policy } = await policyInForce(tx, currency)
  const customerIds = [...new Set(alerts.map(({ customerId }) => customerId))]
  const excluded = await excludedOf(tx, customerIds)
  const past = await pastDecisions(tx, {
    customerIds,
    since: earliest(alerts) - lookBackDays(policy) * DAY_MS,
    mode,
  })
  return alerts.map((alert) => {
    const { customerId, raisedAt: decidedAt } = alert
    const history = past.filter((decision) => decision.customerId === customerId)
    const isExcluded = excluded.has(customerId)
    const settings = { policy, mode, salt, timeZone }
    const decision = decide({ alert, history, isExcluded, ...settings })
    if (decision.outcome.kind !== 'none') past.push({ customerId, decidedAt })
    return { alert, decision, policy, policyVersion, mode, currency }
  })
}

const earliest = (alerts: readonly AlertRecord[]): number =>
  Math.min(...alerts.map(({ raisedAt }) => raisedAt))

const lookBackDays = ({ caps, coolDownDays }: Policy): number => Math.max(caps.days, coolDownDays)
