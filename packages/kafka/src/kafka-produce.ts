import type { TopicPartition } from '@ebb/streaming/event-log'
import type { Cluster } from 'kafkajs'
import { type KafkaCluster, leaderOf } from './kafka-cluster.ts'
import { sendProduce } from './produce-request.ts'
import type { Compression, StampedRecord } from './record-batch.ts'

/** Records for one partition, to be appended together. */
export interface ProduceBatch {
  readonly to: TopicPartition
  readonly records: readonly StampedRecord[]
  /** About the size of the records. */
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

  const request = async (brokers: Cluster, leader: string, batches: readonly Waiting[]) => {
    const broker = await brokers.findBroker({ nodeId: leader })
    const outcomes = await sendProduce(broker, batches, compression)
    // Thrown, it has the leaders asked for again. Of several, those that failed are sent again.
    if (outcomes.length === 1 && outcomes[0] instanceof Error) throw outcomes[0]
    return outcomes
  }
  const sendTo = async (leader: string, batches: readonly Waiting[]): Promise<void> => {
    const outcomes = await cluster.use(topicsOf(batches), doing(batches), (brokers) =>
      request(brokers, leader, batches),
    )
    await Promise.all(batches.map((batch, i) => settle(batch, outcomes[i]!)))
  }
  const settle = async (batch: Waiting, outcome: number | Error): Promise<void> => {
    if (outcome instanceof Error) await sendAll([batch])
    else batch.resolve(outcome)
  }
  const send = async (batches: readonly Waiting[]): Promise<void> => {
    const leaders = await cluster.use(topicsOf(batches), doing(batches), async (brokers) =>
      batches.map(({ to }) => leaderOf(brokers, to)),
    )
    const requests = requestsByLeader(batches, leaders)
    await Promise.all(
      requests.map(({ leader, batches: together }) =>
        sendTo(leader, together).catch(rejecting(together)),
      ),
    )
  }
  const sendAll = (batches: readonly Waiting[]): Promise<void> =>
    send(batches).catch(rejecting(batches))
  const sendWaiting = (): void => {
    const batches = waiting
    waiting = []
    void sendAll(batches)
  }
  return (batch) =>
    new Promise((resolve, reject) => {
      waiting.push({ ...batch, resolve, reject })
      if (waiting.length === 1) queueMicrotask(sendWaiting)
    })
}

const rejecting =
  (batches: readonly Waiting[]) =>
  (error: unknown): void => {
    for (const { reject } of batches) reject(error)
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
