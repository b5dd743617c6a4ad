import type { Consumption } from '@ebb/streaming/event-log'
import { HaltError } from '@ebb/streaming/faults'
import { AbortedError } from '@ebb/streaming/retry'
import { type ReadPartition, readPartition } from './partition-reader.ts'
import type { TopicReaderSettings } from './topic-reader-settings.ts'

/**
 * Reads a topic as a consumer group whose offset stands in PostgreSQL and moves in the same
 * transaction as the effects of the records: each record takes effect once, and in order a partition.
 * A reader that was taken for dead and still goes on is fenced: it writes nothing.
 *
 * Halts with `EBB_STATE_LOST` where the log knows more of the group than the database, and with
 * `EBB_LOG_LOST` where the database knows more of the topic than the log.
 */
export const readTopic = async (settings: TopicReaderSettings): Promise<Consumption> => {
  const { log, group, topic, observer } = settings
  const partitions = new Map<number, ReadPartition>()
  const stopping = new AbortController()
  const consumption = await log.consume(group, topic, {
    assigned: (partition) => {
      const reader = readPartition(settings, partition)
      partitions.set(partition, reader)
      return reader.acquire(stopping.signal)
    },
    batch: (partition, records, signal) =>
      partitions.get(partition)!.run(records, AbortSignal.any([signal, stopping.signal])),
    revoked: (partition) => {
      partitions.delete(partition)
      observer?.revoked?.(partition)
    },
    halted: (error) => {
      if (!(error instanceof AbortedError)) settings.onHalt(asHalt(group, error))
    },
  })
  return {
    stop: async () => {
      stopping.abort()
      await consumption.stop()
    },
  }
}

/** A fault that has a code of ours keeps it. */
const asHalt = (group: string, error: Error): Error => {
  const { code, message } = error as Error & { code?: unknown }
  if (typeof code === 'string' && code.startsWith('EBB_')) return error
  return new HaltError('EBB_PROCESSOR_FAILED', `${group}: ${message}`, { cause: error })
}
