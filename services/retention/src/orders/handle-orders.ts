import { MessageError, messageCodec } from '@ebb/contracts/message-codec'
import { OrderRecord } from '@ebb/contracts/order-record'
import { processorReject } from '@ebb/contracts/processor-reject'
import { ORDERS } from '@ebb/contracts/topics'
import { addToOutbox, type OutboxRecord } from '@ebb/postgres/outbox'
import type { Transaction } from '@ebb/postgres/postgres-client'
import type { LogRecord } from '@ebb/streaming/event-log'
import { compareVersions, parseVersion, VERSION_HEADER } from '@ebb/streaming/version'
import { RETENTION } from '../alerts/handle-alerts.ts'

const orders = messageCodec(OrderRecord)

/** One order as its last record tells it. */
interface OrderRow {
  readonly customerId: string
  readonly orderId: string
  readonly version: readonly number[]
  readonly placedAt: number | null
  readonly amountMinor: number | null
  readonly isCancelled: boolean
}

/** One refund as its last record tells it. */
interface RefundRow {
  readonly customerId: string
  readonly refundId: string
  readonly version: readonly number[]
  readonly orderId: string | null
  readonly amountMinor: number | null
}

/**
 * Keeps order facts for the outcomes of decisions. Each record says how its order stands then, so
 * the newest version counts, whatever comes twice or late. What cannot be read goes to
 * `ebb.rejects.v1`.
 */
export const handleOrders = async (
  tx: Transaction,
  records: readonly LogRecord[],
  partition: number,
): Promise<void> => {
  const rejects: OutboxRecord[] = []
  const orderRows = new Map<string, OrderRow>()
  const refundRows = new Map<string, RefundRow>()
  for (const record of records) {
    const fact = readFact(record)
    if (typeof fact === 'string') rejects.push(rejectOf(record, partition, fact))
    else if (fact.kind === 'refunded') keepNewest(refundRows, fact.refundId, refundRowOf(fact))
    else if (fact.orderId !== undefined) keepNewest(orderRows, fact.orderId, orderRowOf(fact))
  }
  await addToOutbox(tx, rejects)
  await upsertOrders(tx, [...orderRows.values()])
  await upsertRefunds(tx, [...refundRows.values()])
}

type Fact = OrderRecord & { readonly version: readonly number[] }

const readFact = (record: LogRecord): Fact | string => {
  const version = parseVersion(record.headers[VERSION_HEADER])
  if (version === undefined) return 'it carries no version'
  try {
    const { generation, offset, index } = version
    return { ...orders.decode(record.value), version: [generation, offset, index] }
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    return error.message
  }
}

const rejectOf = (record: LogRecord, partition: number, why: string): OutboxRecord => {
  const message = `the order fact cannot be read: ${why}; only the feature service may write here`
  const refusal = { code: 'EBB_ORDER_UNREADABLE', message }
  return processorReject({ processor: RETENTION, input: ORDERS, partition, record, refusal })
}

/** One statement can change a row only once. A cancellation is for good, whatever follows it. */
const keepNewest = <Row extends { customerId: string; version: readonly number[] }>(
  rows: Map<string, Row>,
  id: string | undefined,
  row: Row,
): void => {
  const key = JSON.stringify([row.customerId, id])
  const before = rows.get(key)
  if (before === undefined) {
    rows.set(key, row)
    return
  }
  const [newer, older] = isNewer(row, before) ? [row, before] : [before, row]
  const wasCancelled = 'isCancelled' in older && older.isCancelled
  rows.set(key, wasCancelled ? { ...newer, isCancelled: true } : newer)
}

const isNewer = (
  { version: [generation = 0, offset = 0, index = 0] }: { version: readonly number[] },
  {
    version: [otherGeneration = 0, otherOffset = 0, otherIndex = 0],
  }: { version: readonly number[] },
): boolean =>
  compareVersions(
    { generation, offset, index },
    { generation: otherGeneration, offset: otherOffset, index: otherIndex },
  ) > 0

const orderRowOf = (fact: Fact): OrderRow => ({
  customerId: fact.customerId,
  orderId: fact.orderId!,
  version: fact.version,
  placedAt: fact.placedAt ?? null,
  amountMinor: fact.amountMinor ?? null,
  isCancelled: fact.kind === 'cancelled',
})

const refundRowOf = (fact: Fact): RefundRow => ({
  customerId: fact.customerId,
  refundId: fact.refundId ?? fact.id,
  version: fact.version,
  orderId: fact.orderId ?? null,
  amountMinor: fact.amountMinor ?? null,
})

const upsertOrders = async (tx: Transaction, rows: readonly OrderRow[]): Promise<void> => {
  if (rows.length === 0) return
  await tx.query(
    `INSERT INTO orders AS known (customer_id, order_id, version, placed_at, amount_minor,
       is_cancelled)
     SELECT o."customerId", o."orderId", o.version, o."placedAt", o."amountMinor", o."isCancelled"
     FROM jsonb_to_recordset($1::jsonb) AS o("customerId" text, "orderId" text, version bigint[],
       "placedAt" bigint, "amountMinor" bigint, "isCancelled" boolean)
     ON CONFLICT (customer_id, order_id) DO UPDATE SET
       version = GREATEST(known.version, excluded.version),
       placed_at = CASE WHEN excluded.version > known.version
         THEN excluded.placed_at ELSE known.placed_at END,
       amount_minor = CASE WHEN excluded.version > known.version
         THEN excluded.amount_minor ELSE known.amount_minor END,
       is_cancelled = known.is_cancelled OR excluded.is_cancelled`,
    [JSON.stringify(rows)],
  )
}

const upsertRefunds = async (tx: Transaction, rows: readonly RefundRow[]): Promise<void> => {
  if (rows.length === 0) return
  await tx.query(
    `INSERT INTO refunds AS known (customer_id, refund_id, version, order_id, amount_minor)
     SELECT r."customerId", r."refundId", r.version, r."orderId", r."amountMinor"
     FROM jsonb_to_recordset($1::jsonb) AS r("customerId" text, "refundId" text, version bigint[],
       "orderId" text, "amountMinor" bigint)
     ON CONFLICT (customer_id, refund_id) DO UPDATE SET
       version = excluded.version, order_id = excluded.order_id,
       amount_minor = excluded.amount_minor
     WHERE excluded.version > known.version`,
    [JSON.stringify(rows)],
  )
}
