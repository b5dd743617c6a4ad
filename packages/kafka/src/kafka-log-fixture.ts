import type { EventLog, LogRecord, NewRecord } from '@ebb/streaming/event-log'
import { uniqueName } from '@ebb/testkit/engines'
import { afterEach } from 'vitest'
import { type OpenKafkaEventLog, openKafkaEventLog } from './kafka-event-log.ts'
import type { KafkaSettings } from './kafka-settings.ts'
import { applyTopics, type KafkaTopic, planTopics } from './kafka-topics.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** Has something closed at the end of the running test, the last first. */
export const closedAfterwards = (close: () => Promise<unknown>): void => void closing.push(close)

/** Settings under a prefix of their own. */
export const freshSettings = (brokers: readonly string[]): KafkaSettings => ({
  brokers,
  clientId: 'test',
  prefix: `${uniqueName('log')}.`,
  now: () => 1_000,
})

/** Topics of one test, under a prefix of its own. */
export const withTopics = async (
  brokers: readonly string[],
  wanted: readonly Pick<KafkaTopic, 'name' | 'partitions'>[],
  config: KafkaTopic['config'] = {},
): Promise<KafkaSettings> => {
  const settings = freshSettings(brokers)
  const topics = wanted.map((topic) => ({ ...topic, config }))
  await applyTopics(settings, await planTopics(settings, topics))
  return settings
}

/** A log that is closed at the end of the test. */
export const openLog = async (settings: KafkaSettings): Promise<OpenKafkaEventLog> => {
  const log = await openKafkaEventLog(settings)
  closedAfterwards(log.close)
  return log
}

/** A record of a text. */
export const record = (text: string, key = 'k'): NewRecord => ({ key, value: Buffer.from(text) })

/** The text of a record. */
export const textOf = ({ value }: LogRecord): string => Buffer.from(value).toString()

/**
 * The processor's contract runs a zombie and its successor at the same time, and both have to own all
 * partitions: on Kafka that takes two groups.
 */
export const successorsApart = (log: EventLog): EventLog => {
  const groups = new Set<string>()
  return {
    ...log,
    consume: async (group, topic, listener) => {
      const own = groups.has(group) ? `${group}.successor` : group
      groups.add(own)
      const member = await log.consume(own, topic, listener)
      return {
        stop: async () => {
          await member.stop()
          groups.delete(own)
        },
      }
    },
  }
}
