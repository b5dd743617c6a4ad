import type { ReasonCode, Tier } from '@ebb/contracts/alert-record'
import type {
  DecisionPage,
  DecisionStatus,
  DecisionView,
  NoActionReason,
} from '@ebb/contracts/winback-api'
import type { TreatmentKind } from '@ebb/contracts/winback-record'
import type { Queries } from '@ebb/postgres/transaction'
import { couponsOf, couponView, type StoredCoupon } from '../ledger/coupons.ts'

/** Which decisions, the latest first. */
export interface DecisionFilter {
  readonly customer?: string
  readonly status?: string
  readonly reason?: string
  readonly limit: number
  /** The `next` of the page before. */
  readonly before?: string
}

interface Row {
  readonly decisionId: string
  readonly alertId: string
  readonly episodeId: string
  readonly customerId: string
  readonly tier: Tier
  readonly reasons: { code: ReasonCode; share: number }[]
  readonly segment: string
  readonly status: DecisionStatus
  readonly noActionReason: NoActionReason | null
  readonly treatmentId: string | null
  readonly treatmentKind: TreatmentKind | null
  readonly arm: 'treated' | 'hold_out' | null
  readonly policyVersion: number
  readonly decidedAt: number
  readonly webhook: string | null
}

/** One page of decisions, those not to act among them. */
export const listDecisions = async (
  queries: Queries,
  filter: DecisionFilter,
  wallNow: number,
): Promise<DecisionPage> => {
  const [beforeAt, beforeId] = cursorOf(filter.before)
  const rows = await queries.query<Row>(
    `SELECT decision_id AS "decisionId", alert_id AS "alertId", episode_id AS "episodeId",
       customer_id AS "customerId", tier, reasons, segment, status,
       no_action_reason AS "noActionReason", treatment_id AS "treatmentId",
       treatment_kind AS "treatmentKind", arm, policy_version AS "policyVersion",
       decided_at AS "decidedAt", webhooks.outcome AS webhook
     FROM decisions LEFT JOIN webhooks USING (decision_id)
     WHERE ($1::text IS NULL OR customer_id = $1) AND ($2::text IS NULL OR status = $2)
       AND ($3::text IS NULL OR no_action_reason = $3)
       AND ($4::bigint IS NULL OR (decided_at, decision_id) < ($4, $5))
     ORDER BY decided_at DESC, decision_id DESC LIMIT $6`,
    [
      filter.customer ?? null,
      filter.status ?? null,
      filter.reason ?? null,
      ...[beforeAt, beforeId, filter.limit + 1],
    ],
  )
  const page = rows.slice(0, filter.limit)
  const coupons = await couponsOf(
    queries,
    page.map(({ decisionId }) => decisionId),
  )
  const last = page.at(-1)
  return {
    decisions: page.map((row) => viewOf(row, coupons.get(row.decisionId), wallNow)),
    ...(rows.length > page.length && last && { next: `${last.decidedAt}.${last.decisionId}` }),
  }
}

const cursorOf = (before: string | undefined): [number | null, string | null] => {
  const [, at, id] = /^(\d{1,15})\.(\w+)$/.exec(before ?? '') ?? []
  return at === undefined || id === undefined ? [null, null] : [Number(at), id]
}

const viewOf = (row: Row, coupon: StoredCoupon | undefined, wallNow: number): DecisionView => {
  const { noActionReason, treatmentId, treatmentKind, arm, decidedAt, webhook, ...same } = row
  return {
    ...same,
    ...(noActionReason !== null && { noActionReason }),
    ...(treatmentId !== null &&
      treatmentKind !== null && { treatment: { id: treatmentId, kind: treatmentKind } }),
    ...(arm !== null && { arm }),
    ...(coupon !== undefined && { coupon: couponView(coupon, wallNow) }),
    ...(webhook !== null && { webhook }),
    decidedAt: new Date(decidedAt).toISOString(),
  }
}
