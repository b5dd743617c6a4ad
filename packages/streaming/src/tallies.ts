import type { PartitionRecord } from './partition-record.ts'
import type { Moment, Output, Tallying } from './processor-definition.ts'

/** The tallies of one partition, as a batch changes them. */
interface Tallies {
  add(name: string): void
  /** What is to be told before the clock goes on from `at` to `clock`, if a span ends in between. */
  told(at: Moment, clock: number): readonly Output[]
  /** For the partition record. */
  kept(): Pick<PartitionRecord, 'tallies'>
}

/** Goes on with what the partition record has. */
export const openTallies = (
  tallying: Tallying | undefined,
  { tallies: before }: Pick<PartitionRecord, 'tallies'>,
): Tallies => {
  let tallies = before
  return {
    add: (name) => {
      if (tallying === undefined) return
      // Every object has a `constructor`, and a source may have that name.
      const known = tallies !== undefined && Object.hasOwn(tallies, name) ? tallies[name]! : 0
      tallies = { ...tallies, [name]: known + 1 }
    },
    told: (at, clock) => {
      if (tallying === undefined || tallies === undefined) return []
      const { everyMs } = tallying
      if (Math.floor(at.clock / everyMs) === Math.floor(clock / everyMs)) return []
      const outputs = tallying.outputs(tallies, at)
      tallies = undefined
      return outputs
    },
    kept: () => (tallies === undefined ? {} : { tallies }),
  }
}
