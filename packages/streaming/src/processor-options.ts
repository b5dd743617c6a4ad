import type { EventLog } from './event-log.ts'
import type { HaltError } from './faults.ts'
import type { PartitionStore } from './partition-store.ts'
import type { Tracer } from './tracing.ts'

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
  /** Of the records: copies of what a producer had appended before. */
  readonly copies: number
  /** When the next timer is due; `undefined` where none is armed. */
  readonly nextDue: number | undefined
}

/** What can be heard of partitions that are read. All calls are synchronous and must not throw. */
export interface PartitionObserver<Acquired, Committed> {
  /** A port failed in a way that may pass; the partition is paused until it does. */
  retrying?(event: { partition: number; error: Error; attempt: number }): void
  /** Another owner is there, or what keeps the offset went back to an older state. */
  fenced?(partition: number): void
  acquired?(event: Acquired): void
  /** The effects of a batch are durable. */
  committed?(event: Committed): void
  revoked?(partition: number): void
}

/** What can be heard of a running processor. */
export type ProcessorObserver = PartitionObserver<
  { partition: number; offset: number; clock: number; nextDue: number | undefined },
  PartitionCommit
>

/** Settings that change no output. */
export interface ProcessorOptions {
  readonly observer?: ProcessorObserver
  /** Follows the traces of records into what they lead to. */
  readonly tracer?: Tracer
  /** The process must end: an invariant is broken. The offset stays where it was. */
  readonly onHalt: (error: HaltError) => void
  /** Raised by a rebuild; part of every version and of the consumer group. */
  readonly generation?: number
  /** Waits between repetitions; given by simulations. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>
  /** Lets other work run between two chunks of timers; given by simulations. */
  readonly breathe?: () => Promise<void>
}
