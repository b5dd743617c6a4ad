import { setTimeout } from 'node:timers/promises'
import type { TopicPartition } from '@ebb/streaming/event-log'
import { missingTopic } from '@ebb/streaming/faults'
import { retryWithin } from '@ebb/streaming/retry'
import type { Cluster } from 'kafkajs'
import type { KafkaClient } from './kafka-client.ts'
import { type KafkaCluster, kafkaCluster, READ_PATIENCE_MS } from './kafka-cluster.ts'
import { isUnknownTopic } from './kafka-faults.ts'

/** How many partitions topics have: asked for once, for nobody changes that. */
export interface TopicSizes {
  /** Throws `EBB_TOPIC_MISSING`. */
  of(topic: string): Promise<number>
  /** Throws `EBB_TOPIC_MISSING` where there is no such partition. */
  require(place: TopicPartition): Promise<void>
  /** A broker says that it does not know the topic: ask again when it is next needed. */
  forget(topic: string): void
}

/** A topic made a moment ago may not have come to all brokers. */
const SECOND_LOOK_MS = 100

/** Asks through connections of their own, which it closes. */
export const topicSizes = (newClient: () => KafkaClient): TopicSizes => {
  const sizes = new Map<string, Promise<number>>()
  const of = (topic: string): Promise<number> => {
    const known = sizes.get(topic)
    if (known !== undefined) return known
    const asked = existing(newClient, topic)
    sizes.set(topic, asked)
    asked.catch(() => sizes.delete(topic))
    return asked
  }
  return {
    of,
    require: async ({ topic, partition }) => {
      if (partition < 0 || partition >= (await of(topic))) throw missingTopic(topic, partition)
    },
    forget: (topic) => sizes.delete(topic),
  }
}

const existing = async (newClient: () => KafkaClient, topic: string): Promise<number> => {
  // By a cluster that knows of no other topic: then what is unknown is this one.
  const cluster = kafkaCluster(newClient)
  try {
    const found = (await look(cluster, topic)) ?? (await lookAgain(cluster, topic))
    if (found === undefined) throw missingTopic(topic)
    return found
  } finally {
    void cluster.close()
  }
}

const look = (cluster: KafkaCluster, topic: string): Promise<number | undefined> =>
  retryWithin(READ_PATIENCE_MS, () =>
    cluster.use([topic], `look for ${topic}`, sizeOf(topic)).catch(unlessUnknown),
  )

const lookAgain = async (cluster: KafkaCluster, topic: string): Promise<number | undefined> => {
  await setTimeout(SECOND_LOOK_MS)
  return look(cluster, topic)
}

const sizeOf = (topic: string) => async (brokers: Cluster) =>
  brokers.findTopicPartitionMetadata(topic).length

const unlessUnknown = (error: unknown): undefined => {
  if (!isUnknownTopic(error)) throw error
}
