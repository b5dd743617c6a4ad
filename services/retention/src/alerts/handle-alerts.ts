import { randomBytes } from 'node:crypto'
import { AlertRecord } from '@ebb/contracts/alert-record'
import { MessageError, messageCodec } from '@ebb/contracts/message-codec'
import { processorReject } from '@ebb/contracts/processor-reject'
import { ALERTS, WINBACKS } from '@ebb/contracts/topics'
import { WinbackRecord } from '@ebb/contracts/winback-record'
import { addToOutbox, type OutboxRecord, removeFromOutbox } from '@ebb/postgres/outbox'
import type { Transaction } from '@ebb/postgres/transaction'
import type { LogRecord } from '@ebb/streaming/event-log'
import { TRACE_HEADER } from '@ebb/streaming/tracing'
import { newCouponCode } from '../coupon/coupon-code.ts'
import { cancelCouponsOf, issueCoupons } from '../ledger/coupons.ts'
import { addDecisions, type DecisionRow, settleDecisions, waitingOf } from '../ledger/decisions.ts'
import { holdSettings } from '../ledger/settings.ts'
import { type Deciding, decideAlerts, type Shop } from './decide-alerts.ts'
import { fundDecisions } from './fund-decisions.ts'

/** Consumer group of retention, and its name in what it refuses. */
export const RETENTION = 'retention'

/** Hears of the decisions of a batch before its transaction commits, each time that it is tried. */
export type DecisionListener = (partition: number, decisions: readonly DecisionRow[]) => void

const alerts = messageCodec(AlertRecord)
const winbacks = messageCodec(WinbackRecord)

/**
 * Handles a batch of `ebb.alerts.v1` in one transaction: inbox, decisions, coupons, budgets, outbox.
 * An alert that comes again changes nothing. What cannot be read goes to `ebb.rejects.v1`.
 */
export const handleAlerts =
  (shop: Shop, onDecided: DecisionListener = () => {}) =>
  async (tx: Transaction, records: readonly LogRecord[], partition: number): Promise<void> => {
    const { readable, rejects, traces } = readAlerts(records, partition)
    await addToOutbox(tx, rejects)
    const fresh = await onlyNew(tx, readable)
    // Before any row is held: so does the relay, and whoever changes the mode comes in between.
    const settings = await holdSettings(tx)
    // What waited before this batch, while no budget is held: others lock it before their budgets.
    await withdraw(
      tx,
      fresh.filter(({ kind }) => KINDS[kind] === 'over'),
    )
    const made: DecisionRow[] = []
    for (const span of spans(fresh)) {
      if (span.kind === 'over') await withdraw(tx, span.alerts)
      else made.push(...(await treat(tx, span.alerts, { ...shop, ...settings, traces })))
    }
    onDecided(partition, made)
  }

const readAlerts = (records: readonly LogRecord[], partition: number) => {
  const readable: AlertRecord[] = []
  const rejects: OutboxRecord[] = []
  const traces = new Map<string, string>()
  for (const record of records) {
    try {
      const alert = alerts.decode(record.value)
      readable.push(alert)
      const traceparent = record.headers[TRACE_HEADER]
      if (traceparent !== undefined) traces.set(alert.alertId, traceparent)
    } catch (error) {
      if (!(error instanceof MessageError)) throw error
      const message = `the alert cannot be read: ${error.message}; only the scorer may write here`
      const refusal = { code: 'EBB_ALERT_UNREADABLE', message }
      const place = { processor: RETENTION, input: ALERTS, partition }
      rejects.push(processorReject({ ...place, record, refusal }))
    }
  }
  return { readable, rejects, traces }
}

/** Those that were not handled before, each once, in the order given. */
const onlyNew = async (
  tx: Transaction,
  given: readonly AlertRecord[],
): Promise<readonly AlertRecord[]> => {
  const byId = new Map(given.map((alert) => [alert.alertId, alert]))
  if (byId.size === 0) return []
  const added = await tx.query<{ id: string }>(
    `INSERT INTO inbox (alert_id, raised_at)
     SELECT * FROM unnest($1::text[], $2::bigint[])
     ON CONFLICT DO NOTHING RETURNING alert_id AS id`,
    [[...byId.keys()], [...byId.values()].map(({ raisedAt }) => raisedAt)],
  )
  const isNew = new Set(added.map(({ id }) => id))
  return [...byId.values()].filter(({ alertId }) => isNew.has(alertId))
}

interface Span {
  readonly kind: 'silent' | 'over' | 'told'
  readonly alerts: AlertRecord[]
}

const KINDS = {
  at_risk: 'silent',
  recovered: 'over',
  withdrawn: 'over',
  // Recorded in the inbox; nothing is done for these.
  lost: 'told',
  reopened: 'told',
} as const satisfies Record<AlertRecord['kind'], Span['kind']>

/** Stretches that are handled alike: who comes back behind a decision must find it there. */
const spans = (given: readonly AlertRecord[]): Span[] => {
  const all: Span[] = []
  for (const alert of given) {
    const kind = KINDS[alert.kind]
    if (kind === 'told') continue
    const last = all.at(-1)
    if (last?.kind === kind) last.alerts.push(alert)
    else all.push({ kind, alerts: [alert] })
  }
  return all
}

/** The customers are back, or were never gone: what was not published yet never is. */
const withdraw = async (tx: Transaction, over: readonly AlertRecord[]): Promise<void> => {
  const waiting = await waitingOf(
    tx,
    over.map(({ episodeId }) => episodeId),
  )
  if (waiting.length === 0) return
  const removed = await removeFromOutbox(tx, waiting)
  await settleDecisions(tx, removed, 'cancelled')
  await cancelCouponsOf(tx, removed)
}

const treat = async (
  tx: Transaction,
  silent: readonly AlertRecord[],
  { traces, ...deciding }: Deciding & { readonly traces: ReadonlyMap<string, string> },
): Promise<readonly DecisionRow[]> => {
  const decided = await decideAlerts(tx, silent, deciding)
  const codes = () => newCouponCode(randomBytes)
  const { decisions: funded, coupons } = await fundDecisions(tx, decided, codes)
  const decisions = funded.map((decision): DecisionRow => {
    const traceparent = traces.get(decision.alertId)
    return traceparent === undefined ? decision : { ...decision, traceparent }
  })
  await addDecisions(tx, decisions)
  await issueCoupons(tx, coupons)
  await addToOutbox(
    tx,
    decisions.flatMap((decision) => outboxRecordsOf(decision)),
  )
  return decisions
}

const outboxRecordsOf = ({ trigger, traceparent }: DecisionRow): OutboxRecord[] => {
  if (trigger === null) return []
  const { decisionId: id, customerId: key, notBefore, expiresAt } = trigger
  const record = {
    ...{ topic: WINBACKS, key, id, value: winbacks.encode(trigger), expiresAt },
    ...(notBefore !== undefined && { notBefore }),
    ...(traceparent !== undefined && { traceparent }),
  }
  return [record]
}
