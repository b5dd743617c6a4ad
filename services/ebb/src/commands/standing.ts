import { EVENTS, FEATURES } from '@ebb/contracts/topics'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import { SCORER_PROCESSOR } from '@ebb/scorer/scorer-definition'
import type { ReadEngines } from '@ebb/streaming/engines'
import { decodePartitionRecord } from '@ebb/streaming/partition-record'

/** A processor and the topic that it reads. */
export interface Processor {
  readonly name: string
  readonly input: string
}

/** All processors, each behind the one that writes its input. */
export const PROCESSORS: readonly Processor[] = [
  { name: FEATURES_PROCESSOR, input: EVENTS },
  { name: SCORER_PROCESSOR, input: FEATURES },
]

/** Where a processor stands in one partition of its input. */
export interface Standing {
  readonly partition: number
  /** Of the next record to handle. */
  readonly offset: number
  /** Where the partition ends. */
  readonly end: number
  /** Largest tick read so far (ms); 0 before the first. */
  readonly clock: number
}

/** Where a processor stands in each partition; `undefined` where it never ran. */
export const standingsOf = async (
  { log, store }: ReadEngines,
  { name, input }: Processor,
): Promise<readonly Standing[] | undefined> => {
  const states = store(name)
  if (states === undefined) return undefined
  const partitions = Array.from({ length: await log.partitions(input) }, (_, i) => i)
  return Promise.all(
    partitions.map(async (partition) => {
      // The position first: a log that grows meanwhile must not make the lag negative.
      const { position } = await states.read(partition, [])
      const { end } = await log.read({ topic: input, partition }, 0, 1)
      const clock = position === undefined ? 0 : decodePartitionRecord(position.record).clock
      return { partition, offset: position?.offset ?? 0, end, clock }
    }),
  )
}

/** Records that wait. */
export const lagOf = (standings: readonly Standing[]): number =>
  standings.reduce((sum, { offset, end }) => sum + end - offset, 0)
