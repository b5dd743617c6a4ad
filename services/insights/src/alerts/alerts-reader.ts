import { AlertRecord, type Tier } from '@ebb/contracts/alert-record'
import { messageCodec } from '@ebb/contracts/message-codec'
import type { Transaction } from '@ebb/postgres/transaction'
import type { LogRecord } from '@ebb/streaming/event-log'
import { compareVersions } from '@ebb/streaming/version'
import { lockPartition } from '../customers/customer-rows.ts'
import { addAlerts } from '../grading/grade-alerts.ts'
import { readRecord, type Skipped, type Versioned } from '../stream/versioned-record.ts'

type SeenAlert = Versioned<AlertRecord>

const codec = messageCodec(AlertRecord)

/** How `ebb.alerts.v1` is read. */
export interface AlertsReading {
  /** IANA name of the shop's. */
  readonly timeZone: string
  readonly onSkip: (skipped: Skipped) => void
}

/**
 * Brings batches of `ebb.alerts.v1` into the table of alerts and the standing of customers, and among
 * what is to be graded.
 */
export const alertsHandler =
  ({ timeZone, onSkip }: AlertsReading) =>
  async (tx: Transaction, records: readonly LogRecord[], partition: number): Promise<void> => {
    const seen = records.flatMap((record) => readRecord(record, codec, onSkip) ?? [])
    if (seen.length === 0) return
    const first = firstOf(seen)
    await lockPartition(tx, partition)
    await writeAlerts(tx, first)
    await writeStandings(tx, lastOf(seen))
    const told = first.map(({ message }) => message)
    await addAlerts(tx, told, { partition, timeZone })
  }

/** Of the alerts with one id the oldest. */
const firstOf = (seen: readonly SeenAlert[]): SeenAlert[] =>
  chosen(seen, {
    by: ({ alertId }) => alertId,
    over: (left, right) => -compareVersions(left, right),
  })

/** Of the alerts of one customer the newest. */
const lastOf = (seen: readonly SeenAlert[]): SeenAlert[] =>
  chosen(seen, { by: ({ customerId }) => customerId, over: compareVersions })

interface Choice {
  readonly by: (alert: AlertRecord) => string
  readonly over: typeof compareVersions
}

const chosen = (seen: readonly SeenAlert[], { by, over }: Choice): SeenAlert[] => {
  const found = new Map<string, SeenAlert>()
  for (const alert of seen) {
    const rival = found.get(by(alert.message))
    if (rival === undefined || over(alert.version, rival.version) > 0)
      found.set(by(alert.message), alert)
  }
  return [...found.values()]
}

const STAGES: readonly Tier[] = ['healthy', 'light', 'moderate', 'heavy']
const LOST = 4

const stageOf = ({ kind, tier }: AlertRecord): number =>
  kind === 'lost' ? LOST : STAGES.indexOf(tier)

/** One array a column. Arrays within it go as text: they cannot be unnested one level. */
const columnsOf = (
  seen: readonly SeenAlert[],
  columns: readonly ((alert: AlertRecord) => unknown)[],
): unknown[] => [
  seen.map(({ version: v }) => `{${v.generation},${v.offset},${v.index}}`),
  ...columns.map((column) => seen.map(({ message }) => column(message))),
]

const writeAlerts = async (tx: Transaction, seen: readonly SeenAlert[]): Promise<void> => {
  await tx.query(
    `INSERT INTO alerts AS kept (version, alert_id, customer_id, kind, tier, previous_tier, risk,
       risk_at_last_order, silent_since, crossed_at, raised_at, signal, reasons)
     SELECT version::bigint[], alert_id, customer_id, kind, tier, previous_tier, risk,
       risk_at_last_order, silent_since, crossed_at, raised_at, signal,
       ARRAY(SELECT jsonb_array_elements_text(reasons))
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
       $7::float8[], $8::float8[], $9::bigint[], $10::bigint[], $11::bigint[], $12::text[], $13::jsonb[])
       AS sent (version, alert_id, customer_id, kind, tier, previous_tier, risk,
         risk_at_last_order, silent_since, crossed_at, raised_at, signal, reasons)
     ORDER BY alert_id COLLATE "C"
     ON CONFLICT (alert_id) DO UPDATE SET version = EXCLUDED.version, risk = EXCLUDED.risk,
       risk_at_last_order = EXCLUDED.risk_at_last_order, previous_tier = EXCLUDED.previous_tier,
       silent_since = EXCLUDED.silent_since, crossed_at = EXCLUDED.crossed_at,
       raised_at = EXCLUDED.raised_at, signal = EXCLUDED.signal, reasons = EXCLUDED.reasons
     WHERE EXCLUDED.version < kept.version`,
    columnsOf(seen, [
      (alert) => alert.alertId,
      (alert) => alert.customerId,
      (alert) => alert.kind,
      (alert) => alert.tier,
      (alert) => alert.previousTier,
      (alert) => alert.risk,
      (alert) => alert.riskAtLastOrder,
      (alert) => alert.silentSince,
      (alert) => alert.crossedAt,
      (alert) => alert.raisedAt,
      (alert) => alert.signal ?? null,
      (alert) => JSON.stringify(alert.reasons.map(({ code }) => code)),
    ]),
  )
}

/** By key, so that two writers never wait in a ring. */
const writeStandings = async (tx: Transaction, seen: readonly SeenAlert[]): Promise<void> => {
  await tx.query(
    `INSERT INTO customers AS kept (alert_version, customer_id, alert_stage, alert_reopened,
       alert_raised_at, alert_reason, recovered_at)
     SELECT version::bigint[], customer_id, stage, reopened, raised_at, reason, recovered_at
     FROM unnest($1::text[], $2::text[], $3::smallint[], $4::boolean[], $5::bigint[], $6::text[],
       $7::bigint[]) AS sent (version, customer_id, stage, reopened, raised_at, reason, recovered_at)
     ORDER BY customer_id COLLATE "C"
     ON CONFLICT (customer_id) DO UPDATE SET alert_version = EXCLUDED.alert_version,
       alert_stage = EXCLUDED.alert_stage, alert_reopened = EXCLUDED.alert_reopened,
       alert_raised_at = EXCLUDED.alert_raised_at, alert_reason = EXCLUDED.alert_reason,
       recovered_at = EXCLUDED.recovered_at, changes = kept.changes + 1
     WHERE kept.alert_version IS NULL OR EXCLUDED.alert_version > kept.alert_version`,
    columnsOf(seen, [
      (alert) => alert.customerId,
      stageOf,
      (alert) => alert.kind === 'reopened',
      (alert) => alert.raisedAt,
      (alert) => alert.reasons[0]?.code ?? null,
      ({ kind, raisedAt }) => (kind === 'recovered' ? raisedAt : null),
    ]),
  )
}
