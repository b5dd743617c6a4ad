import type { LogRecord, PartitionListener } from '@ebb/streaming/event-log'
import { uniqueName } from '@ebb/testkit/engines'
import type { Kafka } from 'kafkajs'
import { kafkaClient } from './kafka-client.ts'

/** One call of a listener, or what became of it. */
export type Heard =
  | { readonly what: 'assigned' | 'begun' | 'revoked' | 'aborted'; readonly partition: number }
  | { readonly what: 'batch' | 'handled'; readonly partition: number; readonly offsets: number[] }
  | { readonly what: 'halted'; readonly error: Error }

/** What a recorded listener does beside recording; by default it begins at 0 and takes everything. */
export interface Behaviour {
  readonly assigned?: (partition: number) => Promise<number>
  readonly batch?: PartitionListener['batch']
}

/** A listener that keeps all that it hears, for tests that wait on what happened. */
export interface Recorder {
  readonly listener: PartitionListener
  readonly heard: readonly Heard[]
  /** Resolves as soon as what was heard is so. Rejects when the consumption halts first. */
  until(isSo: () => boolean): Promise<void>
  /** Offsets of a partition in the order in which they were handled. */
  handled(partition: number): number[]
  count(what: Heard['what'], partition?: number): number
}

/** Where a batch goes on that was taken as a whole. */
export const behind = (records: readonly LogRecord[]): number => records.at(-1)!.offset + 1

export const recordedListener = (behaviour: Behaviour = {}): Recorder => {
  const heard: Heard[] = []
  let change = Promise.withResolvers<void>()
  const hear = (event: Heard): void => {
    heard.push(event)
    change.resolve()
    change = Promise.withResolvers()
  }
  const isOf = (event: Heard, partition: number): boolean =>
    'partition' in event && event.partition === partition
  return {
    heard,
    listener: {
      assigned: async (partition) => {
        hear({ what: 'assigned', partition })
        const from = (await behaviour.assigned?.(partition)) ?? 0
        hear({ what: 'begun', partition })
        return from
      },
      batch: async (partition, records, signal) => {
        const offsets = records.map(({ offset }) => offset)
        hear({ what: 'batch', partition, offsets })
        signal.addEventListener('abort', () => hear({ what: 'aborted', partition }))
        const next = await (behaviour.batch?.(partition, records, signal) ?? behind(records))
        hear({ what: 'handled', partition, offsets })
        return next
      },
      revoked: (partition) => hear({ what: 'revoked', partition }),
      halted: (error) => hear({ what: 'halted', error }),
    },
    until: async (isSo) => {
      while (!isSo()) {
        const last = heard.at(-1)
        if (last?.what === 'halted') throw last.error
        await change.promise
      }
    },
    handled: (partition) =>
      heard.flatMap((event) =>
        event.what === 'handled' && isOf(event, partition) ? event.offsets : [],
      ),
    count: (what, partition) =>
      heard.filter(
        (event) => event.what === what && (partition === undefined || isOf(event, partition)),
      ).length,
  }
}

/** A topic of one test, with a group that nobody else is in. */
export interface TestTopic {
  readonly topic: string
  readonly group: string
  readonly kafka: Kafka
  /** Resolves when the broker serves all partitions. */
  led(): Promise<void>
  /** Appends `count` records to a partition, of `size` bytes each. */
  append(partition: number, count: number, size?: number): Promise<void>
  /** The offset that was last advised for a partition; -1 where none was. */
  advised(partition: number): Promise<number>
  /** Deletes the records of a partition below an offset, as retention does. */
  truncate(partition: number, before: number): Promise<void>
  close(): Promise<void>
}

/** A broker that comes back elects its leaders anew. */
const PATIENT = { retries: 50, maxRetryTime: 500 }

/** Makes a topic on a broker. */
export const openTestTopic = async (
  brokers: readonly string[],
  partitions: number,
): Promise<TestTopic> => {
  const topic = uniqueName('consumption')
  const group = `${topic}.group`
  const { kafka } = kafkaClient({ brokers, clientId: 'test', now: () => 0 })
  const admin = kafka.admin()
  const producer = kafka.producer({ createPartitioner: () => named, retry: PATIENT })
  await Promise.all([admin.connect(), producer.connect()])
  await admin.createTopics({
    topics: [{ topic, numPartitions: partitions }],
    waitForLeaders: false,
  })
  const led = async (): Promise<void> => {
    while (await isRefused(admin.fetchTopicOffsets(topic)));
  }
  // The broker may not know at once what it has made.
  await led()
  return {
    topic,
    group,
    kafka,
    led,
    append: async (partition, count, size = 10) => {
      const message = { key: 'k', value: Buffer.alloc(size), partition }
      await producer.send({ topic, acks: -1, messages: Array(count).fill(message) })
    },
    advised: async (partition) => {
      const [of] = await admin.fetchOffsets({ groupId: group, topics: [topic] })
      return Number(of?.partitions.find((p) => p.partition === partition)?.offset ?? -1)
    },
    truncate: (partition, before) =>
      admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: `${before}` }] }),
    close: async () => {
      await Promise.all([admin.disconnect(), producer.disconnect()])
    },
  }
}

/** Every message names its partition. */
const named = ({ message }: { message: { partition?: number } }): number => message.partition ?? 0

const isRefused = (asked: Promise<unknown>): Promise<boolean> =>
  asked.then(
    () => false,
    () => true,
  )
