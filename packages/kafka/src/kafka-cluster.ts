import type { TopicPartition } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import type { Assigner, Cluster, Kafka } from 'kafkajs'
import { type KafkaClient, REQUEST_TIMEOUT_MS } from './kafka-client.ts'
import {
  classified,
  isAnswer,
  isDisconnect,
  isStale,
  isUnknownTopic,
  UNAVAILABLE,
} from './kafka-faults.ts'
import { within } from './time-limit.ts'

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
  /** Resolves when what is on its way is answered, or cuts it off after a second. */
  close(): Promise<void>
}

const USE_TIMEOUT_MS = 10_000
const GOODBYE_MS = 1_000
/** A look is repeated for so long: a quick restart or the move of a leader goes by unnoticed. */
export const READ_PATIENCE_MS = 2_000

/** Connects by a client of its own when it is first used. */
export const kafkaCluster = (newClient: () => KafkaClient): KafkaCluster => {
  let current: { readonly client: KafkaClient; readonly cluster: Cluster } | undefined
  let isClosed = false

  const open = (doing: string): Cluster => {
    if (isClosed) throw new TransientError(UNAVAILABLE, `${doing}: the log is closed`)
    if (current === undefined) {
      const client = newClient()
      current = { client, cluster: clusterOf(client.kafka) }
    }
    return current.cluster
  }
  const disconnect = async (graceMs: number): Promise<void> => {
    const last = current
    current = undefined
    if (last === undefined) return
    await within(graceMs, last.cluster.disconnect()).catch(() => {})
    last.client.cut()
  }
  const mend = async (cluster: Cluster, error: unknown): Promise<void> => {
    const discard = (): void => {
      // Others that share the connections may still get their answers.
      if (current?.cluster === cluster) void disconnect(REQUEST_TIMEOUT_MS)
    }
    // A cluster with a topic that is gone never gets its metadata again.
    if (isUnknownTopic(error)) discard()
    else if (isStale(error)) await inTime(cluster.refreshMetadata()).catch(discard)
    // kafkajs connects again by itself. Whatever else it is, its state may be spoilt.
    else if (!isAnswer(error) && !isDisconnect(error)) discard()
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
    close: () => {
      isClosed = true
      return disconnect(GOODBYE_MS)
    },
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
