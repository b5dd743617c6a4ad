import type { TopicPartition } from '@ebb/streaming/event-log'
import type { Cluster } from 'kafkajs'
import { type KafkaCluster, leaderOf } from './kafka-cluster.ts'
import { isAnswer } from './kafka-faults.ts'
import { type EncodedBatch, sendProduce } from './produce-request.ts'
import { type Compression, encodeRecordBatch, type StampedRecord } from './record-batch.ts'

/** Records for one partition, to be appended together. */
export interface ProduceBatch {
  readonly to: TopicPartition
  readonly records: readonly StampedRecord[]
}

/**
 * Appends a batch at all replicas in sync and resolves to the offset of its first record. Rejects
 * with a classified error; unless that is a halt, the batch may be in the log all the same. What
 * cannot be encoded is rejected with what encoding threw. One batch of a partition at a time.
 */
export type Produce = (batch: ProduceBatch) => Promise<number>

interface Waiting extends ProduceBatch {
  readonly resolve: (base: number) => void
  readonly reject: (error: unknown) => void
}

interface Encoded extends EncodedBatch, Pick<Waiting, 'resolve' | 'reject'> {}

/** A broker takes up to 100 MB by default. */
const REQUEST_BYTES = 8_000_000

/**
 * Sends batches to the leaders of their partitions. Those of one turn of the event loop share a
 * request a leader: a request costs as much as many records do. The `producer` of kafkajs could do
 * that too, but may acknowledge what it never sent when a partition moves between two brokers of
 * one `send`; here a batch is acknowledged only by the answer that names its partition.
 */
export const batchProducer = (
  cluster: KafkaCluster,
  compression: Compression = 'none',
): Produce => {
  let waiting: Waiting[] = []

  const request = async (brokers: Cluster, leader: string, batches: readonly Encoded[]) => {
    const broker = await brokers.findBroker({ nodeId: leader })
    const outcomes = await sendProduce(broker, batches)
    // Thrown, it has the leaders asked for again. Of several, those that failed are sent again.
    if (outcomes.length === 1 && outcomes[0] instanceof Error) throw outcomes[0]
    return outcomes
  }
  const sendTo = async (leader: string, batches: readonly Encoded[]): Promise<void> => {
    const outcomes = await cluster.use(topicsOf(batches), doing(batches), (brokers) =>
      request(brokers, leader, batches),
    )
    await Promise.all(batches.map((batch, i) => settle(batch, outcomes[i]!)))
  }
  const settle = async (batch: Encoded, outcome: number | Error): Promise<void> => {
    if (outcome instanceof Error) await sendAll([batch])
    else batch.resolve(outcome)
  }
  const send = async (batches: readonly Encoded[]): Promise<void> => {
    const leaders = await cluster.use(topicsOf(batches), doing(batches), async (brokers) =>
      batches.map(({ to }) => leaderOf(brokers, to)),
    )
    const requests = requestsByLeader(batches, leaders)
    await Promise.all(
      requests.map(({ leader, batches: together }) =>
        sendTo(leader, together).catch((error) => apart(together, error)),
      ),
    )
  }
  const sendAll = (batches: readonly Encoded[]): Promise<void> =>
    send(batches).catch((error) => apart(batches, error))
  /** kafkajs refuses all where one topic cannot be looked up. */
  const apart = async (batches: readonly Encoded[], error: unknown): Promise<void> => {
    if (batches.length > 1 && isAnswer(error))
      await Promise.all(batches.map((batch) => sendAll([batch])))
    else for (const { reject } of batches) reject(error)
  }
  const encode = async (batch: Waiting): Promise<Encoded | undefined> => {
    try {
      return { ...batch, encoded: await encodeRecordBatch(batch.records, compression) }
    } catch (error) {
      batch.reject(error)
      return undefined
    }
  }
  const sendWaiting = async (): Promise<void> => {
    const batches = waiting
    waiting = []
    const encoded = await Promise.all(batches.map(encode))
    await sendAll(encoded.filter((batch) => batch !== undefined))
  }
  return (batch) =>
    new Promise((resolve, reject) => {
      waiting.push({ ...batch, resolve, reject })
      if (waiting.length === 1) queueMicrotask(sendWaiting)
    })
}

const topicsOf = (batches: readonly EncodedBatch[]): string[] => [
  ...new Set(batches.map(({ to }) => to.topic)),
]

const doing = (batches: readonly EncodedBatch[]): string => {
  const { topic, partition } = batches[0]!.to
  return batches.length === 1 ? `append to ${topic}/${partition}` : `append to ${topicsOf(batches)}`
}

/** One request a leader, or several where it would become too large. */
const requestsByLeader = (batches: readonly Encoded[], leaders: readonly string[]) => {
  const requests: { leader: string; batches: Encoded[]; bytes: number }[] = []
  batches.forEach((batch, i) => {
    const leader = leaders[i]!
    const open = requests.findLast((request) => request.leader === leader)
    if (open !== undefined && open.bytes + batch.encoded.length <= REQUEST_BYTES) {
      open.batches.push(batch)
      open.bytes += batch.encoded.length
    } else requests.push({ leader, batches: [batch], bytes: batch.encoded.length })
  })
  return requests
}
