import type { Consumption, EventLog, LogRecord } from '@ebb/streaming/event-log'
import { HaltError } from '@ebb/streaming/faults'
import type { PartitionObserver } from '@ebb/streaming/processor-options'
import { AbortedError } from '@ebb/streaming/retry'
import type { Tracer } from '@ebb/streaming/tracing'
import { type ReadPartition, readPartition } from './partition-reader.ts'
import type { Postgres, Transaction } from './postgres-client.ts'

/**
 * What can be heard of a reader; `offset` of a commit is behind its batch, and `appendedAt` is of its
 * last record, ms.
 */
export type TopicReaderObserver = PartitionObserver<
  { partition: number; offset: number },
  { partition: number; offset: number; records: number; appendedAt: number }
>

/** What reads a topic into PostgreSQL. */
export interface TopicReaderSettings {
  readonly log: EventLog
  /** Its schema went through `migrate`. */
  readonly postgres: Postgres
  readonly group: string
  readonly topic: string
  /**
   * Effects of records, in offset order, control records (`~`) among them; all within `tx`. May be
   * called again with the same records: then nothing of the earlier call is left. A `TransientError`
   * leads to that; any other throw halts.
   */
  readonly handle: (
    tx: Transaction,
    records: readonly LogRecord[],
    partition: number,
  ) => Promise<void>
  /**
   * Says that the effects follow from the topic alone: where the database knows nothing, it is read
   * again from its beginning instead of halting.
   */
  readonly isDerived?: boolean
  /** What to do where the database was lost and there is no backup, as a sentence without its full stop. */
  readonly howToBeginAnew?: string
  /** The process must end: the offset stays where it was. */
  readonly onHalt: (error: Error) => void
  readonly observer?: TopicReaderObserver
  /**
   * Follows the traces of records: `handle` gets those that are traced with its own step in the
   * header `traceparent`, for what they lead to.
   */
  readonly tracer?: Tracer
}

/**
 * Reads a topic as a consumer group whose offset stands in PostgreSQL and moves in the same
 * transaction as the effects of the records: each record takes effect once, and in order a partition.
 * A reader that was taken for dead and still goes on is fenced: it writes nothing.
 *
 * Halts with `EBB_STATE_LOST` where the log knows more of the group than the database, and with
 * `EBB_LOG_LOST` where the database knows more of the topic than the log.
 */
export const readTopic = async (settings: TopicReaderSettings): Promise<Consumption> => {
  const { log, group, topic, observer } = settings
  const partitions = new Map<number, ReadPartition>()
  const stopping = new AbortController()
  const consumption = await log.consume(group, topic, {
    assigned: (partition) => {
      const reader = readPartition(settings, partition)
      partitions.set(partition, reader)
      return reader.acquire(stopping.signal)
    },
    batch: (partition, records, signal) =>
      partitions.get(partition)!.run(records, AbortSignal.any([signal, stopping.signal])),
    revoked: (partition) => {
      partitions.delete(partition)
      observer?.revoked?.(partition)
    },
    halted: (error) => {
      if (!(error instanceof AbortedError)) settings.onHalt(asHalt(group, error))
    },
  })
  return {
    stop: async () => {
      stopping.abort()
      await consumption.stop()
    },
  }
}

/** A fault that has a code of ours keeps it. */
const asHalt = (group: string, error: Error): Error => {
  const { code, message } = error as Error & { code?: unknown }
  if (typeof code === 'string' && code.startsWith('EBB_')) return error
  return new HaltError('EBB_PROCESSOR_FAILED', `${group}: ${message}`, { cause: error })
}
