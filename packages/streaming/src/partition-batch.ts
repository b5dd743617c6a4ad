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
import { momentOf, openSharedValue, type ScanStates } from './shared-value.ts'
import type { StateCache } from './state-cache.ts'
import { openTallies } from './tallies.ts'
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
  readonly scan: ScanStates
  /** Of the traces that lead through it; ended by whoever makes its effects durable. */
  readonly steps: RecordSteps
}

const TIMER_CHUNK = 500
/** To know the first timer of all exactly, each that was put off before it would have to be moved. */
const FORESEEN_MS = 86_400_000
/** Longer than this nothing else in the process waits for a batch. */
const BREATH_MS = 20

/** Applies a processor's pure functions to batches of one partition. */
export const batchRunner = <State>(settings: RunnerSettings<State>) => {
  const { definition, timers, breathe } = settings
  const run = async (
    records: readonly LogRecord[],
    before: PartitionRecord,
    { load, scan, steps }: BatchSources,
  ): Promise<BatchResult<State>> => {
    const working = workingSet(definition, settings.cache, load)
    const stateKey = stateKeyOf(definition)
    await working.prefetch(records.filter((r) => !r.key.startsWith('~')).map(stateKey))
    const batch = openBatch(settings, before, { working, scan, steps })
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
      else {
        const key = stateKey(record)
        // To wait for nothing costs a turn of the loop as well.
        if (!working.has(key)) await working.prefetch([key])
        batch.handle(record, key)
      }
    }
    return batch.close(records.at(-1)!.offset + 1)
  }
  return {
    run,
    /** Arms the timer of a state that was read back. */
    arm: (key: string, bytes: Uint8Array, { clock, shared }: PartitionRecord): void => {
      const at = momentOf(settings.partition, clock, shared)
      timers.arm(key, definition.dueAt?.(definition.unpack(bytes), key, at))
    },
    /** When the next timer is due; `undefined` where none is within a day of the clock. */
    nextDue: (clock: number) => timers.firstDue(clock + FORESEEN_MS),
  }
}

interface OpenSources<State> extends Pick<BatchSources, 'scan' | 'steps'> {
  readonly working: WorkingSet<State>
}

const openBatch = <State>(
  settings: RunnerSettings<State>,
  before: PartitionRecord,
  { working, scan, steps }: OpenSources<State>,
) => {
  const { definition, timers, partition, generation, breathe, recent } = settings
  const producers: Record<string, number> = { ...before.producers }
  const publish = outputCollector(generation)
  const tallies = openTallies(definition.tallying, before)
  const shared = openSharedValue(before, { definition, timers, working, scan })
  let { clock } = before
  let copies = 0
  /** Of the record that is handled, where its trace is followed. */
  let traceparent: string | undefined

  const moment = (): Moment => momentOf(partition, clock, shared.get())
  const refuse = (record: LogRecord, refusal: Refusal): void =>
    publish.add(record, [definition.rejection(record, refusal, moment())], traceparent)
  const apply = (key: string, record: LogRecord, outcome: Outcome<State>): number | undefined => {
    publish.add(record, outcome.outputs ?? [], traceparent)
    if (outcome.refusal) refuse(record, outcome.refusal)
    if (outcome.state !== undefined) working.set(key, outcome.state)
    if (outcome.tally !== undefined) tallies.add(outcome.tally)
    const after = working.get(key)
    const due = after === undefined ? undefined : definition.dueAt?.(after, key, moment())
    timers.arm(key, due)
    return due
  }
  const handle = (record: LogRecord, key: string): void => {
    if (traceparent === undefined) recent.forget(key)
    else recent.remember(key, { traceparent, appendedAt: record.appendedAt })
    const outcome = definition.handle(working.get(key), record, moment())
    shared.set(outcome.shared)
    apply(key, record, outcome)
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
        if (!working.has(next.key)) await working.prefetch([next.key])
        fireOne(record, next)
      }
      await breathe()
    }
  }
  const tick = async (record: LogRecord, at: number): Promise<void> => {
    // A copy must not fire what its original did not: timers may be armed at the clock itself.
    if (at > clock) {
      await shared.settle(moment())
      publish.add(record, tallies.told(moment(), at), traceparent)
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
  const close = async (offset: number): Promise<BatchResult<State>> => {
    await shared.settle(moment())
    // In one order always: the same record is the same bytes.
    const { tallies: _told, shared: _before, ...rest } = before
    const record = { ...rest, clock, producers, ...tallies.kept(), ...shared.kept() }
    return { ...working.changes(), outputs: publish.all, record, offset, copies }
  }
  const follow = (record: LogRecord): void => {
    traceparent = steps.follow(record)
  }
  return { handle, refuse, tick, isCopy, follow, close }
}

const stateKeyOf =
  <State>(definition: ProcessorDefinition<State>) =>
  (record: LogRecord): string =>
    definition.stateKey?.(record) ?? record.key

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
