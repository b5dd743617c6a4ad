import type { EventLog } from './event-log.ts'
import type { HaltError } from './faults.ts'
import type { PartitionStore } from './partition-store.ts'

/** What a processor runs on. */
export interface ProcessorPorts {
  readonly log: EventLog
  readonly store: PartitionStore
}

/** A batch whose effects are durable. */
export interface PartitionCommit {
  readonly partition: number
  /** Where the state stands now. */
  readonly offset: number
  readonly records: number
  /** The partition's clock now. */
  readonly clock: number
}

/** What can be heard of a running processor. All calls are synchronous and must not throw. */
export interface ProcessorObserver {
  /** A port failed in a way that may pass; the partition is paused until it does. */
  retrying?(event: { partition: number; error: Error; attempt: number }): void
  /**
   * The fence refused a commit, or a read showed another owner: another one is there, or the store
   * went back.
   */
  fenced?(partition: number): void
  acquired?(event: { partition: number; offset: number; clock: number }): void
  committed?(event: PartitionCommit): void
  revoked?(partition: number): void
}

/** Settings that change no output. */
export interface ProcessorOptions {
  readonly observer?: ProcessorObserver
  /** The process must end: an invariant is broken. The offset stays where it was. */
  readonly onHalt: (error: HaltError) => void
  /** Raised by a rebuild; part of every version and of the consumer group. */
  readonly generation?: number
  /** Waits between repetitions; given by simulations. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>
  /** Lets other work run between two chunks of timers; given by simulations. */
  readonly breathe?: () => Promise<void>
}
