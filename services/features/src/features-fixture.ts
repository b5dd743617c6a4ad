import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { customerKey } from '@ebb/contracts/canonical-event'
import { tickRecord } from '@ebb/contracts/tick'
import { topicsOf } from '@ebb/contracts/topics'
import type { EventLog, LogRecord, NewRecord } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import type { PartitionStore } from '@ebb/streaming/partition-store'

/** The instant around which everything in a test happens. */
export const NOON = Date.UTC(2024, 5, 1, 12)
/** Partitions of every topic in a test. */
export const PARTITIONS = 4
/** The shop of the tests. */
export const SHOP = { timeZone: 'UTC', currency: 'USD' }

/** An event of u:ann unless it says otherwise. */
export const canonical = (id: string, over: Partial<CanonicalEvent> = {}): CanonicalEvent => ({
  id,
  type: 'track',
  name: 'Product Viewed',
  customer: { userId: 'ann' },
  source: 'storefront',
  sourceRank: 1,
  occurredAt: NOON,
  receivedAt: NOON,
  properties: {},
  context: {},
  ...over,
})

/** An order of 19.90, placed at noon. */
export const orderEvent = (id: string, over: Partial<CanonicalEvent> = {}): CanonicalEvent =>
  canonical(`event of ${id}`, { name: 'Order Completed', order: { id, baseMinor: 1_990 }, ...over })

/** The record of an event. */
export const recordOf = (event: CanonicalEvent): NewRecord => ({
  key: customerKey(event.customer),
  value: Buffer.from(JSON.stringify(event)),
  headers: { ce_source: event.source, ce_id: event.id },
})

/** A record as a handler gets it: at offset 91 of its partition, appended at noon. */
export const logged = (record: NewRecord): LogRecord => ({
  offset: 91,
  headers: {},
  appendedAt: NOON,
  ...record,
})

/** Engines in memory; the log's clock is a day past noon, so that no tick runs ahead. */
export const memoryPorts = (): { log: EventLog; store: PartitionStore } => {
  const topics = topicsOf(PARTITIONS)
  return {
    log: memoryEventLog({ topics, now: () => NOON + 86_400_000 }),
    store: memoryPartitionStore(),
  }
}

/** A tick so many ms past noon. */
export const tickAfter = (ms: number): NewRecord => tickRecord(NOON + ms)

/** The value of a record or an output. */
export const decoded = <T>({ value }: { readonly value: Uint8Array }): T =>
  JSON.parse(Buffer.from(value).toString('utf8')) as T

/** All records of one partition of a topic. */
export const recordsIn = async (
  log: EventLog,
  topic: string,
  partition: number,
): Promise<readonly LogRecord[]> => (await log.read({ topic, partition }, 0, 10_000)).records
