import type { Installation } from '@ebb/contracts/installation'
import { TOPICS, topicsOf } from '@ebb/contracts/topics'
import type { ExaminedEngines, Place, SharedTopics } from '@ebb/streaming/engines'
import { HaltError } from '@ebb/streaming/faults'
import { topicsInGeneration } from '../installation.ts'
import { type Check, fail, ok, warn } from './check.ts'

/**
 * Every topic is there; those keyed by customer have as many partitions as the states. `begin` is
 * the command that makes what is missing.
 */
export const checkTopics = async (
  { log }: Pick<ExaminedEngines, 'log'>,
  installation: Installation | undefined,
  begin: string,
): Promise<Check> => {
  const found = await Promise.all(
    TOPICS.map(async ({ name, key }) => ({ name, key, count: await partitionsOf(log, name) })),
  )
  const name = 'topics'
  const missing = found.filter(({ count }) => count === undefined)
  if (missing.length > 0)
    return fail(name, `missing: ${namesOf(missing)}`, `Run \`${begin}\`, which makes them`)
  const wanted = installation?.partitions ?? found[0]!.count!
  const odd = found.filter(({ key, count }) => key === 'customer' && count !== wanted)
  if (odd.length === 0) return ok(name, `${found.length} topics of ${wanted} partitions`)
  const mend = 'Restore the log from a backup: states need the same partitions'
  return fail(name, `not of ${wanted} partitions: ${namesOf(odd)}`, mend)
}

const namesOf = (topics: readonly { name: string }[]): string =>
  topics.map(({ name }) => name).join(', ')

const partitionsOf = async (
  log: ExaminedEngines['log'],
  topic: string,
): Promise<number | undefined> =>
  log.partitions(topic).catch((error: unknown) => {
    if (error instanceof HaltError && error.code === 'EBB_TOPIC_MISSING') return undefined
    throw error
  })

/** Settings of topics that are there, against those that `ebb topics apply` would give them. */
export const checkTopicSettings = async (
  shared: SharedTopics,
  place: Place,
  { partitions, generation }: Installation,
): Promise<Check> => {
  const name = 'topic settings'
  const wanted = topicsInGeneration(topicsOf(partitions), generation)
  const { steps } = await shared.plan(place, wanted)
  const differing = steps.filter(({ action }) => action === 'alter')
  if (differing.length === 0) return ok(name, 'as `ebb topics apply` makes them')
  const told = differing.map(({ topic, detail }) => `${topic} ${detail}`).join('; ')
  return warn(name, `should be otherwise: ${told}`, 'Run `ebb topics apply`, which sets them right')
}
