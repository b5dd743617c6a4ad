import type { PartitionRecord } from './partition-record.ts'
import type { Moment, ProcessorDefinition } from './processor-definition.ts'
import type { TimerQueue } from './timer-queue.ts'
import type { WorkingSet } from './working-set.ts'

/** Shows every state that is committed in the partition; lets other work run in between. */
export type ScanStates = (each: (key: string, bytes: Uint8Array) => void) => Promise<void>

/** What a partition keeps for all its states, as a batch changes it. */
export interface SharedValue {
  get(): unknown
  /** `undefined` leaves it as it was. */
  set(value: unknown): void
  /** Makes all timers again where it has changed; what the batch did to states counts. */
  settle(at: Moment): Promise<void>
  /** For the partition record. */
  kept(): Pick<PartitionRecord, 'shared'>
}

/** What timers are made from, and where they stand. */
export interface TimedStates<State> {
  readonly definition: Pick<ProcessorDefinition<State>, 'dueAt' | 'unpack'>
  readonly timers: TimerQueue
  readonly working: WorkingSet<State>
  readonly scan: ScanStates
}

/** Goes on with what the partition record has. */
export const openSharedValue = <State>(
  { shared: before }: Pick<PartitionRecord, 'shared'>,
  { definition, timers, working, scan }: TimedStates<State>,
): SharedValue => {
  let value = before
  let hasChanged = false
  const settle = async (at: Moment): Promise<void> => {
    if (!hasChanged) return
    const arm = (key: string, state: State) => timers.arm(key, definition.dueAt?.(state, key, at))
    await scan((key, bytes) => {
      if (!working.isChanged(key)) arm(key, definition.unpack(bytes))
    })
    for (const [key, state] of working.changed()) arm(key, state)
    hasChanged = false
  }
  return {
    get: () => value,
    set: (next) => {
      if (next === undefined) return
      value = next
      hasChanged = true
    },
    settle,
    kept: () => (value === undefined ? {} : { shared: value }),
  }
}

/** A moment of a partition. */
export const momentOf = (partition: number, clock: number, shared: unknown): Moment =>
  shared === undefined ? { clock, partition } : { clock, partition, shared }
