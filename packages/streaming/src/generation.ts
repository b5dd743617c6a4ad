import type { ExaminedEngines } from './engines.ts'
import type { Consumption, EventLog } from './event-log.ts'
import type { PartitionStore } from './partition-store.ts'

/** Topic or store of a generation: the name itself in generation 0, then `name.g1`, `name.g2` … */
export const nameInGeneration = (name: string, generation: number): string =>
  generation === 0 ? name : `${name}.g${generation}`

/** The part of a log that anybody may have. */
type LogReader = Pick<EventLog, 'partitions' | 'read'>

/** A log whose topics that are made from states are those of one generation. */
export interface GenerationLog {
  readonly generation: number
  readonly log: EventLog
}

/** The same, and the states of that generation. */
export interface GenerationEngines extends GenerationLog {
  store(name: string): PartitionStore
}

/** Whichever generation is in force: a rebuild may put another one in force at any time. */
export interface Generations<Of extends GenerationLog = GenerationEngines> {
  /** As far as this process knows. For who looks something up: to be asked each time. */
  inForce(): Of
  /**
   * Runs consumers on the generation in force; when another one is, they are stopped, and run again
   * on that.
   */
  follow(run: (of: Of) => Promise<Consumption>): Promise<Consumption>
}

/** One generation, where nobody rebuilds. */
export const onlyGeneration = <Of extends GenerationLog>(only: Of): Generations<Of> => ({
  inForce: () => only,
  follow: (run) => run(only),
})

/** The log in force, for who looks something up in it. */
export const readerInForce = ({ inForce }: Generations<GenerationLog>): LogReader => ({
  partitions: (topic) => inForce().log.partitions(topic),
  read: (...slice) => inForce().log.read(...slice),
})

/** Which topics are made from states, and in which generation. */
export interface GenerationOfTopics {
  readonly generation: number
  readonly madeFromStates: ReadonlySet<string>
}

/**
 * A log in which each topic that is made from states is the one of a generation, and every other
 * is itself. So a rebuild writes beside what is in force, and no processor knows of it.
 */
export const logInGeneration = (log: EventLog, of: GenerationOfTopics): EventLog => {
  const topicOf = naming(of)
  return {
    ...examinedInGeneration(log, of),
    system: log.system,
    append: ({ topic, partition }, records) =>
      log.append({ topic: topicOf(topic), partition }, records),
    consume: (group, topic, listener) => log.consume(group, topicOf(topic), listener),
  }
}

/** The same for a log to examine. */
export const examinedInGeneration = (
  log: ExaminedEngines['log'],
  of: GenerationOfTopics,
): ExaminedEngines['log'] => {
  const topicOf = naming(of)
  return {
    ...readerInGeneration(log, of),
    advised: (group, { topic, partition }) =>
      log.advised(group, { topic: topicOf(topic), partition }),
  }
}

/** The same for a log to look at. */
export const readerInGeneration = (log: LogReader, of: GenerationOfTopics): LogReader => {
  const topicOf = naming(of)
  return {
    partitions: (topic) => log.partitions(topicOf(topic)),
    read: ({ topic, partition }, offset, limit) =>
      log.read({ topic: topicOf(topic), partition }, offset, limit),
  }
}

const naming =
  ({ generation, madeFromStates }: GenerationOfTopics) =>
  (topic: string): string =>
    madeFromStates.has(topic) ? nameInGeneration(topic, generation) : topic
