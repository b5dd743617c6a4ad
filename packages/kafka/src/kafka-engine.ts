import type { TopicPlan, TopicStep } from '@ebb/streaming/engines'
import { type OpenKafkaEventLog, openKafkaEventLog } from './kafka-event-log.ts'
import type { KafkaSettings } from './kafka-settings.ts'
import {
  applyTopics,
  deleteTopics,
  planTopics,
  type TopicChange,
  type WantedTopic,
} from './kafka-topics.ts'

/** The topics of several installations on one cluster. */
export interface KafkaEngine {
  /** Opens the log of an installation; `prefix` stands before its topics and groups. */
  open(settings: Pick<KafkaSettings, 'now'> & { prefix: string }): Promise<OpenKafkaEventLog>
  /** Compares what is wanted with what is there. Throws classified errors. */
  plan(prefix: string, topics: readonly WantedTopic[]): Promise<TopicPlan>
  /** Deletes topics; those that are not there are passed over. */
  remove(prefix: string, names: readonly string[]): Promise<void>
}

/** Kafka as a command line uses it; connects when it is first needed. */
export const kafkaEngine = (
  connection: Omit<KafkaSettings, 'clientId' | 'prefix' | 'now'>,
): KafkaEngine => {
  const settings = { ...connection, clientId: 'ebb', now: Date.now }
  return {
    open: (own) => openKafkaEventLog({ ...settings, ...own }),
    plan: async (prefix, topics) => {
      const plan = await planTopics({ ...settings, prefix }, topics)
      return {
        steps: plan.map(stepOf),
        apply: () => applyTopics({ ...settings, prefix }, plan),
      }
    },
    remove: (prefix, names) => deleteTopics({ ...settings, prefix }, names),
  }
}

const stepOf = (change: TopicChange): TopicStep => {
  const { topic } = change
  switch (change.action) {
    case 'create': {
      const { partitions, config } = change.wanted
      const values = Object.entries(config).map(([name, value]) => `${name}=${value}`)
      return { topic, action: 'create', detail: [`${partitions} partitions`, ...values].join(', ') }
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
