import type { LogRecord } from './event-log.ts'
import { HaltError } from './faults.ts'
import { producerNumber } from './numbered-producer.ts'
import type { PartitionRecord } from './partition-record.ts'
import type {
  Moment,
  Outcome,
  Output,
  ProcessorDefinition,
  Refusal,
} from './processor-definition.ts'
import type { RecentTraces } from './recent-traces.ts'
import type { RecordSteps } from './record-steps.ts'
import type { StateCache } from './state-cache.ts'
import type { DueTimer, TimerQueue } from './timer-queue.ts'
import { formatVersion } from './version.ts'
import { type LoadStates, type WorkingSet, workingSet } from './working-set.ts'

/** An output with its version, ready to publish. */
export interface VersionedOutput extends Output {
  readonly id: string
  readonly version: string
  /** Of the step that led to it, where that is traced. */
  readonly traceparent: string | undefined
}

/** All that one batch of records leads to. Nothing of it has left the process yet. */
export interface BatchResult<State> {
  readonly states: ReadonlyMap<string, State | null>
  readonly packed: ReadonlyMap<string, Uint8Array | null>
  readonly outputs: readonly VersionedOutput[]
  readonly record: PartitionRecord
  /** Behind the last record of the batch. */
  readonly offset: number
  /** Records that were copies. */
  readonly copies: number
}

/** What the runner of one partition works with. */
export interface RunnerSettings<State> {
  readonly definition: ProcessorDefinition<State>
  readonly cache: StateCache<State>
  readonly timers: TimerQueue
  readonly partition: number
  readonly generation: number
  readonly breathe: () => Promise<void>
  readonly recent: RecentTraces
}

/** What a batch takes from outside its records. */
export interface BatchSources {
  readonly load: LoadStates
  /** Of the traces that lead through it; ended by whoever makes its effects durable. */
  readonly steps: RecordSteps
}

const TIMER_CHUNK = 500
/** Longer than this nothing else in the process waits for a batch. */
const BREATH_MS = 20

/** Applies a processor's pure functions to batches of one partition. */
export const batchRunner = <State>(settings: RunnerSettings<State>) => {
  const { definition, timers, breathe } = settings
  const run = async (
    records: readonly LogRecord[],
    before: PartitionRecord,
    { load, steps }: BatchSources,
  ): Promise<BatchResult<State>> => {
    const working = workingSet(definition, settings.cache, load)
    await working.prefetch(records.filter((r) => !r.key.startsWith('~')).map((r) => r.key))
    const batch = openBatch(settings, before, { working, steps })
    let breathedAt = performance.now()
    for (const record of records) {
      if (performance.now() - breathedAt > BREATH_MS) {
        await breathe()
        breathedAt = performance.now()
      }
      if (batch.isCopy(record)) continue
      batch.follow(record)
      const tick = definition.tickAt(record)
      if (typeof tick === 'number') await batch.tick(record, tick)
      else if (tick !== undefined) batch.refuse(record, tick)
      else await batch.handle(record)
    }
    return batch.close(records.at(-1)!.offset + 1)
  }
  return {
    run,
    /** Arms the timer of a state that was read back. */
    arm: (key: string, bytes: Uint8Array, clock: number): void =>
      timers.arm(key, definition.dueAt?.(definition.unpack(bytes), clock)),
  }
}

const openBatch = <State>(
  settings: RunnerSettings<State>,
  before: PartitionRecord,
  { working, steps }: { readonly working: WorkingSet<State>; readonly steps: RecordSteps },
) => {
  const { definition, timers, partition, generation, breathe, recent } = settings
  const producers: Record<string, number> = { ...before.producers }
  const publish = outputCollector(generation)
  let clock = before.clock
  let copies = 0
  /** Of the record that is handled, where its trace is followed. */
  let traceparent: string | undefined

  const moment = (): Moment => ({ clock, partition })
  const refuse = (record: LogRecord, refusal: Refusal): void =>
    publish.add(record, [definition.rejection(record, refusal, moment())], traceparent)
  const apply = (key: string, record: LogRecord, outcome: Outcome<State>): number | undefined => {
    publish.add(record, outcome.outputs ?? [], traceparent)
    if (outcome.refusal) refuse(record, outcome.refusal)
    if (outcome.state !== undefined) working.set(key, outcome.state)
    const after = working.get(key)
    const due = after === undefined ? undefined : definition.dueAt?.(after, clock)
    timers.arm(key, due)
    return due
  }
  const handle = async (record: LogRecord): Promise<void> => {
    await working.prefetch([record.key])
    if (traceparent === undefined) recent.forget(record.key)
    else recent.remember(record.key, { traceparent, appendedAt: record.appendedAt })
    apply(record.key, record, definition.handle(working.get(record.key), record, moment()))
  }
  const fireOne = (record: LogRecord, { key, due }: DueTimer): void => {
    const state = working.get(key)
    if (state === undefined) return
    const ofTick = traceparent
    traceparent = recent.take(key, record.appendedAt) ?? ofTick
    const next = apply(key, record, definition.fire!(state, key, moment()))
    traceparent = ofTick
    if (next !== undefined && next <= due)
      throw new HaltError('EBB_TIMER_STUCK', `${definition.name}: ${key} is due at ${due} again`)
  }
  const fireDue = async (record: LogRecord): Promise<void> => {
    for (;;) {
      const chunk = timers.peekDue(clock, TIMER_CHUNK)
      if (chunk.length === 0) return
      await working.prefetch(chunk)
      for (let fired = 0; fired < TIMER_CHUNK; fired += 1) {
        const next = timers.takeDue(clock)
        if (next === undefined) return
        // A timer that was armed again may come before the rest of the chunk, and not be in it.
        await working.prefetch([next.key])
        fireOne(record, next)
      }
      await breathe()
    }
  }
  const tick = async (record: LogRecord, at: number): Promise<void> => {
    // A copy must not fire what its original did not: timers may be armed at the clock itself.
    if (at > clock) {
      clock = at
      await fireDue(record)
    }
    publish.add(record, definition.onTick?.(record, moment()) ?? [], traceparent)
  }
  const isCopy = (record: LogRecord): boolean => {
    const number = producerNumber(record)
    if (number === undefined) return false
    if (number.sequence <= (producers[number.producer] ?? 0)) {
      copies += 1
      return true
    }
    producers[number.producer] = number.sequence
    return false
  }
  const close = (offset: number): BatchResult<State> => {
    const record = { ...before, clock, producers }
    return { ...working.changes(), outputs: publish.all, record, offset, copies }
  }
  const follow = (record: LogRecord): void => {
    traceparent = steps.follow(record)
  }
  return { handle, refuse, tick, isCopy, follow, close }
}

const outputCollector = (generation: number) => {
  const all: VersionedOutput[] = []
  let offset = -1
  let index = 0
  const add = (
    record: LogRecord,
    outputs: readonly Output[],
    traceparent: string | undefined,
  ): void => {
    if (record.offset !== offset) {
      offset = record.offset
      index = 0
    }
    for (const output of outputs) {
      const version = formatVersion({ generation, offset, index })
      const id = output.id ?? `${output.key}@${version}`
      all.push({ ...output, id, version, traceparent })
      index += 1
    }
  }
  return { all, add }
}
