import type { LogRecord } from './event-log.ts'

/** When, on the log's own clock, something is handled. */
export interface Moment {
  /** Largest tick read so far in this partition, this record's own included; 0 before the first. */
  readonly clock: number
  readonly partition: number
}

/** A record to publish. The processor adds the header `version` and sends it before it commits. */
export interface Output {
  readonly topic: string
  readonly key: string
  /** Follows from the cause alone; otherwise the key and the version. */
  readonly id?: string
  readonly value: Uint8Array
  /** Where to; otherwise the partition of the key. */
  readonly partition?: number
}

/** Why a record is not handled. It goes to the reject topic, and the processor goes on. */
export interface Refusal {
  /** `EBB_AREA_WHAT` of docs/errors.md. */
  readonly code: string
  /** What is wrong, where, and how to mend it. */
  readonly message: string
}

/** What a handler returns; it never publishes or commits itself. */
export interface Outcome<State> {
  /** The state after; `null` deletes it; absent leaves it as it was. */
  readonly state?: State | null
  readonly outputs?: readonly Output[]
  readonly refusal?: Refusal
}

/**
 * A processor: pure functions of (state before, record, clock). None of them reads a clock, a
 * random source or anything else outside its arguments, and none changes `before`: they are
 * repeated after a crash and must give the same again.
 */
export interface ProcessorDefinition<State> {
  /** Consumer group and name of the state store. */
  readonly name: string
  /** The one topic it reads. */
  readonly input: string
  pack(state: State): Uint8Array
  unpack(bytes: Uint8Array): State
  /** The instant of a tick; `undefined` for every other record; a refusal for a bad tick. */
  tickAt(record: LogRecord): number | undefined | Refusal
  /** Handles any record that is not a tick, with the state under the record's key. */
  handle(before: State | undefined, record: LogRecord, at: Moment): Outcome<State>
  /** What a tick causes besides due timers, published behind what they cause. */
  onTick?(record: LogRecord, at: Moment): readonly Output[]
  /** The next instant at which `fire` is to be called for this state. May lie in the past. */
  dueAt?(state: State, clock: number): number | undefined
  /** A timer is due. Must move `dueAt` on: the same instant again halts the processor. */
  fire?(before: State, key: string, at: Moment): Outcome<State>
  /** The record of the reject topic for a record that was refused. */
  rejection(record: LogRecord, refusal: Refusal, at: Moment): Output
}
