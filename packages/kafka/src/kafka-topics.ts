import { setTimeout } from 'node:timers/promises'
import { HaltError } from '@ebb/streaming/faults'
import kafkajs, { type Admin } from 'kafkajs'
import { asAdmin } from './kafka-admin.ts'
import { isStale, isUnknownTopic } from './kafka-faults.ts'
import type { KafkaSettings } from './kafka-settings.ts'

const { ConfigResourceTypes, ConfigSource } = kafkajs

/** A topic as it should be. */
export interface KafkaTopic {
  /** Without the prefix of the settings. */
  readonly name: string
  readonly partitions: number
  /** Settings of the topic that matter; others are left as they are. */
  readonly config: Readonly<Record<string, string>>
}

/** A setting of a topic that is not as it should be. */
export interface ConfigChange {
  readonly name: string
  /** The value that counts now, be it the broker's default; absent where the broker knows none. */
  readonly from: string | undefined
  readonly to: string
}

/** What is to be done about one topic; `topic` is its name in Kafka, prefix included. */
export type TopicChange =
  | { readonly topic: string; readonly action: 'create'; readonly wanted: KafkaTopic }
  | { readonly topic: string; readonly action: 'keep' }
  | {
      readonly topic: string
      readonly action: 'configure'
      readonly changes: readonly ConfigChange[]
    }
  | {
      readonly topic: string
      readonly action: 'refuse'
      /** How many partitions it has, and should have: states are bound to that number. */
      readonly partitions: { readonly found: number; readonly wanted: number }
    }

/** Compares topics with what is wanted, and changes nothing. Throws classified errors. */
export const planTopics = (
  settings: KafkaSettings,
  wanted: readonly KafkaTopic[],
): Promise<TopicChange[]> =>
  asAdmin(settings, 'look at the topics', async (admin) => {
    const names = wanted.map(({ name }) => (settings.prefix ?? '') + name)
    const existing = new Set(await admin.listTopics())
    const found = names.filter((name) => existing.has(name))
    const sizes = await sizesOf(admin, found)
    const configs = await configsOf(admin, found)
    return wanted.map((topic, i) => {
      const name = names[i]!
      const size = sizes.get(name)
      return size === undefined
        ? { topic: name, action: 'create', wanted: topic }
        : changeOf(topic, { name, size, config: configs.get(name) ?? new Map() })
    })
  })

/**
 * Does what the plan says; resolves when every new partition has a leader. Doing it twice does no
 * harm. Throws `EBB_TOPIC_PARTITIONS`, before anything is changed, where the plan refuses a topic.
 */
export const applyTopics = async (
  settings: KafkaSettings,
  plan: readonly TopicChange[],
): Promise<void> => {
  for (const change of plan) if (change.action === 'refuse') throw refused(change)
  await asAdmin(settings, 'make the topics', async (admin) => {
    const made = plan.filter((change) => change.action === 'create')
    const changed = plan.filter((change) => change.action === 'configure')
    if (made.length > 0) await create(admin, made)
    if (changed.length > 0) await configure(admin, changed)
  })
}

/** Deletes topics, named without the prefix, with all that is in them; missing ones are passed over. */
export const deleteTopics = (settings: KafkaSettings, names: readonly string[]): Promise<void> =>
  asAdmin(settings, 'delete the topics', async (admin) => {
    const existing = new Set(await admin.listTopics())
    const topics = names.map((name) => (settings.prefix ?? '') + name)
    const found = topics.filter((topic) => existing.has(topic))
    if (found.length > 0) await admin.deleteTopics({ topics: found })
  })

type Config = ReadonlyMap<string, ConfigEntry>

interface ConfigEntry {
  readonly value: string
  /** Whether it was set for this topic, and is not the default of the broker. */
  readonly isOwn: boolean
}

const sizesOf = async (admin: Admin, topics: string[]): Promise<ReadonlyMap<string, number>> => {
  if (topics.length === 0) return new Map()
  const metadata = await admin.fetchTopicMetadata({ topics })
  return new Map(metadata.topics.map(({ name, partitions }) => [name, partitions.length]))
}

const configsOf = async (
  admin: Admin,
  topics: readonly string[],
): Promise<ReadonlyMap<string, Config>> => {
  if (topics.length === 0) return new Map()
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
  })
  return new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName,
      new Map(
        configEntries.map(({ configName, configValue, configSource }) => [
          configName,
          { value: configValue, isOwn: configSource === ConfigSource.TOPIC_CONFIG },
        ]),
      ),
    ]),
  )
}

const changeOf = (
  wanted: KafkaTopic,
  found: { readonly name: string; readonly size: number; readonly config: Config },
): TopicChange => {
  const topic = found.name
  if (found.size !== wanted.partitions)
    return { topic, action: 'refuse', partitions: { found: found.size, wanted: wanted.partitions } }
  const changes = Object.entries(wanted.config)
    .map(([name, to]) => ({ name, from: found.config.get(name)?.value, to }))
    .filter(({ from, to }) => from !== to)
  return changes.length === 0 ? { topic, action: 'keep' } : { topic, action: 'configure', changes }
}

const refused = ({ topic, partitions }: TopicChange & { action: 'refuse' }): HaltError =>
  new HaltError(
    'EBB_TOPIC_PARTITIONS',
    `topic ${topic} has ${partitions.found} partitions, not ${partitions.wanted}; ` +
      `states are bound to their number: ask for ${partitions.found}`,
  )

const DEFAULT_REPLICATION = 3

const create = async (
  admin: Admin,
  changes: readonly (TopicChange & { action: 'create' })[],
): Promise<void> => {
  const { brokers } = await admin.describeCluster()
  const replicationFactor = Math.min(DEFAULT_REPLICATION, brokers.length)
  // Acknowledged is then on two brokers at least; Kafka's own default is one.
  const safety = replicationFactor < DEFAULT_REPLICATION ? {} : { 'min.insync.replicas': '2' }
  const topics = changes.map(({ topic, wanted }) => ({
    topic,
    numPartitions: wanted.partitions,
    replicationFactor,
    configEntries: Object.entries({ ...safety, ...wanted.config }).map(([name, value]) => ({
      name,
      value,
    })),
  }))
  // Where another process has just made one of them, kafkajs says so and makes the others.
  await admin.createTopics({ topics, waitForLeaders: false })
  await untilLed(
    admin,
    topics.map(({ topic }) => topic),
  )
}

const LEADERS_WITHIN_MS = 10_000
const LOOK_AGAIN_AFTER_MS = 10

/**
 * Until every partition answers: a broker is named as its leader some time before it knows of that.
 * kafkajs would look first after 100 ms; mostly they are there at once.
 */
const untilLed = async (admin: Admin, topics: string[]): Promise<void> => {
  for (const started = performance.now(); ; ) {
    try {
      await admin.fetchTopicMetadata({ topics })
      for (const topic of topics) await admin.fetchTopicOffsets(topic)
      return
    } catch (error) {
      const mayPass = isUnknownTopic(error) || isStale(error)
      if (!mayPass || performance.now() - started > LEADERS_WITHIN_MS) throw error
      await setTimeout(LOOK_AGAIN_AFTER_MS)
    }
  }
}

/** The request replaces all that was set for a topic, so what is set already goes along. */
const configure = async (
  admin: Admin,
  changes: readonly (TopicChange & { action: 'configure' })[],
): Promise<void> => {
  const configs = await configsOf(
    admin,
    changes.map(({ topic }) => topic),
  )
  await admin.alterConfigs({
    validateOnly: false,
    resources: changes.map(({ topic, changes: values }) => ({
      type: ConfigResourceTypes.TOPIC,
      name: topic,
      configEntries: entriesOf(configs.get(topic) ?? new Map(), values),
    })),
  })
}

const entriesOf = (config: Config, changes: readonly ConfigChange[]) => {
  const own = [...config].filter(([, { isOwn }]) => isOwn)
  const all = new Map(own.map(([name, { value }]) => [name, value]))
  for (const { name, to } of changes) all.set(name, to)
  return [...all].map(([name, value]) => ({ name, value }))
}
