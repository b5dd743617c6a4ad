import type { Consumption, EventLog, PartitionListener, TopicPartition } from './event-log.ts'
import { retryTransient, waitFor } from './retry.ts'

/** What an engine inside the process offers to consumers. */
export interface LocalRecords {
  readonly read: EventLog['read']
  advise(group: string, from: TopicPartition, offset: number): Promise<void>
  /** Calls `listener` behind every append to any topic; returns how to unsubscribe. */
  onAppend(listener: () => void): () => void
}

/** What a local membership needs to know. */
export interface LocalConsumptionSettings {
  readonly local: LocalRecords
  readonly group: string
  readonly topic: string
  readonly partitions: number
  readonly listener: PartitionListener
}

/** A commit costs as much as handling many records; larger ones take more memory. */
const BATCH_RECORDS = 2_000

/**
 * Membership of a consumer group whose log lives in this process: the one member owns every
 * partition, each in a loop of its own that sleeps until something is appended.
 */
export const localConsumption = (settings: LocalConsumptionSettings): Consumption => {
  const stopping = new AbortController()
  const loops = Array.from({ length: settings.partitions }, (_, partition) =>
    partitionLoop(settings, partition, stopping.signal).catch((error: unknown) => {
      if (stopping.signal.aborted) return
      stopping.abort()
      settings.listener.halted(error as Error)
    }),
  )
  return {
    stop: async () => {
      stopping.abort()
      await Promise.all(loops)
    },
  }
}

const partitionLoop = async (
  { local, group, topic, listener }: LocalConsumptionSettings,
  partition: number,
  signal: AbortSignal,
): Promise<void> => {
  const from = { topic, partition }
  const appended = appendSignal(local, signal)
  try {
    let offset = await listener.assigned(partition)
    await local.advise(group, from, offset)
    while (!signal.aborted) {
      const seen = appended.count()
      const { records } = await retryTransient(() => local.read(from, offset, BATCH_RECORDS), {
        signal,
        wait: waitFor,
        onRetry: () => {},
      })
      if (records.length === 0) {
        await appended.after(seen)
        continue
      }
      offset = await listener.batch(partition, records, signal)
      await local.advise(group, from, offset)
      // An engine in the process may never wait for anything: let the rest of the process run.
      await new Promise((resolve) => setImmediate(resolve))
    }
  } finally {
    appended.close()
    listener.revoked(partition)
  }
}

/** Counts appends, so that none between a read and the wait for it is missed. */
const appendSignal = (local: LocalRecords, signal: AbortSignal) => {
  let count = 0
  let wake: (() => void) | undefined
  const woken = (): void => {
    count += 1
    wake?.()
  }
  const unsubscribe = local.onAppend(woken)
  signal.addEventListener('abort', woken)
  return {
    count: () => count,
    after: async (seen: number): Promise<void> => {
      if (count === seen && !signal.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      wake = undefined
    },
    close: () => {
      unsubscribe()
      signal.removeEventListener('abort', woken)
    },
  }
}
