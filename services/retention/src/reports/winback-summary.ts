import type {
  ArmView,
  CouponStatus,
  WinbackStatus,
  WinbackSummary,
} from '@ebb/contracts/winback-api'
import type { Queries } from '@ebb/postgres/transaction'
import { liftOf } from '../experiment/lift.ts'
import { policyInForce } from '../ledger/policies.ts'
import { readSettings } from '../ledger/settings.ts'
import { armOutcomes } from './arm-outcomes.ts'

/** Where and when a summary is made. */
export interface SummaryMoment {
  readonly currency: string
  /** Process clock, ms. */
  readonly now: number
  readonly wallNow: number
}

/** What win-backs did so far. */
export const winbackSummary = async (
  queries: Queries,
  { currency, now, wallNow }: SummaryMoment,
): Promise<WinbackSummary> => {
  const { version: policyVersion, policy } = await policyInForce(queries, currency)
  const { experiment } = policy
  const arms = await armOutcomes(queries, { ...experiment, now })
  const [treated, heldOut] = arms as [ArmView, ArmView]
  const lift =
    experiment.holdOut === 0
      ? { notEnough: { of: 'hold_out_share' } as const }
      : liftOf(treated, heldOut)
  return {
    ...(await winbackStatus(queries, wallNow)),
    ...{ policyVersion, currency },
    decisions: await decisionCounts(queries),
    budgets: await budgetsOf(queries),
    experiment: {
      id: experiment.id,
      holdOutShare: experiment.holdOut,
      windowDays: experiment.windowDays,
      arms,
      ...('notEnough' in lift ? { notEnough: lift.notEnough } : { lift }),
    },
  }
}

/** The mode, and how many coupons there are. */
export const winbackStatus = async (queries: Queries, wallNow: number): Promise<WinbackStatus> => {
  const { mode, alertsPaused } = await readSettings(queries)
  return { mode, alertsPaused, coupons: await couponCounts(queries, wallNow) }
}

/** Coupons by what became of them; `wallNow` in ms, against which reservations end. */
export const couponCounts = async (
  queries: Queries,
  wallNow: number,
): Promise<WinbackStatus['coupons']> => {
  const counts = { issued: 0, reserved: 0, redeemed: 0, expired: 0, cancelled: 0 }
  const rows = await queries.query<{ status: CouponStatus; count: number }>(
    `SELECT CASE WHEN status = 'issued' AND reserved_until_wall > $1 THEN 'reserved'
       ELSE status END AS status, count(*) AS count
     FROM coupons GROUP BY 1`,
    [wallNow],
  )
  for (const { status, count } of rows) counts[status] = count
  return counts
}

const decisionCounts = async (queries: Queries): Promise<WinbackSummary['decisions']> => {
  type Count = WinbackSummary['decisions'][number]
  const rows = await queries.query<{
    status: Count['status']
    reason: Count['noActionReason'] | null
    count: number
  }>(
    `SELECT status, no_action_reason AS reason, count(*) AS count FROM decisions
     GROUP BY status, no_action_reason ORDER BY count DESC, status, reason`,
  )
  return rows.map(({ status, reason, count }) => ({
    status,
    ...(reason !== null && { noActionReason: reason! }),
    count,
  }))
}

const budgetsOf = (queries: Queries): Promise<WinbackSummary['budgets'][number][]> =>
  queries.query(
    `SELECT budget_id AS id, limit_minor AS "limitMinor", reserved_minor AS "reservedMinor",
       spent_minor AS "spentMinor"
     FROM budgets ORDER BY budget_id`,
  )
