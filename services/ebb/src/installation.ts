import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Installation } from '@ebb/contracts/installation'
import { INSTALLATION, MADE_FROM_STATES, TOPICS, topicsOf } from '@ebb/contracts/topics'
import { CodedError } from '@ebb/runtime/coded-error'
import {
  installationOf,
  type NewInstallation,
  pinInstallation,
  readInstallation,
} from '@ebb/runtime/installation'
import type {
  EngineSettings,
  Engines,
  OwnedEngines,
  Place,
  ReadEngines,
  WantedTopic,
} from '@ebb/streaming/engines'
import type { EventLog } from '@ebb/streaming/event-log'
import { logInGeneration, nameInGeneration, readerInGeneration } from '@ebb/streaming/generation'

/** How a place is taken. */
export interface OwnSettings extends EngineSettings {
  readonly wanted: NewInstallation
}

/** An installation that this process may write. */
export interface OwnedInstallation {
  readonly installation: Installation
  /** Topics and states of the generation in force. */
  readonly engines: OwnedEngines
  /** Those of all generations. */
  readonly whole: OwnedEngines
}

/**
 * Takes a place, and begins its installation where there is none. A live one on shared engines is
 * begun by `ebb topics apply`, so it is only looked up there.
 * Throws `EBB_INSTALLATION_DIFFERS`, `EBB_INSTALLATION_MISSING`, `EBB_TOPIC_MISSING` and
 * `EBB_TOPIC_PARTITIONS`.
 */
export const ownInstallation = async (
  engines: Engines,
  place: Place,
  settings: OwnSettings,
): Promise<OwnedInstallation> => {
  refuseEarlierFormat(place.folder)
  const owned = await engines.own(place, settings)
  try {
    const { wanted } = settings
    const isApplied = engines.shared !== undefined && wanted.kind === 'live'
    const installation = isApplied
      ? await installationOf(owned.log)
      : await begun(owned, wanted, place)
    const inForce = ownedInGeneration(owned, installation.generation)
    const topics = topicsOf(installation.partitions)
    await (isApplied ? requireTopics(inForce.log, topics) : inForce.makeTopics(topics, 'writer'))
    return { installation, engines: inForce, whole: owned }
  } catch (error) {
    await owned.close()
    throw error
  }
}

const requireTopics = async (log: EventLog, topics: readonly WantedTopic[]): Promise<void> => {
  for (const { name, partitions } of topics) {
    const found = await log.partitions(name)
    if (found === partitions) continue
    throw new CodedError('EBB_TOPIC_PARTITIONS', {
      what: `A topic has ${found} partitions, and the installation was begun with ${partitions}`,
      where: name,
      fix: `Give it ${partitions} again: all states are bound to that number`,
    })
  }
}

const begun = async (
  owned: OwnedEngines,
  wanted: NewInstallation,
  { folder }: Place,
): Promise<Installation> => {
  const topic = TOPICS.find(({ name }) => name === INSTALLATION)!
  await owned.makeTopics([{ partitions: 1, ...topic }], 'writer')
  return pinInstallation(owned.log, wanted, folder)
}

/** Engines whose topics and states are those of a generation. */
export const ownedInGeneration = (engines: OwnedEngines, generation: number): OwnedEngines => ({
  ...engines,
  log: logInGeneration(engines.log, { generation, madeFromStates: MADE_FROM_STATES }),
  store: (name) => engines.store(nameInGeneration(name, generation)),
  makeTopics: (topics, stampedBy) =>
    engines.makeTopics(topicsInGeneration(topics, generation), stampedBy),
})

/** Topics under the names that they have in a generation. */
export const topicsInGeneration = (
  topics: readonly WantedTopic[],
  generation: number,
): WantedTopic[] =>
  topics.map((topic) =>
    MADE_FROM_STATES.has(topic.name)
      ? { ...topic, name: nameInGeneration(topic.name, generation) }
      : topic,
  )

/** What stands in a place, to look at. */
export interface FoundInstallation {
  /** `undefined` where engines are there, but nothing was begun on them. */
  readonly installation: Installation | undefined
  /** Topics and states of the generation in force. */
  readonly engines: ReadEngines
}

/** Looks into a place, whoever owns it; `undefined` where there is nothing. */
export const lookAtInstallation = async (
  engines: Engines,
  place: Place,
): Promise<FoundInstallation | undefined> => {
  const found = await engines.look(place)
  if (found === undefined) return undefined
  try {
    const installation = await readInstallation(found.log)
    const generation = installation?.generation ?? 0
    const log = readerInGeneration(found.log, { generation, madeFromStates: MADE_FROM_STATES })
    const store = (name: string) => found.store(nameInGeneration(name, generation))
    return { installation, engines: { ...found, log, store } }
  } catch (error) {
    await found.close()
    throw error
  }
}

/** The installation of a place; `undefined` where none was begun. */
export const installationAt = async (
  engines: Engines,
  place: Place,
): Promise<Installation | undefined> => {
  const found = await lookAtInstallation(engines, place)
  await found?.engines.close()
  return found?.installation
}

/** The first folders kept their description in a file, and no number of their generation. */
const refuseEarlierFormat = (folder: string): void => {
  const file = join(folder, 'installation.json')
  if (!existsSync(file)) return
  throw new CodedError('EBB_INSTALLATION_UNREADABLE', {
    what: 'This data folder was begun by a version of Ebb that was never released',
    where: file,
    fix: 'Begin with another data folder',
  })
}
