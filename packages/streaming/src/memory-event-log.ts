import type { EventLog, LogRecord, NewRecord, TopicPartition } from './event-log.ts'
import { missingTopic } from './faults.ts'
import { type LocalRecords, localConsumption } from './local-consumption.ts'

/** Topics and clock of a log in memory. */
export interface MemoryLogSettings {
  readonly topics: readonly { readonly name: string; readonly partitions: number }[]
  /** Stamps `appendedAt`. */
  readonly now: () => number
}

/** An event log in memory, for pure tests: keeps the contract, forgets with the process. */
export const memoryEventLog = ({ topics, now }: MemoryLogSettings): EventLog => {
  const partitionsOf = new Map(
    topics.map(({ name, partitions }) => [
      name,
      Array.from({ length: partitions }, (): LogRecord[] => []),
    ]),
  )
  const advisedBy = new Map<string, number>()
  const listeners = new Set<() => void>()
  const recordsOf = ({ topic, partition }: TopicPartition): LogRecord[] => {
    const found = partitionsOf.get(topic)?.[partition]
    if (found === undefined) throw missingTopic(topic, partition)
    return found
  }
  const read = async (from: TopicPartition, offset: number, limit: number) => {
    const records = recordsOf(from)
    return { records: records.slice(offset, offset + limit), end: records.length }
  }
  const local: LocalRecords = {
    read,
    advise: async (group, from, offset) => {
      advisedBy.set(adviceKey(group, from), offset)
    },
    onAppend: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const partitions = async (topic: string): Promise<number> => {
    const found = partitionsOf.get(topic)
    if (found === undefined) throw missingTopic(topic)
    return found.length
  }
  return {
    system: 'ebb.memory',
    partitions,
    append: async (to: TopicPartition, added: readonly NewRecord[]) => {
      const records = recordsOf(to)
      const base = records.length
      const appendedAt = now()
      added.forEach(({ key, value, headers = {} }, i) => {
        records.push({ offset: base + i, key, value: value.slice(), headers, appendedAt })
      })
      for (const listener of listeners) listener()
      return base
    },
    read,
    consume: async (group, topic, listener) =>
      localConsumption({ local, group, topic, partitions: await partitions(topic), listener }),
    advised: async (group, from) => advisedBy.get(adviceKey(group, from)) ?? 0,
  }
}

const adviceKey = (group: string, { topic, partition }: TopicPartition): string =>
  JSON.stringify([group, topic, partition])
