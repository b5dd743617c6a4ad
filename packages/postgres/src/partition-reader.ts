import type { LogRecord } from '@ebb/streaming/event-log'
import { HaltError } from '@ebb/streaming/faults'
import { messagingStep } from '@ebb/streaming/messaging-step'
import { endingSteps, recordSteps } from '@ebb/streaming/record-steps'
import { type RetryOptions, retryTransient, waitFor } from '@ebb/streaming/retry'
import { NO_TRACER, TRACE_HEADER } from '@ebb/streaming/tracing'
import type { TopicReaderSettings } from './topic-reader-settings.ts'
import type { Transaction } from './transaction.ts'

/** One partition in the hands of one reader. */
export interface ReadPartition {
  /** Fences earlier readers; resolves to the offset to begin at. */
  acquire(signal: AbortSignal): Promise<number>
  /** Offset and effects of a batch in one transaction. Resolves to the offset to go on at. */
  run(records: readonly LogRecord[], signal: AbortSignal): Promise<number>
}

/** The loop for one partition of `readTopic`. */
export const readPartition = (settings: TopicReaderSettings, partition: number): ReadPartition => {
  const { postgres, observer, tracer = NO_TRACER } = settings
  const place = { ...settings, partition }
  const failed = messagingStep('process', place)
  let held: Held | undefined
  const retrying = (signal: AbortSignal): RetryOptions => ({
    signal,
    wait: waitFor,
    onRetry: (error, attempt) => observer?.retrying?.({ partition, error, attempt, step: failed }),
  })
  const acquire = async (signal: AbortSignal): Promise<number> => {
    held = await retryTransient(() => takeOver(settings, partition), retrying(signal))
    const offset = held.nextOffset ?? 0
    observer?.acquired?.({ partition, offset })
    return offset
  }
  const runAs = async (before: Held, records: readonly LogRecord[], signal: AbortSignal) => {
    const { offset, appendedAt } = records.at(-1)!
    const nextOffset = offset + 1
    const steps = recordSteps(tracer, place)
    const traced = records.map((record) => {
      const { [TRACE_HEADER]: cause, ...headers } = record.headers
      if (cause === undefined) return record
      const traceparent = steps.follow(record)
      // What is no trace context of ours is not handed on: it may be anything.
      if (traceparent === undefined) return { ...record, headers }
      return { ...record, headers: { ...headers, [TRACE_HEADER]: traceparent } }
    })
    const commit = () =>
      postgres.transaction(async (tx) => {
        await moveOn(tx, { ...settings, partition, before, nextOffset })
        await settings.handle(tx, traced, partition)
      })
    await endingSteps(steps, () => retryTransient(commit, retrying(signal)))
    held = { ...before, nextOffset }
    const { length } = records
    observer?.committed?.({ partition, offset: nextOffset, records: length, appendedAt })
    return nextOffset
  }
  const run = async (records: readonly LogRecord[], signal: AbortSignal): Promise<number> => {
    if (held === undefined) throw new HaltError('EBB_PROCESSOR_FAILED', 'batch before acquire')
    try {
      return await runAs(held, records, signal)
    } catch (error) {
      if (!(error instanceof FencedError)) throw error
      observer?.fenced?.(partition)
      return acquire(signal)
    }
  }
  return { acquire, run }
}

interface Held {
  readonly epoch: number
  /** Where the database stands; null before the first batch. */
  readonly nextOffset: number | null
}

/** Another reader is there, or our own commit of unknown outcome had succeeded. */
class FencedError extends Error {
  override readonly name = 'FencedError'
}

const takeOver = async (settings: TopicReaderSettings, partition: number): Promise<Held> => {
  const { postgres, group, topic } = settings
  const [held] = await postgres.query<Held>(
    `INSERT INTO topic_offsets AS known (consumer_group, topic, partition, epoch)
     VALUES ($1, $2, $3, 1)
     ON CONFLICT (consumer_group, topic, partition) DO UPDATE SET epoch = known.epoch + 1
     RETURNING epoch, next_offset AS "nextOffset"`,
    [group, topic, partition],
  )
  if (held!.nextOffset === null) await refuseLostState(settings, partition)
  else await refuseLostLog(settings, partition, held!.nextOffset)
  return held!
}

interface Move extends TopicReaderSettings {
  readonly partition: number
  readonly before: Held
  readonly nextOffset: number
}

/** Locks the row: who comes second waits here until the first has committed, and then finds less. */
const moveOn = async (tx: Transaction, move: Move): Promise<void> => {
  const { group, topic, partition, before, nextOffset } = move
  const moved = await tx.query(
    `UPDATE topic_offsets SET next_offset = $6
     WHERE consumer_group = $1 AND topic = $2 AND partition = $3
       AND epoch = $4 AND next_offset IS NOT DISTINCT FROM $5
     RETURNING epoch`,
    [group, topic, partition, before.epoch, before.nextOffset, nextOffset],
  )
  if (moved.length === 0) throw new FencedError()
}

const refuseLostState = async (
  { log, group, topic, isDerived = false, howToBeginAnew }: TopicReaderSettings,
  partition: number,
): Promise<void> => {
  if (isDerived) return
  const advised = await log.advised(group, { topic, partition })
  if (advised === 0) return
  throw new HaltError(
    'EBB_STATE_LOST',
    `${group}: PostgreSQL knows nothing of partition ${partition} of ${topic}, which had been ` +
      `read up to offset ${advised}; restore the database from a backup` +
      (howToBeginAnew === undefined ? '' : `. ${howToBeginAnew}`),
  )
}

// Asked behind the takeover: until then an earlier reader moves on, and the log with it.
const refuseLostLog = async (
  { log, group, topic }: TopicReaderSettings,
  partition: number,
  nextOffset: number,
): Promise<void> => {
  const { end } = await log.read({ topic, partition }, nextOffset, 0)
  if (nextOffset <= end) return
  throw new HaltError(
    'EBB_LOG_LOST',
    `${group}: PostgreSQL stands at offset ${nextOffset} of partition ${partition} of ${topic}, ` +
      `which ends at ${end}; restore log and database from one backup`,
  )
}
