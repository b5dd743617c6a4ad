import type { NoActionReason, WinbackMode } from '@ebb/contracts/winback-api'
import type { WinbackRecord } from '@ebb/contracts/winback-record'
import type { Queries, Transaction } from '@ebb/postgres/transaction'

/** A decision as the ledger keeps it. */
export interface DecisionRow {
  readonly decisionId: string
  readonly alertId: string
  readonly episodeId: string
  readonly customerId: string
  readonly tier: string
  readonly reasons: WinbackRecord['reasons']
  readonly segment: string
  readonly mode: WinbackMode
  readonly status: 'none' | 'shadow' | 'waiting'
  readonly noActionReason: NoActionReason | null
  readonly treatmentId: string | null
  readonly treatmentKind: string | null
  readonly arm: 'treated' | 'hold_out' | null
  readonly propensity: number | null
  readonly experimentId: string
  readonly policyVersion: number
  readonly decidedAt: number
  readonly trigger: WinbackRecord | null
  /** Of the step that decided, where that is traced. */
  readonly traceparent?: string
}

/** Adds decisions, in one statement. */
export const addDecisions = async (
  tx: Transaction,
  decisions: readonly DecisionRow[],
): Promise<void> => {
  if (decisions.length === 0) return
  await tx.query(
    `INSERT INTO decisions (decision_id, alert_id, episode_id, customer_id, tier, reasons, segment,
       mode, status, no_action_reason, treatment_id, treatment_kind, arm, propensity,
       experiment_id, policy_version, decided_at, trigger, traceparent)
     SELECT d."decisionId", d."alertId", d."episodeId", d."customerId", d.tier, d.reasons, d.segment,
       d.mode, d.status, d."noActionReason", d."treatmentId", d."treatmentKind", d.arm,
       d.propensity, d."experimentId", d."policyVersion", d."decidedAt", d.trigger,
       d.traceparent
     FROM jsonb_to_recordset($1::jsonb) AS d("decisionId" text, "alertId" text, "episodeId" text,
       "customerId" text, tier text, reasons jsonb, segment text, mode text, status text,
       "noActionReason" text, "treatmentId" text, "treatmentKind" text, arm text,
       propensity double precision, "experimentId" text, "policyVersion" integer,
       "decidedAt" bigint, trigger jsonb, traceparent text)`,
    [JSON.stringify(decisions)],
  )
}

/** An earlier decision, as caps count it. */
export interface PastDecision {
  readonly customerId: string
  readonly decidedAt: number
}

/**
 * Decisions of these customers since an instant that chose a treatment: of those held out too, and
 * whatever budget and delivery made of it, so that they follow from the log alone. What was decided
 * in shadow mode counts in shadow mode only, for nobody heard of it.
 */
export const pastDecisions = (
  queries: Queries,
  {
    customerIds,
    since,
    mode,
  }: { customerIds: readonly string[]; since: number; mode: WinbackMode },
): Promise<PastDecision[]> =>
  queries.query<PastDecision>(
    `SELECT customer_id AS "customerId", decided_at AS "decidedAt"
     FROM decisions
     WHERE customer_id = ANY($1) AND decided_at >= $2 AND arm IS NOT NULL
       AND (mode = 'live' OR $3 = 'shadow')
     ORDER BY decided_at`,
    [customerIds, since, mode],
  )

/** Decisions of these episodes whose trigger was not published yet. */
export const waitingOf = async (
  queries: Queries,
  episodeIds: readonly string[],
): Promise<string[]> => {
  const rows = await queries.query<{ id: string }>(
    `SELECT decision_id AS id FROM decisions
     WHERE episode_id = ANY($1) AND status = 'waiting'`,
    [episodeIds],
  )
  return rows.map(({ id }) => id)
}

/** What became of triggers that waited. */
export const settleDecisions = async (
  tx: Transaction,
  decisionIds: readonly string[],
  status: 'sent' | 'cancelled' | 'expired',
): Promise<void> => {
  await tx.query(
    `UPDATE decisions SET status = $2 WHERE decision_id = ANY($1) AND status = 'waiting'`,
    [decisionIds, status],
  )
}
