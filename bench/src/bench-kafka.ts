import { kafkaTopic, type StampedBy } from '@ebb/cli/kafka-topic'
import { SHARED_PARTITIONS, topicsOf } from '@ebb/contracts/topics'
import type { KafkaSettings } from '@ebb/kafka/kafka-settings'
import { applyTopics, planTopics } from '@ebb/kafka/kafka-topics'
import type { Engines } from './benchmark.ts'

/** The broker of a run, with a namespace of one's own. */
export const benchKafka = (
  { kafka }: Engines,
  prefix: string,
  now: () => number,
): KafkaSettings => ({
  brokers: kafka!.brokers,
  clientId: 'ebb-bench',
  prefix,
  now,
  onNotice: ({ message, error }) => {
    process.stderr.write(`${message}${error ? `: ${error.message}` : ''}\n`)
  },
})

/** Every topic of a namespace, as `ebb topics apply` makes them. */
export const makeKafkaTopics = async (settings: KafkaSettings, by: StampedBy): Promise<void> => {
  const wanted = topicsOf(SHARED_PARTITIONS).map((topic) => kafkaTopic(topic, by))
  await applyTopics(settings, await planTopics(settings, wanted))
}
