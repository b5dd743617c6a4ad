import { setTimeout as pause } from 'node:timers/promises'
import type { TopicPartition } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import type { Assigner, Cluster, Kafka } from 'kafkajs'
import {
  classified,
  isAnswer,
  isDisconnect,
  isStale,
  isUnknownTopic,
  UNAVAILABLE,
} from './kafka-faults.ts'

/** Brokers and topics as they stand, for requests that kafkajs has no client for. */
export interface KafkaCluster {
  /**
   * Runs a request when the cluster is connected and knows the leaders of `topics`. What it throws
   * is classified, beginning with `doing`; behind an error the leaders are asked for again, or the
   * cluster is built anew, so that the same request may be run again. Always ends.
   */
  use<T>(
    topics: readonly string[],
    doing: string,
    request: (cluster: Cluster) => Promise<T>,
  ): Promise<T>
  /** Resolves when what is on its way is answered. */
  close(): Promise<void>
}

const USE_TIMEOUT_MS = 10_000
const READ_ATTEMPTS = 5
const FIRST_PAUSE_MS = 50

/** Connects when it is first used. */
export const kafkaCluster = (kafka: Kafka): KafkaCluster => {
  let current: Cluster | undefined
  let isClosed = false

  const discard = (cluster: Cluster): void => {
    if (current === cluster) current = undefined
    cluster.disconnect().catch(() => {})
  }
  const mend = async (cluster: Cluster, error: unknown): Promise<void> => {
    // A cluster with a topic that is gone never gets its metadata again.
    if (isUnknownTopic(error)) discard(cluster)
    else if (isStale(error)) await inTime(cluster.refreshMetadata()).catch(() => discard(cluster))
    // kafkajs connects again by itself. Whatever else it is, its state may be spoilt.
    else if (!isAnswer(error) && !isDisconnect(error)) discard(cluster)
  }
  const open = (doing: string): Cluster => {
    if (isClosed) throw new TransientError(UNAVAILABLE, `${doing}: the log is closed`)
    current ??= clusterOf(kafka)
    return current
  }
  return {
    use: async (topics, doing, request) => {
      const cluster = open(doing)
      const run = async () => {
        await cluster.connect()
        await cluster.addMultipleTargetTopics([...topics])
        return request(cluster)
      }
      try {
        return await inTime(run())
      } catch (error) {
        await mend(cluster, error)
        throw classified(error, doing)
      }
    },
    close: async () => {
      isClosed = true
      await current?.disconnect()
    },
  }
}

/**
 * Repeats a request that changes nothing while its error may pass: over some three seconds where no
 * broker answers, so that a restart or a move of a leader goes by unnoticed.
 */
export const repeated = async <T>(request: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request()
    } catch (error) {
      if (!(error instanceof TransientError) || attempt === READ_ATTEMPTS) throw error
      await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1))
    }
  }
}

/** Node id of the leader of a partition, as far as we know. */
export const leaderOf = (brokers: Cluster, { topic, partition }: TopicPartition): string => {
  const metadata = brokers.findTopicPartitionMetadata(topic)
  return String(metadata.find(({ partitionId }) => partitionId === partition)?.leader ?? -1)
}

const NO_ASSIGNER: Assigner = {
  name: 'none',
  version: 0,
  assign: async () => [],
  protocol: () => ({ name: 'none', metadata: Buffer.alloc(0) }),
}

/**
 * kafkajs shows its cluster to partition assigners alone. So this is the cluster of a consumer that
 * never joins its group; it reads what is committed to the log, inside of transactions or not.
 */
const clusterOf = (kafka: Kafka): Cluster => {
  let found: Cluster | undefined
  kafka.consumer({
    groupId: 'never-joined',
    allowAutoTopicCreation: false,
    readUncommitted: true,
    partitionAssigners: [
      ({ cluster }) => {
        found = cluster
        return NO_ASSIGNER
      },
    ],
  })
  return found!
}

/** kafkajs enforces its own time limits only on connections that it holds for open. */
const inTime = <T>(running: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`no answer within ${USE_TIMEOUT_MS} ms`))
    }, USE_TIMEOUT_MS)
    running.then(resolve, reject).finally(() => clearTimeout(timer))
  })
