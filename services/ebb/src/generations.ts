import type { Installation } from '@ebb/contracts/installation'
import { MADE_FROM_STATES, TOPICS } from '@ebb/contracts/topics'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import { HEARTBEAT_PROCESSOR } from '@ebb/features/heartbeat/heartbeat-definition'
import { SCORER_PROCESSOR } from '@ebb/scorer/scorer-definition'
import type { Unused } from '@ebb/streaming/engines'
import { nameInGeneration } from '@ebb/streaming/generation'

/** States and topics of the generations that are not in force any more. */
export const supersededBy = ({ generation, partitions }: Installation): Unused =>
  ofGenerations(
    Array.from({ length: generation }, (_, i) => i),
    partitions,
  )

/** All topics and states, those of an interrupted rebuild too. */
export const everythingOf = ({ generation, partitions }: Installation): Unused => {
  const generations = Array.from({ length: generation + 2 }, (_, i) => i)
  const shared = TOPICS.map(({ name }) => name).filter((name) => !MADE_FROM_STATES.has(name))
  const made = ofGenerations(generations, partitions)
  return { ...made, topics: [...made.topics, ...shared] }
}

const ofGenerations = (generations: readonly number[], partitions: number): Unused => ({
  topics: inEach(generations, [...MADE_FROM_STATES]),
  stores: inEach(generations, [FEATURES_PROCESSOR, SCORER_PROCESSOR, HEARTBEAT_PROCESSOR]),
  partitions,
})

const inEach = (generations: readonly number[], names: readonly string[]): string[] =>
  generations.flatMap((generation) => names.map((name) => nameInGeneration(name, generation)))
