import type { EventLog, LogRecord } from '@ebb/streaming/event-log'
import type { PartitionObserver } from '@ebb/streaming/processor-options'
import type { Tracer } from '@ebb/streaming/tracing'
import type { Postgres } from './postgres-client.ts'
import type { Transaction } from './transaction.ts'

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
