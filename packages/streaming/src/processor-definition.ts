import type { LogRecord } from './event-log.ts'

/** When, on the log's own clock, something is handled. */
export interface Moment<Shared = unknown> {
  /** Largest tick read so far in this partition, this record's own included; 0 before the first. */
  readonly clock: number
  readonly partition: number
  /** What the partition keeps for all its states together; absent until a handler gave it. */
  readonly shared?: Shared
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
export interface Outcome<State, Shared = unknown> {
  /** The state after; `null` deletes it; absent leaves it as it was. */
  readonly state?: State | null
  /**
   * What the partition keeps for all its states from now on, plain JSON; absent leaves it as it was.
   * All timers are made again by it, so it must change seldom. Only `handle` may give it.
   */
  readonly shared?: Shared
  readonly outputs?: readonly Output[]
  readonly refusal?: Refusal
  /** Counts one under this name, for `tallying`. */
  readonly tally?: string
}

/** Counters that would be too many records one by one; they stand in the partition record. */
export interface Tallying {
  /** How long, on the partition's clock, is tallied before it is told. */
  readonly everyMs: number
  /**
   * What was tallied by name in a span that a tick has ended; `at` is the last moment of it.
   * Published before what the tick causes.
   */
  outputs(tallies: Readonly<Record<string, number>>, at: Moment): readonly Output[]
}

/**
 * A processor: pure functions of (state before, record, clock). None of them reads a clock, a
 * random source or anything else outside its arguments, and none changes `before` or `shared`: they
 * are repeated after a crash and must give the same again.
 */
export interface ProcessorDefinition<State, Shared = unknown> {
  /** Consumer group and name of the state store. */
  readonly name: string
  /** The one topic it reads. */
  readonly input: string
  pack(state: State): Uint8Array
  unpack(bytes: Uint8Array): State
  /**
   * What a partition record keeps as `shared`, as parsed JSON. Throws the halt `EBB_STATE_VERSION`
   * where a newer version wrote it. Needed only where handlers give `shared`.
   */
  readShared?(kept: unknown): Shared
  /** The instant of a tick; `undefined` for every other record; a refusal for a bad tick. */
  tickAt(record: LogRecord): number | undefined | Refusal
  /** Under which key the state of a record stands; that of the record itself unless given. */
  stateKey?(record: LogRecord): string
  /** Handles any record that is not a tick, with the state that goes with it. */
  handle(before: State | undefined, record: LogRecord, at: Moment<Shared>): Outcome<State, Shared>
  /** What a tick causes besides due timers, published behind what they cause. */
  onTick?(record: LogRecord, at: Moment<Shared>): readonly Output[]
  /** What becomes of what outcomes tallied. */
  readonly tallying?: Tallying
  /** The next instant at which `fire` is to be called for the state of a key. May lie in the past. */
  dueAt?(state: State, key: string, at: Moment<Shared>): number | undefined
  /** A timer is due. Must move `dueAt` on: the same instant again halts the processor. */
  fire?(before: State, key: string, at: Moment<Shared>): Outcome<State>
  /** The record of the reject topic for a record that was refused. */
  rejection(record: LogRecord, refusal: Refusal, at: Moment): Output
}
