import type { EventLog, Slice } from '@ebb/streaming/event-log'
import { eventLogContract } from '@ebb/streaming/event-log.contract'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import { processorContract } from '@ebb/streaming/processor.contract'
import { COUNTER_TOPICS } from '@ebb/streaming/silence-counter'
import { useKafka } from '@ebb/testkit/engines'
import { describe, test } from 'vitest'
import { openLog, withTopics } from './kafka-log-fixture.ts'

const kafka = await useKafka()
/**
 * The processor's contract is written for engines where every member of a group owns all partitions
 * at once. So here a second member beside the first, a zombie's successor, has a group of its own,
 * and a member has joined when it has its partitions. Where it halts meanwhile, the contract looks
 * for the log's end before it looks for the halt: those answers must not take time then, or the
 * halt passes for one that nobody handles.
 */
const ownedAtOnce = (log: EventLog, partitions: readonly number[]): EventLog => {
  const groups = new Set<string>()
  let ends: readonly Slice[] | undefined
  return {
    ...log,
    read: async (from, offset, limit) => ends?.[from.partition] ?? log.read(from, offset, limit),
    consume: async (group, topic, listener) => {
      const own = groups.has(group) ? `${group}.successor` : group
      const owned = Promise.withResolvers<void>()
      const left = new Set(partitions)
      ends = undefined
      groups.add(own)
      const member = await log.consume(own, topic, {
        ...listener,
        assigned: async (partition) => {
          const offset = await listener.assigned(partition)
          left.delete(partition)
          if (left.size === 0) owned.resolve()
          return offset
        },
        halted: async (error) => {
          ends = await Promise.all(
            partitions.map((partition) => log.read({ topic, partition }, 0, 0)),
          )
          listener.halted(error)
          owned.resolve()
        },
      })
      await owned.promise
      return {
        stop: async () => {
          await member.stop()
          groups.delete(own)
        },
      }
    },
  }
}

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
      await run({ log: ownedAtOnce(log, [0, 1]), store: memoryPartitionStore() })
    })
})
