import type {
  EngineReport,
  GroupMember,
  StampedBy,
  TopicPlan,
  TopicStep,
  WantedTopic,
} from '@ebb/streaming/engines'
import { membersOf, reportOnKafka } from './kafka-diagnosis.ts'
import { type OpenKafkaEventLog, openKafkaEventLog } from './kafka-event-log.ts'
import type { KafkaSettings } from './kafka-settings.ts'
import { kafkaTopic } from './kafka-topic-config.ts'
import { applyTopics, deleteTopics, planTopics, type TopicChange } from './kafka-topics.ts'

/** Kafka for several installations, as a command line uses it; connects when it is first needed. */
export const kafkaEngine = (connection: Omit<KafkaSettings, 'clientId' | 'prefix' | 'now'>) => {
  const settings = { ...connection, clientId: 'ebb', now: Date.now }
  return {
    /** Opens the log of an installation; `prefix` stands before its topics and groups. */
    open: (own: { prefix: string; now: () => number }): Promise<OpenKafkaEventLog> =>
      openKafkaEventLog({ ...settings, ...own }),
    /** Compares what is wanted with what is there. Throws classified errors. */
    plan: async (
      prefix: string,
      topics: readonly WantedTopic[],
      stampedBy: StampedBy,
    ): Promise<TopicPlan> => {
      const wanted = topics.map((topic) => kafkaTopic(topic, stampedBy))
      const plan = await planTopics({ ...settings, prefix }, wanted)
      return {
        steps: plan.map(stepOf),
        apply: () => applyTopics({ ...settings, prefix }, plan),
      }
    },
    /** What the cluster is. Throws classified errors. */
    report: (): Promise<EngineReport> => reportOnKafka(settings),
    /** Who reads as these groups, in their order. Throws classified errors. */
    members: (prefix: string, groups: readonly string[]): Promise<(readonly GroupMember[])[]> =>
      membersOf({ ...settings, prefix }, groups),
    /** Deletes topics; those that are not there are passed over. */
    remove: (prefix: string, names: readonly string[]): Promise<void> =>
      deleteTopics({ ...settings, prefix }, names),
  }
}

const stepOf = (change: TopicChange): TopicStep => {
  const { topic } = change
  switch (change.action) {
    case 'create': {
      const { partitions, config } = change.wanted
      const values = Object.entries(config).map(([name, value]) => `${name}=${value}`)
      return { topic, action: 'create', detail: [`partitions=${partitions}`, ...values].join(', ') }
    }
    case 'configure': {
      const values = change.changes.map(({ name, from, to }) => `${name}=${to} (is ${from})`)
      return { topic, action: 'alter', detail: values.join(', ') }
    }
    case 'refuse': {
      const { found, wanted } = change.partitions
      return { topic, action: 'refuse', detail: `has ${found} partitions, not ${wanted}` }
    }
    case 'keep':
      return { topic, action: 'keep', detail: '' }
  }
}
