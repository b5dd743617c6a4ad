import { MessageError, messageCodec } from '@ebb/contracts/message-codec'
import { OrderRecord, type OrderStanding } from '@ebb/contracts/order-record'
import { processorReject } from '@ebb/contracts/processor-reject'
import { ORDERS } from '@ebb/contracts/topics'
import { addToOutbox, type OutboxRecord } from '@ebb/postgres/outbox'
import type { Transaction } from '@ebb/postgres/transaction'
import type { LogRecord } from '@ebb/streaming/event-log'
import { compareVersions, parseVersion, VERSION_HEADER } from '@ebb/streaming/version'
import { RETENTION } from '../alerts/handle-alerts.ts'

const orders = messageCodec(OrderRecord)

/** One order as its last record tells it. */
interface OrderRow extends OrderStanding {
  readonly customerId: string
  readonly orderId: string
  readonly version: readonly number[]
  readonly placedAt: number | null
}

/**
 * Keeps orders for the outcomes of decisions. Each record says how its order stands then, so the
 * newest version counts, whatever comes twice or late. A refund that names no order is of none. What
 * cannot be read goes to `ebb.rejects.v1`.
 */
export const handleOrders = async (
  tx: Transaction,
  records: readonly LogRecord[],
  partition: number,
): Promise<void> => {
  const rejects: OutboxRecord[] = []
  const rows = new Map<string, OrderRow>()
  for (const record of records) {
    const fact = readFact(record)
    if (typeof fact === 'string') rejects.push(rejectOf(record, partition, fact))
    else keepNewest(rows, rowOf(fact))
  }
  await addToOutbox(tx, rejects)
  await upsertOrders(tx, [...rows.values()])
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

/** One statement can change a row only once. */
const keepNewest = (rows: Map<string, OrderRow>, row: OrderRow | undefined): void => {
  if (row === undefined) return
  const key = JSON.stringify([row.customerId, row.orderId])
  const before = rows.get(key)
  if (before === undefined || isNewer(row, before)) rows.set(key, row)
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

const rowOf = (fact: Fact): OrderRow | undefined => {
  const { customerId, orderId, version, placedAt = null } = fact
  const standing = fact.standing ?? standingBefore(fact)
  if (orderId === undefined || standing === undefined) return undefined
  return { customerId, orderId, version, placedAt, ...standing }
}

/**
 * What a record tells that an earlier program wrote, which knew of one change only: a refund does
 * not say what is left of its order, and waits for the order's next record.
 */
const standingBefore = ({ kind, placedAt, amountMinor = 0 }: Fact): OrderStanding | undefined => {
  if (kind === 'refunded') return undefined
  if (kind === 'cancelled') return { status: 'cancelled', netMinor: 0 }
  return placedAt === undefined
    ? { status: 'unplaced', netMinor: 0 }
    : { status: 'valid', netMinor: amountMinor }
}

/** By key, so that two writers never wait in a ring. */
const upsertOrders = async (tx: Transaction, rows: readonly OrderRow[]): Promise<void> => {
  if (rows.length === 0) return
  await tx.query(
    `INSERT INTO orders AS known (customer_id, order_id, version, placed_at, status, net_minor)
     SELECT o."customerId", o."orderId", o.version, o."placedAt", o.status, o."netMinor"
     FROM jsonb_to_recordset($1::jsonb) AS o("customerId" text, "orderId" text, version bigint[],
       "placedAt" bigint, status text, "netMinor" bigint)
     ORDER BY 1, 2
     ON CONFLICT (customer_id, order_id) DO UPDATE SET
       version = excluded.version, placed_at = excluded.placed_at,
       status = excluded.status, net_minor = excluded.net_minor
     WHERE excluded.version > known.version`,
    [JSON.stringify(rows)],
  )
}
