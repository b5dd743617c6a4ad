import type { DatabaseSync } from 'node:sqlite'
import type { EventLog, LogRecord, NewRecord, TopicPartition } from '@ebb/streaming/event-log'
import { HaltError, missingTopic } from '@ebb/streaming/faults'
import { type LocalRecords, localConsumption } from '@ebb/streaming/local-consumption'
import {
  classified,
  classifying,
  type Durability,
  inTransaction,
  openDatabase,
  openDatabaseReadOnly,
} from './sqlite-database.ts'

/** How a log is opened. */
export interface SqliteLogSettings {
  readonly file: string
  /** Stamps `appendedAt`. */
  readonly now: () => number
  readonly durability: Durability
}

/** An event log that can be closed. */
export interface OpenEventLog extends EventLog {
  /** Made where they are missing; another number of partitions than before is refused. */
  makeTopics(topics: readonly SqliteTopic[]): void
  /** With all their records; nobody may append to them or read them any more. */
  removeTopics(names: readonly string[]): void
  /** Writes what waits, then closes. */
  close(): Promise<void>
}

/** A topic to make. */
export interface SqliteTopic {
  readonly name: string
  readonly partitions: number
}

/** The part of a log that needs no ownership of its data. */
export type ReadableLog = Pick<EventLog, 'partitions' | 'read' | 'advised'> & { close(): void }

// Records are too wide to stand in the tree of their own key: a table and an index cost a third less
// to write.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS topics (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, partitions INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS records (
    topic INTEGER NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
    key TEXT NOT NULL, value BLOB NOT NULL, headers TEXT NOT NULL, appended_at INTEGER NOT NULL);
  CREATE UNIQUE INDEX IF NOT EXISTS records_by_offset ON records (topic, partition, offset);
  CREATE TABLE IF NOT EXISTS advised (
    consumer_group TEXT NOT NULL, topic INTEGER NOT NULL, partition INTEGER NOT NULL,
    offset INTEGER NOT NULL, PRIMARY KEY (consumer_group, topic, partition)) WITHOUT ROWID;
`

interface Topic {
  readonly id: number
  readonly partitions: number
}

interface Waiting {
  readonly to: TopicPartition
  readonly records: readonly NewRecord[]
  readonly resolve: (base: number) => void
  readonly reject: (error: unknown) => void
}

/**
 * An event log on one SQLite file: topics, partitions, offsets, several groups. One process owns
 * it; others may read beside it. All appends that wait at one turn of the event loop share a
 * transaction, so that many small ones cost little more than one.
 */
export const openSqliteEventLog = (settings: SqliteLogSettings): OpenEventLog => {
  const database = openDatabase(settings.file, settings.durability)
  classifying(() => database.exec(SCHEMA))
  const reading = reader(database)
  const writing = writer(database, { ...reading, now: settings.now })
  const local: LocalRecords = { ...writing, read: reading.read }
  return {
    system: 'ebb.embedded',
    partitions: reading.partitions,
    read: reading.read,
    append: writing.append,
    advised: writing.advised,
    consume: async (group, topic, listener) => {
      const partitions = await reading.partitions(topic)
      return localConsumption({ local, group, topic, partitions, listener })
    },
    makeTopics: (topics) =>
      classifying(() => inTransaction(database, () => makeTopics(database, topics))),
    removeTopics: (names) =>
      classifying(() => inTransaction(database, () => removeTopics(database, names))),
    close: async () => {
      writing.flush()
      database.close()
    },
  }
}

/** Looks at a log that another process may own. Throws where there is none. */
export const readSqliteEventLog = (file: string): ReadableLog => {
  const database = openDatabaseReadOnly(file)
  const { partitions, read, advised } = reader(database)
  return { partitions, read, advised, close: () => database.close() }
}

const makeTopics = (database: DatabaseSync, topics: readonly SqliteTopic[]): void => {
  const insert = database.prepare('INSERT OR IGNORE INTO topics (name, partitions) VALUES (?, ?)')
  const select = database.prepare('SELECT partitions FROM topics WHERE name = ?')
  for (const { name, partitions } of topics) {
    insert.run(name, partitions)
    const found = Number(select.get(name)!['partitions'])
    if (found !== partitions)
      throw new HaltError(
        'EBB_TOPIC_PARTITIONS',
        `topic ${name} has ${found} partitions, not ${partitions}; start with ${found}`,
      )
  }
}

const removeTopics = (database: DatabaseSync, names: readonly string[]): void => {
  const ofTopic = 'WHERE topic = (SELECT id FROM topics WHERE name = ?)'
  for (const name of names) {
    database.prepare(`DELETE FROM records ${ofTopic}`).run(name)
    database.prepare(`DELETE FROM advised ${ofTopic}`).run(name)
    database.prepare('DELETE FROM topics WHERE name = ?').run(name)
  }
}

const reader = (database: DatabaseSync) => {
  const topics = new Map<string, Topic>()
  const select = database.prepare('SELECT id, partitions FROM topics WHERE name = ?')
  const slice = database.prepare(
    `SELECT offset, key, value, headers, appended_at FROM records
     WHERE topic = ? AND partition = ? AND offset >= ? ORDER BY offset LIMIT ?`,
  )
  // Objects of the rows take a third more time.
  slice.setReturnArrays(true)
  const last = database.prepare(
    'SELECT MAX(offset) AS offset FROM records WHERE topic = ? AND partition = ?',
  )
  const advice = database.prepare(
    'SELECT offset FROM advised WHERE consumer_group = ? AND topic = ? AND partition = ?',
  )
  const topicOf = (name: string): Topic => {
    const known = topics.get(name)
    if (known !== undefined) return known
    const row = select.get(name)
    if (row === undefined) throw missingTopic(name)
    const topic = { id: Number(row['id']), partitions: Number(row['partitions']) }
    topics.set(name, topic)
    return topic
  }
  const topicIdOf = ({ topic, partition }: TopicPartition): number => {
    const { id, partitions } = topicOf(topic)
    if (partition >= 0 && partition < partitions) return id
    throw missingTopic(topic, partition)
  }
  const endOf = (to: TopicPartition): number => {
    const offset = last.get(topicIdOf(to), to.partition)?.['offset']
    return offset === null || offset === undefined ? 0 : Number(offset) + 1
  }
  return {
    topicIdOf,
    endOf,
    partitions: async (topic: string) => topicOf(topic).partitions,
    read: async (from: TopicPartition, offset: number, limit: number) =>
      classifying(() => {
        const rows = slice.all(topicIdOf(from), from.partition, offset, limit)
        return { records: (rows as unknown as Row[]).map(recordOf), end: endOf(from) }
      }),
    advised: async (group: string, from: TopicPartition) =>
      Number(advice.get(group, topicIdOf(from), from.partition)?.['offset'] ?? 0),
  }
}

type Row = readonly [
  offset: number,
  key: string,
  value: Uint8Array,
  headers: string,
  appendedAt: number,
]

const recordOf = ([offset, key, value, headers, appendedAt]: Row): LogRecord => ({
  offset,
  key,
  value,
  headers: headers === '' ? {} : JSON.parse(headers),
  appendedAt,
})

const writer = (
  database: DatabaseSync,
  { topicIdOf, endOf, advised, now }: ReturnType<typeof reader> & { now: () => number },
) => {
  const insert = database.prepare('INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)')
  const advise = database.prepare('INSERT OR REPLACE INTO advised VALUES (?, ?, ?, ?)')
  const listeners = new Set<() => void>()
  const ends = new Map<string, number>()
  const advice = new Map<string, readonly [string, TopicPartition, number]>()
  let waiting: Waiting[] = []
  let scheduled = false

  const write = ({ to, records }: Waiting, next: Map<string, number>): number => {
    const name = nameOf(to)
    const base = next.get(name) ?? ends.get(name) ?? endOf(to)
    const topic = topicIdOf(to)
    const at = now()
    records.forEach(({ key, value, headers }, i) => {
      const text = headers === undefined ? '' : JSON.stringify(headers)
      insert.run(topic, to.partition, base + i, key, value, text, at)
    })
    next.set(name, base + records.length)
    return base
  }
  const flush = (): void => {
    scheduled = false
    const batch = waiting
    waiting = []
    if (batch.length === 0 && advice.size === 0) return
    try {
      const next = new Map<string, number>()
      const bases = inTransaction(database, () => {
        for (const [group, from, offset] of advice.values())
          advise.run(group, topicIdOf(from), from.partition, offset)
        return batch.map((append) => write(append, next))
      })
      advice.clear()
      for (const [name, end] of next) ends.set(name, end)
      batch.forEach(({ resolve }, i) => {
        resolve(bases[i]!)
      })
    } catch (error) {
      for (const { reject } of batch) reject(classified(error))
      return
    }
    for (const listener of listeners) listener()
  }
  const schedule = (): void => {
    if (scheduled) return
    scheduled = true
    setImmediate(flush)
  }
  return {
    flush,
    append: async (to: TopicPartition, records: readonly NewRecord[]) => {
      topicIdOf(to)
      return new Promise<number>((resolve, reject) => {
        waiting.push({ to, records, resolve, reject })
        schedule()
      })
    },
    // Only for tools, so it waits for the next append: a transaction of its own is not worth it.
    advise: async (group: string, from: TopicPartition, offset: number) => {
      advice.set(JSON.stringify([group, nameOf(from)]), [group, from, offset])
    },
    advised: async (group: string, from: TopicPartition) =>
      advice.get(JSON.stringify([group, nameOf(from)]))?.[2] ?? advised(group, from),
    onAppend: (listener: () => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`
