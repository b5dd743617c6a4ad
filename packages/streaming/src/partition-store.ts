/** Where a partition stands: the offset to read next, and what the processor keeps beside it. */
export interface Position {
  /** Offset of the next record to handle. */
  readonly offset: number
  /** The partition record, opaque to the store. */
  readonly record: Uint8Array
}

/** What an owner learns when it acquires a partition. */
export interface Acquired {
  /** Fences every earlier owner: their commits answer `fenced` from now on. */
  readonly epoch: number
  /** Absent where nothing was ever committed. */
  readonly position: Position | undefined
}

/** States as they stood together at one instant, and who owned them then. */
export interface Snapshot {
  readonly epoch: number
  readonly position: Position | undefined
  /** In the order asked; `undefined` where there is none. */
  readonly states: readonly (Uint8Array | undefined)[]
}

/** All that one batch changes, applied at once or not at all. */
export interface Commit {
  readonly epoch: number
  /** The offset that the state must stand at; `undefined` where nothing was ever committed. */
  readonly expectedOffset: number | undefined
  /** Changed states by key; `null` deletes. */
  readonly states: ReadonlyMap<string, Uint8Array | null>
  readonly position: Position
}

/**
 * Keyed state of a processor, kept together with the offset it stands at. One instance serves one
 * processor; partitions are independent. Every adapter passes `partitionStoreContract`.
 * Faults that may pass are thrown as `TransientError`.
 */
export interface PartitionStore {
  /** Takes a partition over: bumps its epoch. */
  acquire(partition: number): Promise<Acquired>
  /**
   * One atomic read. Anybody may read; an owner compares epoch and offset with its own, for a
   * state that another owner made already would make it publish what the log does not imply.
   */
  read(partition: number, keys: readonly string[]): Promise<Snapshot>
  /** One atomic write, if epoch and offset are as expected; otherwise nothing, and `fenced`. */
  commit(partition: number, commit: Commit): Promise<'committed' | 'fenced'>
  /** Every key and state of one partition, in no particular order and at no single instant. */
  scan(partition: number): AsyncIterable<readonly [string, Uint8Array]>
}
