import { describe, test } from 'vitest'
import { eventLogContract } from './event-log.contract.ts'
import { memoryEventLog } from './memory-event-log.ts'
import { memoryPartitionStore } from './memory-partition-store.ts'
import { partitionStoreContract } from './partition-store.contract.ts'
import { processorContract } from './processor.contract.ts'
import { COUNTER_TOPICS } from './silence-counter.ts'

const now = () => 1_000

describe('the memory event log', () => {
  for (const { name, run, durableOnly } of eventLogContract)
    if (!durableOnly)
      test(name, () => {
        const topics = [{ name: 'topic', partitions: 3 }]
        return run({ log: memoryEventLog({ topics, now }), topic: 'topic' })
      })
})

describe('the memory partition store', () => {
  for (const { name, run, durableOnly } of partitionStoreContract)
    if (!durableOnly) test(name, () => run({ store: memoryPartitionStore() }))
})

describe('the processor on the memory engines', () => {
  const topics = Object.values(COUNTER_TOPICS).map((name) => ({ name, partitions: 2 }))
  for (const { name, run } of processorContract)
    test(name, () => run({ log: memoryEventLog({ topics, now }), store: memoryPartitionStore() }))
})
