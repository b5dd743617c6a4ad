import { type CanonicalEvent, customerKey } from '@ebb/contracts/canonical-event'
import { type Refused, rejectRecord } from '@ebb/contracts/reject-record'
import { EVENTS, REJECTS } from '@ebb/contracts/topics'
import { CodedError } from '@ebb/runtime/coded-error'
import type { EventLog, NewRecord } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import { partitionOf } from '@ebb/streaming/partitioner'

/** Attributes of CloudEvents 1.0 in the headers; the value of every topic is JSON. */
const attributes = (topic: string, { source, id }: { source: string; id: string }) => ({
  ce_specversion: '1.0',
  ce_type: topic,
  ce_source: source,
  ce_id: id,
})

/** The record of an accepted event. */
export const eventRecord = (event: CanonicalEvent): NewRecord => ({
  key: customerKey(event.customer),
  value: Buffer.from(JSON.stringify(event)),
  headers: attributes(EVENTS, event),
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

/** Appends the records of a request. */
export interface RecordWriter {
  /**
   * Resolves when all records are durable. Throws `EBB_LOG_AWAY` (503) where the log is not there:
   * some of the records may be in it then.
   */
  write(events: readonly NewRecord[], rejects: readonly NewRecord[]): Promise<void>
}

/** A writer for the topics as they are provisioned. Throws `EBB_TOPIC_MISSING`. */
export const openRecordWriter = async (log: EventLog): Promise<RecordWriter> => {
  const events = await log.partitions(EVENTS)
  const rejects = await log.partitions(REJECTS)
  return {
    write: async (newEvents, newRejects) => {
      const appends = [
        ...byPartition(newEvents, events).map(([partition, records]) =>
          log.append({ topic: EVENTS, partition }, records),
        ),
        ...byPartition(newRejects, rejects).map(([partition, records]) =>
          log.append({ topic: REJECTS, partition }, records),
        ),
      ]
      const outcomes = await Promise.allSettled(appends)
      const failed = outcomes.find((outcome) => outcome.status === 'rejected')
      if (failed === undefined) return
      throw failed.reason instanceof TransientError ? logAway(failed.reason) : failed.reason
    },
  }
}

const byPartition = (
  records: readonly NewRecord[],
  partitions: number,
): readonly (readonly [number, NewRecord[]])[] => {
  const grouped = new Map<number, NewRecord[]>()
  for (const record of records) {
    const partition = partitionOf(record.key, partitions)
    const group = grouped.get(partition)
    if (group === undefined) grouped.set(partition, [record])
    else group.push(record)
  }
  return [...grouped]
}

const logAway = (cause: TransientError): CodedError =>
  new CodedError(
    'EBB_LOG_AWAY',
    { what: 'The event log cannot be reached', fix: 'Send the request again' },
    { cause, status: 503 },
  )
