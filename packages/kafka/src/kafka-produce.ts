import type { TopicPartition } from '@ebb/streaming/event-log'
import type { Broker, Cluster, Message } from 'kafkajs'
import { COMPRESSION } from './kafka-client.ts'
import { type KafkaCluster, leaderOf } from './kafka-cluster.ts'
import { isAnswer } from './kafka-faults.ts'
import type { KafkaSettings } from './kafka-settings.ts'

/** Records for one partition, to be appended together. */
export interface ProduceBatch {
  readonly to: TopicPartition
  readonly messages: readonly Message[]
  /** About the size of the messages. */
  readonly bytes: number
}

/**
 * Appends a batch at all replicas in sync and resolves to the offset of its first record. Rejects
 * with a classified error; unless that is a halt, the batch may be in the log all the same. One
 * batch of a partition at a time.
 */
export type Produce = (batch: ProduceBatch) => Promise<number>

interface Waiting extends ProduceBatch {
  readonly resolve: (base: number) => void
  readonly reject: (error: unknown) => void
}

/** A broker takes up to 100 MB by default. */
const REQUEST_BYTES = 8_000_000
const ALL_REPLICAS = -1
/** How long the leader waits for the replicas; less than we wait for the leader. */
const REPLICAS_TIMEOUT_MS = 4_000

/**
 * Sends batches to the leaders of their partitions. Those of one turn of the event loop share a
 * request a leader: a request costs kafkajs as much as a dozen records do. Its `producer` could do
 * that too, but may acknowledge what it never sent when a partition moves between two brokers of
 * one `send`; here a batch is acknowledged only by the answer that names its partition.
 */
export const batchProducer = (
  cluster: KafkaCluster,
  compression: NonNullable<KafkaSettings['compression']> = 'none',
): Produce => {
  let waiting: Waiting[] = []

  const request = async (brokers: Cluster, leader: string, batches: readonly Waiting[]) => {
    const broker = await brokers.findBroker({ nodeId: leader })
    return produceTo(broker, batches, COMPRESSION[compression])
  }
  const sendTo = async (leader: string, batches: readonly Waiting[]): Promise<void> => {
    const bases = await cluster.use(topicsOf(batches), doing(batches), (brokers) =>
      request(brokers, leader, batches),
    )
    batches.forEach(({ resolve }, i) => {
      resolve(bases[i]!)
    })
  }
  const send = async (batches: readonly Waiting[]): Promise<void> => {
    const leaders = await cluster.use(topicsOf(batches), doing(batches), async (brokers) =>
      batches.map(({ to }) => leaderOf(brokers, to)),
    )
    const requests = requestsByLeader(batches, leaders)
    await Promise.all(
      requests.map(({ leader, batches: together }) =>
        sendTo(leader, together).catch((error) => settle(together, error)),
      ),
    )
  }
  /** kafkajs tells of a request that one of its partitions failed, not which: ask each by itself. */
  const settle = async (batches: readonly Waiting[], error: unknown): Promise<void> => {
    if (batches.length > 1 && isAnswer(error)) await Promise.all(batches.map(sendAlone))
    else for (const { reject } of batches) reject(error)
  }
  const sendAlone = (batch: Waiting): Promise<void> => send([batch]).catch(batch.reject)
  const sendWaiting = (): void => {
    const batches = waiting
    waiting = []
    send(batches).catch((error) => settle(batches, error))
  }
  return (batch) =>
    new Promise((resolve, reject) => {
      waiting.push({ ...batch, resolve, reject })
      if (waiting.length === 1) queueMicrotask(sendWaiting)
    })
}

const topicsOf = (batches: readonly ProduceBatch[]): string[] => [
  ...new Set(batches.map(({ to }) => to.topic)),
]

const doing = (batches: readonly ProduceBatch[]): string => {
  const { topic, partition } = batches[0]!.to
  return batches.length === 1 ? `append to ${topic}/${partition}` : `append to ${topicsOf(batches)}`
}

/** One request a leader, or several where it would become too large. */
const requestsByLeader = (batches: readonly Waiting[], leaders: readonly string[]) => {
  const requests: { leader: string; batches: Waiting[]; bytes: number }[] = []
  batches.forEach((batch, i) => {
    const leader = leaders[i]!
    const open = requests.findLast((request) => request.leader === leader)
    if (open !== undefined && open.bytes + batch.bytes <= REQUEST_BYTES) {
      open.batches.push(batch)
      open.bytes += batch.bytes
    } else requests.push({ leader, batches: [batch], bytes: batch.bytes })
  })
  return requests
}

/** What a broker answers: kafkajs has no type for it. */
interface ProduceResponse {
  readonly topics: readonly {
    readonly topicName: string
    readonly partitions: readonly {
      readonly partition: number
      readonly errorCode: number
      readonly baseOffset: string
    }[]
  }[]
}

/** The offsets of the first record of each batch. */
const produceTo = async (
  broker: Broker,
  batches: readonly ProduceBatch[],
  compression: (typeof COMPRESSION)[keyof typeof COMPRESSION],
): Promise<number[]> => {
  const response: ProduceResponse = await broker.produce({
    acks: ALL_REPLICAS,
    timeout: REPLICAS_TIMEOUT_MS,
    compression,
    topicData: topicsOf(batches).map((topic) => ({
      topic,
      partitions: batches
        .filter(({ to }) => to.topic === topic)
        .map(({ to, messages }) => ({ partition: to.partition, messages: [...messages] })),
    })),
  })
  return batches.map(({ to }) => baseOffset(response, to))
}

const baseOffset = (response: ProduceResponse, { topic, partition }: TopicPartition): number => {
  const answer = response.topics
    .find(({ topicName }) => topicName === topic)
    ?.partitions.find((found) => found.partition === partition)
  const base = Number(answer?.baseOffset ?? -1)
  if (answer?.errorCode === 0 && base >= 0) return base
  throw new Error(`the answer has no offset for ${topic}/${partition}`)
}
