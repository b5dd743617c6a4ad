import { type CanonicalEvent, customerKey } from '@ebb/contracts/canonical-event'
import { type Refused, rejectRecord } from '@ebb/contracts/reject-record'
import { EVENTS, REJECTS } from '@ebb/contracts/topics'
import { CodedError } from '@ebb/runtime/coded-error'
import type { EventLog, NewRecord, TopicPartition } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import { partitionOf } from '@ebb/streaming/partitioner'
import { TRACE_HEADER } from '@ebb/streaming/tracing'

/** Attributes of CloudEvents 1.0 in the headers; the value of every topic is JSON. */
export const attributes = (topic: string, { source, id }: { source: string; id: string }) => ({
  ce_specversion: '1.0',
  ce_type: topic,
  ce_source: source,
  ce_id: id,
})

/** The record of an accepted event; `traceparent` of the request, where that is traced. */
export const eventRecord = (event: CanonicalEvent, traceparent?: string): NewRecord => ({
  key: customerKey(event.customer),
  value: Buffer.from(JSON.stringify(event)),
  headers: {
    ...attributes(EVENTS, event),
    ...(traceparent !== undefined && { [TRACE_HEADER]: traceparent }),
  },
})

/** The record of something refused, as it came. */
export const rejectedRecord = (refused: Refused): NewRecord => {
  const reject = rejectRecord(refused)
  return {
    key: reject.source,
    value: Buffer.from(JSON.stringify(reject)),
    headers: attributes(REJECTS, reject),
  }
}

/** Makes the records of requests durable. */
export interface RecordWriter {
  /**
   * Resolves when all records are durable: to how many of the events were put into a spool. Throws
   * a `CodedError` of 503 where they could not be made so for now: some may be in the log then.
   */
  write(events: readonly NewRecord[], rejects: readonly NewRecord[]): Promise<number>
  /** Throws, saying why, where `write` would throw; `logFault` is why the log counts as away. */
  check(logFault?: Error): Promise<WriterStanding>
  /** Records that are durable elsewhere and wait for the log. */
  spooled(): number
  /** Size of what they wait in. */
  spoolBytes(): number
  /** Call when no `write` is under way. */
  close(): Promise<void>
}

/** How a writer that is ready stands. */
export interface WriterStanding {
  /** What a person who looks should know. */
  readonly note?: string
}

/** Records for one partition, in their order. */
export interface RecordsForPartition {
  readonly to: TopicPartition
  readonly records: readonly NewRecord[]
}

/**
 * How long a write that failed counts, ms, unless one succeeds: a log that is read may take none, on
 * a full disk say. Not for longer: who is not ready is sent none by which it could show otherwise.
 */
const FAILED_FOR_MS = 30_000

/**
 * A writer for the topics as they are provisioned, into the log alone: while that is away it throws
 * `EBB_LOG_AWAY`. `now` in ms, never going back. Throws `EBB_TOPIC_MISSING`.
 */
export const openRecordWriter = async (
  log: EventLog,
  now = (): number => performance.now(),
): Promise<RecordWriter> => {
  const events = await log.partitions(EVENTS)
  const rejects = await log.partitions(REJECTS)
  let failed: { readonly error: TransientError; readonly at: number } | undefined
  return {
    write: async (newEvents, newRejects) => {
      const groups = [
        ...recordsByPartition(newEvents, { topic: EVENTS, partitions: events }),
        ...recordsByPartition(newRejects, { topic: REJECTS, partitions: rejects }),
      ]
      try {
        await settleAll(groups.map(({ to, records }) => log.append(to, records)))
        // A batch of no events tells nothing of the log.
        if (groups.length > 0) failed = undefined
        return 0
      } catch (error) {
        if (!(error instanceof TransientError)) throw error
        failed = { error, at: now() }
        throw logAway(error)
      }
    },
    check: async (logFault) => {
      if (logFault !== undefined) throw logFault
      if (failed !== undefined && now() - failed.at < FAILED_FOR_MS) throw failed.error
      return {}
    },
    spooled: () => 0,
    spoolBytes: () => 0,
    close: async () => {},
  }
}

/** Resolves when all have; throws what one of them threw when none is under way any more. */
export const settleAll = async <T>(appends: readonly Promise<T>[]): Promise<T[]> => {
  await Promise.allSettled(appends)
  return Promise.all(appends)
}

/** Records of a topic by the partitions of their keys; in each of these in the order given. */
export const recordsByPartition = (
  records: readonly NewRecord[],
  { topic, partitions }: { readonly topic: string; readonly partitions: number },
): RecordsForPartition[] => {
  const grouped = Map.groupBy(records, ({ key }) => partitionOf(key, partitions))
  return [...grouped].map(([partition, group]) => ({ to: { topic, partition }, records: group }))
}

const logAway = (cause: TransientError): CodedError =>
  new CodedError(
    'EBB_LOG_AWAY',
    { what: 'The event log cannot be reached', fix: 'Send the request again' },
    { cause, status: 503 },
  )
