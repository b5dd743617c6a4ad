import type { EventLog } from './event-log.ts'
import type { HaltError } from './faults.ts'
import type { PartitionStore } from './partition-store.ts'
import type { StateCaches } from './state-cache.ts'
import type { StepDetails, Tracer } from './tracing.ts'

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
  /** When the next timer is due; `undefined` where none is within a day of the clock. */
  readonly nextDue: number | undefined
}

/** A fault of a port that may pass. */
export interface PartitionRetry {
  readonly partition: number
  readonly error: Error
  /** From 1 on. */
  readonly attempt: number
  /** What failed, for whoever traces it. */
  readonly step: StepDetails
}

/** What can be heard of partitions that are read. All calls are synchronous and must not throw. */
export interface PartitionObserver<Acquired, Committed> {
  /** A port failed in a way that may pass; the partition is paused until it does. */
  retrying?(event: PartitionRetry): void
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
  /** Shared with other processors of this process; of its own unless given. */
  readonly caches?: StateCaches
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
