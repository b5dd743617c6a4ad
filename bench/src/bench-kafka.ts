import { EVENTS, SHARED_PARTITIONS, topicsOf } from '@ebb/contracts/topics'
import { type OpenKafkaEventLog, openKafkaEventLog } from '@ebb/kafka/kafka-event-log'
import type { KafkaSettings } from '@ebb/kafka/kafka-settings'
import { kafkaTopic } from '@ebb/kafka/kafka-topic-config'
import { applyTopics, planTopics } from '@ebb/kafka/kafka-topics'
import type { StampedBy } from '@ebb/streaming/engines'
import type { EventLog } from '@ebb/streaming/event-log'
import { retryTransient, waitFor } from '@ebb/streaming/retry'
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
})

/** A broker on a machine that is busy with other work takes long to lead so many partitions. */
const LED_WITHIN_MS = 60_000

/**
 * Makes every topic of a namespace, as `ebb topics apply` does, and opens its log. Resolves when the
 * partitions of events are led: a send before that is repeated, and what it holds stands there twice.
 */
export const openNewNamespace = async (
  settings: KafkaSettings,
  stampedBy: StampedBy,
): Promise<OpenKafkaEventLog> => {
  const signal = AbortSignal.timeout(LED_WITHIN_MS)
  const patiently = <T>(call: () => Promise<T>): Promise<T> =>
    retryTransient(call, { signal, wait: waitFor, onRetry: () => {} })
  const wanted = topicsOf(SHARED_PARTITIONS).map((topic) => kafkaTopic(topic, stampedBy))
  await patiently(async () => applyTopics(settings, await planTopics(settings, wanted)))
  const log = await openKafkaEventLog(settings)
  await patiently(() => recordsIn(log))
  return log
}

/** How many records of events a log holds, ticks included. */
export const recordsIn = async (log: EventLog): Promise<number> => {
  let records = 0
  for (let partition = 0; partition < SHARED_PARTITIONS; partition += 1)
    records += (await log.read({ topic: EVENTS, partition }, 0, 0)).end
  return records
}
