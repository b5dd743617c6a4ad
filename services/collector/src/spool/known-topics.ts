import { EVENTS, REJECTS } from '@ebb/contracts/topics'
import type { EventLog, NewRecord } from '@ebb/streaming/event-log'
import { type RecordsForPartition, recordsByPartition } from '../log-records.ts'
import type { SpooledRecord } from './spool-frame.ts'

/** The topics of a collector, as far as the log has been asked about them. */
export interface KnownTopics {
  /** Resolves when the topics that requests are written to are known. Throws `EBB_TOPIC_MISSING`. */
  learn(): Promise<void>
  /** Records of one topic by partition; `learn` has to have resolved. */
  byPartition(topic: string, records: readonly NewRecord[]): RecordsForPartition[]
  /** Records of any topics; asks the log about those that are not known. */
  byTopicAndPartition(records: readonly SpooledRecord[]): Promise<RecordsForPartition[]>
}

/** Asks each topic once: its number of partitions is fixed. */
export const knownTopics = (log: EventLog): KnownTopics => {
  const partitionsOf = new Map<string, number>()
  const learnTopic = async (topic: string) => {
    if (!partitionsOf.has(topic)) partitionsOf.set(topic, await log.partitions(topic))
  }
  const byPartition = (topic: string, records: readonly NewRecord[]) =>
    recordsByPartition(records, { topic, partitions: partitionsOf.get(topic)! })
  return {
    learn: async () => {
      await Promise.all([EVENTS, REJECTS].map(learnTopic))
    },
    byPartition,
    byTopicAndPartition: async (records) => {
      const byTopic = Map.groupBy(records, ({ topic }) => topic)
      await Promise.all([...byTopic.keys()].map(learnTopic))
      return [...byTopic].flatMap(([topic, group]) =>
        byPartition(
          topic,
          group.map(({ record }) => record),
        ),
      )
    },
  }
}
