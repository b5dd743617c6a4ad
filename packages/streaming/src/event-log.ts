/** One record of a partition, as the log keeps it. */
export interface LogRecord {
  /** Position in its partition: 0, 1, 2 … without gaps in the embedded engines; Kafka may skip some. */
  readonly offset: number
  /** Partition key; never empty. Keys that begin with `~` are control records. */
  readonly key: string
  readonly value: Uint8Array
  readonly headers: Readonly<Record<string, string>>
  /** When the log took it: ms since the epoch on the process clock. Handlers never decide by it. */
  readonly appendedAt: number
}

/** A record before the log has given it an offset. */
export interface NewRecord {
  readonly key: string
  readonly value: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

/** A topic and one of its partitions. */
export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** Records `from` an offset, and where the log ended when it was asked. */
export interface Slice {
  readonly records: readonly LogRecord[]
  /** The offset that the next appended record will get. */
  readonly end: number
}

/** What a member of a consumer group does with the partitions that it is given. */
export interface PartitionListener {
  /** The partition is ours now. Resolves to the offset at which to begin. */
  assigned(partition: number): Promise<number>
  /**
   * Records in offset order, never two calls at once for one partition. Resolves to the offset to
   * go on at: behind the batch, or anywhere else to seek there. `signal` aborts when the
   * partition is taken away or the consumer stops; a rejection is then expected. Any other
   * rejection ends the membership through `halted`.
   */
  batch(partition: number, records: readonly LogRecord[], signal: AbortSignal): Promise<number>
  /** The partition is no longer ours. Called after its last `batch` ended. */
  revoked(partition: number): void
  /** This member cannot go on; the process is to end. */
  halted(error: Error): void
}

/** A running membership of a consumer group. */
export interface Consumption {
  /** Leaves the group; resolves when the last `batch` has ended. Idempotent. */
  stop(): Promise<void>
}

/**
 * An ordered, durable, partitioned log. Every adapter passes `eventLogContract`.
 * Faults that may pass are thrown as `TransientError`.
 */
export interface EventLog {
  /** What it is, as `messaging.system` of OpenTelemetry: `kafka`, or one of our own. */
  readonly system: string
  /** Number of partitions of a topic. Throws `EBB_TOPIC_MISSING` where there is none. */
  partitions(topic: string): Promise<number>
  /**
   * Appends in the order given, all in one partition. Resolves when all of them are durable, to
   * the offset of the first. Two calls for one partition keep the order in which they were made.
   * After a `TransientError` the outcome is unknown: some or all may be in the log.
   */
  append(to: TopicPartition, records: readonly NewRecord[]): Promise<number>
  /**
   * Joins a consumer group on one topic. What `assigned` and `batch` resolve to is advised to the
   * broker: also of a group that stands at the end, whose last process died before it said so.
   */
  consume(group: string, topic: string, listener: PartitionListener): Promise<Consumption>
  /** At most `limit` records at `from` or behind it, without joining a group. */
  read(from: TopicPartition, offset: number, limit: number): Promise<Slice>
  /** The offset last advised by a group for a partition; 0 where none was. Never the truth. */
  advised(group: string, from: TopicPartition): Promise<number>
}
