import { eventLogContract } from '@ebb/streaming/event-log.contract'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import { processorContract } from '@ebb/streaming/processor.contract'
import { COUNTER_TOPICS } from '@ebb/streaming/silence-counter'
import { useKafka } from '@ebb/testkit/engines'
import { describe, test } from 'vitest'
import { openLog, successorsApart, withTopics } from './kafka-log-fixture.ts'

const kafka = await useKafka()
describe.skipIf(kafka === undefined)('the Kafka event log', () => {
  for (const { name, run } of eventLogContract)
    test(name, async () => {
      const settings = await withTopics(kafka!.brokers, [{ name: 'topic', partitions: 3 }])
      const log = await openLog(settings)
      const reopen = async () => {
        await log.close()
        return openLog(settings)
      }
      await run({ log, topic: 'topic', reopen })
    })
})

describe.skipIf(kafka === undefined)('the processor on the Kafka event log', () => {
  const topics = Object.values(COUNTER_TOPICS).map((name) => ({ name, partitions: 2 }))
  for (const { name, run } of processorContract)
    test(name, async () => {
      const log = await openLog(await withTopics(kafka!.brokers, topics))
      await run({ log: successorsApart(log), store: memoryPartitionStore() })
    })
})
