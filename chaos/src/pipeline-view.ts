import { EVENTS, FEATURES, MADE_FROM_STATES } from '@ebb/contracts/topics'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import { openKafkaEventLog } from '@ebb/kafka/kafka-event-log'
import { connectRedis } from '@ebb/redis/redis-connection'
import { redisPartitionStore } from '@ebb/redis/redis-partition-store'
import { SCORER_PROCESSOR } from '@ebb/scorer/scorer-definition'
import type { EventLog, LogRecord } from '@ebb/streaming/event-log'
import { nameInGeneration, readerInGeneration } from '@ebb/streaming/generation'
import { decodePartitionRecord } from '@ebb/streaming/partition-record'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import type { ShopPlace } from './shop.ts'

/** A log and the states of both processors, to look at. */
export interface PipelineView {
  readonly log: Pick<EventLog, 'partitions' | 'read'>
  readonly features: Pick<PartitionStore, 'read' | 'scan'>
  readonly scorer: Pick<PartitionStore, 'read' | 'scan'>
  readonly partitions: number
}

/** The records of a topic, by partition. */
export type TopicRecords = readonly (readonly LogRecord[])[]

/** Where a processor stands in one partition of its input. */
export interface Standing {
  readonly offset: number
  /** Where the partition ended, asked after the offset. */
  readonly end: number
  /** Largest tick read, ms; 0 before the first. */
  readonly clock: number
}

/** Which processor. */
export type ProcessorName = 'features' | 'scorer'

/**
 * Looks at the pipeline of a shop, past its services. Every look may throw while an engine is away.
 */
export const openPipelineView = async (
  place: ShopPlace,
  generation = 0,
): Promise<PipelineView & { close(): Promise<void> }> => {
  const { brokers, redisUrl, namespace, partitions } = place
  const prefix = `${namespace}.`
  const redis = await connectRedis({ url: redisUrl })
  const log = await openKafkaEventLog({ brokers, clientId: 'chaos', prefix, now: Date.now })
  const storeOf = (processor: string): PartitionStore =>
    redisPartitionStore(redis, { prefix, processor: nameInGeneration(processor, generation) })
  return {
    log: readerInGeneration(log, { generation, madeFromStates: MADE_FROM_STATES }),
    features: storeOf(FEATURES_PROCESSOR),
    scorer: storeOf(SCORER_PROCESSOR),
    partitions,
    close: async () => {
      await log.close()
      await redis.close()
    },
  }
}

const INPUT: Readonly<Record<ProcessorName, string>> = { features: EVENTS, scorer: FEATURES }

/** Where a processor stands, by partition. */
export const standingsOf = (view: PipelineView, name: ProcessorName): Promise<Standing[]> =>
  Promise.all(
    Array.from({ length: view.partitions }, async (_, partition) => {
      const { position } = await view[name].read(partition, [])
      const { end } = await view.log.read({ topic: INPUT[name], partition }, 0, 0)
      const clock = position === undefined ? 0 : decodePartitionRecord(position.record).clock
      return { offset: position?.offset ?? 0, end, clock }
    }),
  )

/** Records that wait for a processor. */
export const lagOf = async (view: PipelineView, name: ProcessorName): Promise<number> =>
  (await standingsOf(view, name)).reduce((sum, { offset, end }) => sum + end - offset, 0)

/** Records that a processor has handled, as its states say. */
export const handledBy = async (view: PipelineView, name: ProcessorName): Promise<number> =>
  (await standingsOf(view, name)).reduce((sum, { offset }) => sum + offset, 0)

const PAGE_RECORDS = 5_000

/** All records of a topic as it stands. */
export const readTopic = (
  { log, partitions }: PipelineView,
  topic: string,
): Promise<TopicRecords> =>
  Promise.all(
    Array.from({ length: partitions }, async (_, partition) => {
      const all: LogRecord[] = []
      for (let offset = 0; ; ) {
        const { records, end } = await log.read({ topic, partition }, offset, PAGE_RECORDS)
        for (const record of records) all.push(record)
        offset = (records.at(-1)?.offset ?? end - 1) + 1
        if (offset >= end) return all
      }
    }),
  )
