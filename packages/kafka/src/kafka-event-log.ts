import type { Consumption, EventLog, TopicPartition } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import { appender } from './kafka-append.ts'
import { type KafkaClient, kafkaClient } from './kafka-client.ts'
import { kafkaCluster } from './kafka-cluster.ts'
import { kafkaConsumption } from './kafka-consumption.ts'
import { isUnknownTopic, UNAVAILABLE } from './kafka-faults.ts'
import { seldom } from './kafka-notices.ts'
import { batchProducer } from './kafka-produce.ts'
import { reader } from './kafka-read.ts'
import type { KafkaSettings } from './kafka-settings.ts'
import { topicSizes } from './kafka-topic-sizes.ts'

/** An event log that can be closed. */
export interface OpenKafkaEventLog extends EventLog {
  /**
   * Leaves the groups, sends what waits, then disconnects, within nine seconds where no broker
   * answers. An append that is not acknowledged by then rejects, as does every call from now on.
   * Idempotent.
   */
  close(): Promise<void>
}

const FLUSH_MS = 3_000

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
  const { prefix = '', now, compression } = settings
  const onNotice = seldom(settings.onNotice ?? (() => {}))
  const newClient = (): KafkaClient => kafkaClient({ ...settings, onNotice })
  const sizes = topicSizes(newClient)
  // Not the same connections: a long fetch would hold up appends.
  const writing = kafkaCluster(newClient)
  const reading = kafkaCluster(newClient)
  const produce = batchProducer(writing, compression)
  const appending = appender((batch) => onTopic(batch.to.topic, () => produce(batch)), now)
  const { read, advised } = reader(reading)
  const members = new Set<Consumption['stop']>()
  let closing: Promise<void> | undefined

  /** A topic that a broker does not know is looked for again when it is next needed. */
  const onTopic = <T>(topic: string, call: () => Promise<T>): Promise<T> =>
    call().catch((error) => {
      if (isUnknownTopic(error)) sizes.forget(topic)
      throw error
    })
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
    await Promise.all([...members].map((stop) => stop()))
    // Calls made before this one are still looking up their partition.
    await new Promise((resolve) => setImmediate(resolve))
    await appending.close(FLUSH_MS)
    await Promise.all([writing.close(), reading.close()])
  }
  return {
    system: 'kafka',
    partitions: async (topic) => sizes.of(ours(topic)),
    append: async (to, records) => {
      const place = await placeOf(to)
      if (records.length === 0) return (await read(place, 0, 0)).end
      return appending.append(place, records)
    },
    read: async (from, offset, limit) => {
      const place = await placeOf(from)
      return onTopic(place.topic, () => read(place, offset, limit))
    },
    advised: async (group, from) => advised(ours(group), await placeOf(from)),
    consume: async (group, topic, listener) => {
      const place = { group: ours(group), topic: ours(topic) }
      const { kafka, cut } = newClient()
      const joining = kafkaConsumption({ kafka, ...place, listener, onNotice })
      joining.catch(cut)
      const member = await joining
      const stop = async (): Promise<void> => {
        await member.stop()
        cut()
        members.delete(stop)
      }
      members.add(stop)
      return { stop }
    },
    close: () => {
      closing ??= close()
      return closing
    },
  }
}
