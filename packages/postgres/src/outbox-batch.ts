import type { EventLog, NewRecord, TopicPartition } from '@ebb/streaming/event-log'
import { partitionOf } from '@ebb/streaming/partitioner'
import { TRACE_HEADER } from '@ebb/streaming/tracing'
import type { Postgres } from './postgres-client.ts'
import type { Transaction } from './transaction.ts'

/** What became of the records of one batch. */
export interface RelayOutcome {
  /** Ids of what is durable in the log now. */
  readonly published: readonly string[]
  /** Ids of what is dropped: its time was over. */
  readonly expired: readonly string[]
}

/** What moves the records of an outbox to the log. */
export interface BatchSettings {
  readonly postgres: Postgres
  readonly log: EventLog
  /** Against which `notBefore` and `expiresAt` are held: ms since the epoch. */
  readonly now: () => number
  /** Header `ce_source`; `outbox` unless given. */
  readonly source?: string
  /** Told within the transaction that takes the records out; a throw of it is one of the relay. */
  readonly settled?: (tx: Transaction, outcome: RelayOutcome) => Promise<void>
  /** Topics of which nothing moves now, not even what expires. */
  readonly heldTopics?: (tx: Transaction) => Promise<readonly string[]>
}

/** Records of one transaction. While it runs their removal waits. */
const BATCH_RECORDS = 200

/**
 * Moves one batch: locks it, appends it, takes it out, commits. Resolves to whether there may be
 * more. A process that is killed in between leaves it where it was: it is published again then,
 * under the same ids.
 */
export const relayBatch = async (settings: BatchSettings): Promise<boolean> => {
  const { postgres, heldTopics } = settings
  const now = settings.now()
  // Most looks find nothing, and this one needs no transaction.
  const due = await postgres.query(`SELECT 1 FROM outbox WHERE ${IS_DUE} LIMIT 1`, [now])
  if (due.length === 0) return false
  return postgres.transaction(async (tx) => {
    if (!(await takeTurn(tx))) return false
    const held = (await heldTopics?.(tx)) ?? []
    const rows = await tx.query<OutboxRow>(LOCK_BATCH, [now, held])
    const isExpired = ({ expires_at }: OutboxRow): boolean =>
      expires_at !== null && expires_at <= now
    const fresh = rows.filter((row) => !isExpired(row))
    await publish(settings, fresh)
    const positions = rows.map(({ position }) => position)
    await tx.query('DELETE FROM outbox WHERE position = ANY ($1::bigint[])', [positions])
    const published = fresh.map(({ id }) => id)
    const expired = rows.filter(isExpired).map(({ id }) => id)
    if (rows.length > 0) await settings.settled?.(tx, { published, expired })
    return rows.length === BATCH_RECORDS
  })
}

interface OutboxRow {
  readonly position: number
  readonly topic: string
  readonly key: string
  readonly id: string
  readonly value: Uint8Array
  readonly expires_at: number | null
  readonly traceparent: string | null
}

const IS_DUE = '(not_before <= $1 OR expires_at <= $1)'

// Without SKIP LOCKED: a record that somebody removes at this moment is waited for. Skipped, it would
// come behind a later one of its key if the removal is rolled back.
const LOCK_BATCH = `
  SELECT position, topic, key, id, value, expires_at, traceparent FROM outbox
  WHERE ${IS_DUE} AND topic <> ALL ($2::text[]) ORDER BY position LIMIT ${BATCH_RECORDS} FOR UPDATE`

/** A second relay would wait for the records of the first, with a connection that others need. */
const takeTurn = async (tx: Transaction): Promise<boolean> => {
  const [turn] = await tx.query<{ ours: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtextextended('ebb outbox ' || current_schema(), 0)) AS ours`,
  )
  return turn!.ours
}

const publish = async (settings: BatchSettings, rows: readonly OutboxRow[]): Promise<void> => {
  const groups = new Map<string, { to: TopicPartition; records: NewRecord[] }>()
  for (const row of rows) {
    const { topic, key, value } = row
    const partition = partitionOf(key, await settings.log.partitions(topic))
    const name = `${topic}/${partition}`
    const group = groups.get(name) ?? { to: { topic, partition }, records: [] }
    groups.set(name, group)
    group.records.push({ key, value, headers: headersOf(row, settings.source) })
  }
  const appends = [...groups.values()].map(({ to, records }) => settings.log.append(to, records))
  // All of them end before the transaction does, or a later batch could overtake them.
  const outcomes = await Promise.allSettled(appends)
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

const headersOf = (
  { topic, id, traceparent }: OutboxRow,
  source = 'outbox',
): Record<string, string> => ({
  ce_specversion: '1.0',
  ce_type: topic,
  ce_source: source,
  ce_id: id,
  ...(traceparent !== null && { [TRACE_HEADER]: traceparent }),
})
