import { hash } from 'node:crypto'
import { type CanonicalEvent, customerKey } from '@ebb/contracts/canonical-event'
import type { RejectRecord } from '@ebb/contracts/reject-record'
import { EVENTS, REJECTS } from '@ebb/contracts/topics'
import { CodedError } from '@ebb/runtime/coded-error'
import type { Logger } from '@ebb/runtime/logger'
import type { EventLog, NewRecord } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import { partitionOf } from '@ebb/streaming/partitioner'
import { LARGEST_EVENT } from './limits.ts'

/** The record of an accepted event, with the attributes of CloudEvents 1.0 in its headers. */
export const eventRecord = (event: CanonicalEvent): NewRecord => ({
  key: customerKey(event.customer),
  value: Buffer.from(JSON.stringify(event)),
  headers: {
    ce_specversion: '1.0',
    ce_type: EVENTS,
    ce_source: event.source,
    ce_id: event.id,
    'content-type': 'application/json',
  },
})

/** Something refused, as it came. */
export interface Refused extends Pick<RejectRecord, 'source' | 'code' | 'message' | 'where'> {
  readonly receivedAt: number
  readonly bytes: Buffer
  /** Length before any cut. */
  readonly totalBytes: number
}

/** The record of something refused; its payload is cut behind 32 KB. */
export const rejectRecord = ({ bytes, totalBytes, ...told }: Refused): NewRecord => {
  const reject: RejectRecord = {
    id: hash('sha256', Buffer.concat([bytes, Buffer.from(`\n${told.code}`)]), 'base64url'),
    ...told,
    payload: bytes.subarray(0, LARGEST_EVENT).toString('base64'),
    payloadBytes: totalBytes,
  }
  return {
    key: told.source,
    value: Buffer.from(JSON.stringify(reject)),
    headers: {
      ce_specversion: '1.0',
      ce_type: REJECTS,
      ce_source: told.source,
      ce_id: reject.id,
      'content-type': 'application/json',
    },
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
export const openRecordWriter = async (log: EventLog, logger: Logger): Promise<RecordWriter> => {
  const events = await log.partitions(EVENTS)
  const rejects = await log.partitions(REJECTS)
  let away = false
  const hearOf = (error: unknown): unknown => {
    if (!(error instanceof TransientError)) return error
    if (!away) logger.error({ err: error }, 'the event log is away, requests are answered with 503')
    away = true
    return logAway(error)
  }
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
      if (failed !== undefined) throw hearOf(failed.reason)
      if (away) logger.info('the event log is back')
      away = false
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
