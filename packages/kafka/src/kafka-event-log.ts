import type { Consumption, EventLog, TopicPartition } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import { appender } from './kafka-append.ts'
import { kafkaClient } from './kafka-client.ts'
import { kafkaCluster } from './kafka-cluster.ts'
import { kafkaConsumption } from './kafka-consumption.ts'
import { isUnknownTopic, UNAVAILABLE } from './kafka-faults.ts'
import { batchProducer, type Produce } from './kafka-produce.ts'
import { reader } from './kafka-read.ts'
import type { KafkaSettings } from './kafka-settings.ts'
import { topicSizes } from './kafka-topic-sizes.ts'
import { within } from './time-limit.ts'

/** An event log that can be closed. */
export interface OpenKafkaEventLog extends EventLog {
  /**
   * Leaves the groups, sends what waits, then disconnects, within ten seconds. An append that is not
   * acknowledged by then rejects, as does every call from now on. Idempotent.
   */
  close(): Promise<void>
}

const FLUSH_MS = 5_000
const GOODBYE_MS = 1_000

/**
 * An event log on the topics of a Kafka cluster. Connects when it is first used: no broker needs to
 * be there yet, and calls reject with `EBB_KAFKA_UNAVAILABLE` until one is.
 *
 * An append is acknowledged when all replicas in sync have it. Its offset is that of the call's first
 * record, and the others follow it without a gap; only a call of more than a megabyte goes in pieces,
 * between which other writers' records may stand. `read` skips offsets that hold no record, and
 * begins with the first record that retention has left.
 */
export const openKafkaEventLog = async (settings: KafkaSettings): Promise<OpenKafkaEventLog> => {
  const { prefix = '', now, compression, onNotice } = settings
  const { kafka, cut } = kafkaClient(settings)
  const sizes = topicSizes(kafka)
  // Not the same connections: a long fetch would hold up appends.
  const writing = kafkaCluster(kafka)
  const reading = kafkaCluster(kafka)
  const appending = appender(forgetting(batchProducer(writing, compression), sizes.forget), now)
  const { read, advised } = reader(reading)
  const members = new Set<Consumption>()
  let closing: Promise<void> | undefined

  const ours = (name: string): string => {
    if (closing !== undefined) throw new TransientError(UNAVAILABLE, 'the log is closed')
    return prefix + name
  }
  const placeOf = async ({ topic, partition }: TopicPartition): Promise<TopicPartition> => {
    const place = { topic: ours(topic), partition }
    await sizes.require(place)
    return place
  }
  const close = async (): Promise<void> => {
    await Promise.all([...members].map((member) => member.stop()))
    // Calls made before this one are still looking up their partition.
    await new Promise((resolve) => setImmediate(resolve))
    await appending.close(FLUSH_MS)
    await within(GOODBYE_MS, Promise.allSettled([writing.close(), reading.close()]))
    cut()
  }
  return {
    partitions: async (topic) => sizes.of(ours(topic)),
    append: async (to, records) => {
      const place = await placeOf(to)
      if (records.length === 0) return (await read(place, 0, 0)).end
      return appending.append(place, records)
    },
    read: async (from, offset, limit) => read(await placeOf(from), offset, limit),
    advised: async (group, from) => advised(ours(group), await placeOf(from)),
    consume: async (group, topic, listener) => {
      const member = await kafkaConsumption({
        kafka,
        group: ours(group),
        topic: ours(topic),
        listener,
        ...(onNotice && { onNotice }),
      })
      members.add(member)
      return member
    },
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

/** A topic that a broker does not know is looked for again at the next append. */
const forgetting =
  (produce: Produce, forget: (topic: string) => void): Produce =>
  async (batch) => {
    try {
      return await produce(batch)
    } catch (error) {
      if (isUnknownTopic(error)) forget(batch.to.topic)
      throw error
    }
  }
