import { openLog, successorsApart, withTopics } from '@ebb/kafka/kafka-log-fixture'
import { connectRedis } from '@ebb/redis/redis-connection'
import { redisPartitionStore } from '@ebb/redis/redis-partition-store'
import { processorContract } from '@ebb/streaming/processor.contract'
import { COUNTER_TOPICS } from '@ebb/streaming/silence-counter'
import { uniqueName, useKafka, useRedis } from '@ebb/testkit/engines'
import { describe, test } from 'vitest'

const kafka = await useKafka()
const redis = await useRedis()

describe.skipIf(kafka === undefined || redis === undefined)(
  'the processor on Kafka and Redis',
  () => {
    const topics = Object.values(COUNTER_TOPICS).map((name) => ({ name, partitions: 2 }))
    for (const { name, run } of processorContract)
      test(name, async () => {
        const log = await openLog(await withTopics(kafka!.brokers, topics))
        const connection = await connectRedis({ url: redis!.url })
        const owner = { prefix: `${uniqueName('processor')}.`, processor: 'counter' }
        const store = redisPartitionStore(connection, owner)
        await run({ log: successorsApart(log), store }).finally(connection.close)
      })
  },
)
