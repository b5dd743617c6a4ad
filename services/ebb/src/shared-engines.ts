import { readInstallation } from '@ebb/runtime/installation'
import { prefixOf } from '@ebb/runtime/service-settings'
import type {
  EngineReport,
  Engines,
  ExaminedEngines,
  GroupMember,
  OwnedEngines,
  Place,
  StampedBy,
  TopicPlan,
  WantedTopic,
} from '@ebb/streaming/engines'
import type { EventLog } from '@ebb/streaming/event-log'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { everythingOf } from './generations.ts'

/** A log on Apache Kafka. */
export interface KafkaPort {
  /** Opens the log of a namespace; `prefix` stands before its topics and groups. */
  open(settings: { prefix: string; now: () => number }): Promise<KafkaLog>
  /** Compares what is wanted with what is there. */
  plan(prefix: string, topics: readonly WantedTopic[], stampedBy: StampedBy): Promise<TopicPlan>
  /** What the cluster is. */
  report(): Promise<EngineReport>
  /** Who reads as these groups, in their order. */
  members(prefix: string, groups: readonly string[]): Promise<readonly (readonly GroupMember[])[]>
  /** Deletes topics; those that are not there are no fault. */
  remove(prefix: string, names: readonly string[]): Promise<void>
}

/** A log that can be closed. */
type KafkaLog = EventLog & { close(): Promise<void> }

/** States on Redis, over one connection. */
export interface RedisPort {
  /** The states of a processor; `prefix` stands before its keys. */
  store(prefix: string, processor: string): PartitionStore
  /** Removes the states of a processor that nobody runs. */
  forget(prefix: string, states: { name: string; partitions: number }): Promise<void>
  /** What the servers are. */
  report(): Promise<EngineReport>
  close(): Promise<void>
}

/** Kafka and Redis, which several processes and several installations share. */
export const sharedEngines = (
  kafka: KafkaPort,
  connectRedis: () => Promise<RedisPort>,
): Engines => {
  const open = async (place: Place, now: () => number): Promise<OwnedEngines> => {
    const prefix = prefixOf(place.namespace)
    const log = await kafka.open({ prefix, now })
    const states = await connectRedis().catch(async (error: unknown) => {
      await log.close()
      throw error
    })
    return {
      log,
      store: (name) => states.store(prefix, name),
      makeTopics: async (topics, stampedBy) => {
        const plan = await kafka.plan(prefix, topics, stampedBy)
        await plan.apply()
      },
      remove: async ({ topics, stores, partitions }) => {
        for (const name of stores) await states.forget(prefix, { name, partitions })
        await kafka.remove(prefix, topics)
      },
      close: async () => {
        await log.close()
        await states.close()
      },
    }
  }
  return {
    names: { log: 'Apache Kafka', store: 'Redis' },
    shared: { plan: (place, topics) => kafka.plan(prefixOf(place.namespace), topics, 'log') },
    own: (place, { now }) => open(place, now),
    look: (place) => open(place, Date.now),
    examine: (place) => examined(kafka, connectRedis, place),
    forget: async (place) => {
      const engines = await open(place, Date.now)
      try {
        const found = await readInstallation(engines.log)
        if (found !== undefined) await engines.remove(everythingOf(found))
      } finally {
        await engines.close()
      }
    },
  }
}

/** Each is asked when it is needed, so that one that is away does not hide the other. */
const examined = async (
  kafka: KafkaPort,
  connectRedis: () => Promise<RedisPort>,
  { namespace }: Place,
): Promise<ExaminedEngines> => {
  const prefix = prefixOf(namespace)
  const log = await kafka.open({ prefix, now: Date.now })
  let connecting: Promise<RedisPort> | undefined
  const redis = (): Promise<RedisPort> => {
    connecting ??= connectRedis()
    return connecting
  }
  return {
    log,
    store: (name) => ({
      read: async (...of) => (await redis()).store(prefix, name).read(...of),
    }),
    report: async (of) => (of === 'log' ? kafka.report() : (await redis()).report()),
    members: (groups) => kafka.members(prefix, groups),
    close: async () => {
      const states = await connecting?.catch(() => undefined)
      await Promise.all([log.close(), states?.close()])
    },
  }
}
