import type { DatabaseSync } from 'node:sqlite'
import type { Commit, PartitionStore, Position } from '@ebb/streaming/partition-store'
import {
  classifying,
  type Durability,
  inTransaction,
  openDatabase,
  openDatabaseReadOnly,
} from './sqlite-database.ts'

/** A partition store that can be closed. */
export interface OpenPartitionStore extends PartitionStore {
  close(): void
}

/** The part of a store that needs no ownership of its data. */
export type ReadableStore = Pick<OpenPartitionStore, 'read' | 'scan' | 'close'>

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS states (
    partition INTEGER NOT NULL, key TEXT NOT NULL, state BLOB NOT NULL,
    PRIMARY KEY (partition, key)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS partitions (
    partition INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, offset INTEGER, record BLOB);
`

const SCAN_ROWS = 500

/** The partition store of one processor on one SQLite file. */
export const openSqlitePartitionStore = (
  file: string,
  durability: Durability,
): OpenPartitionStore => {
  const database = openDatabase(file, durability)
  classifying(() => database.exec(SCHEMA))
  return { ...reader(database), ...writer(database), close: () => database.close() }
}

/** Looks at a store that another process may own. Throws where there is none. */
export const readSqlitePartitionStore = (file: string): ReadableStore => {
  const database = openDatabaseReadOnly(file)
  return { ...reader(database), close: () => database.close() }
}

const reader = (database: DatabaseSync): Pick<PartitionStore, 'read' | 'scan'> => {
  const head = database.prepare('SELECT epoch, offset, record FROM partitions WHERE partition = ?')
  const one = database.prepare('SELECT state FROM states WHERE partition = ? AND key = ?')
  const page = database.prepare(
    'SELECT key, state FROM states WHERE partition = ? AND key > ? ORDER BY key LIMIT ?',
  )
  return {
    // One read transaction, so that all is of one instant though another process writes.
    read: async (partition, keys) =>
      classifying(() => {
        database.exec('BEGIN')
        try {
          const row = head.get(partition)
          const states = keys.map(
            (key) => one.get(partition, key)?.['state'] as Uint8Array | undefined,
          )
          return { epoch: Number(row?.['epoch'] ?? 0), position: positionOf(row), states }
        } finally {
          database.exec('COMMIT')
        }
      }),
    scan: async function* (partition) {
      for (let behind = ''; ; ) {
        const rows = classifying(() => page.all(partition, behind, SCAN_ROWS))
        for (const row of rows) yield [row['key'] as string, row['state'] as Uint8Array] as const
        if (rows.length < SCAN_ROWS) return
        behind = rows.at(-1)!['key'] as string
      }
    },
  }
}

const positionOf = (row: Record<string, unknown> | undefined): Position | undefined =>
  typeof row?.['offset'] === 'number'
    ? { offset: row['offset'], record: row['record'] as Uint8Array }
    : undefined

const writer = (database: DatabaseSync): Pick<PartitionStore, 'acquire' | 'commit'> => {
  const bump = database.prepare(
    `INSERT INTO partitions (partition, epoch) VALUES (?, 1)
     ON CONFLICT (partition) DO UPDATE SET epoch = epoch + 1 RETURNING epoch, offset, record`,
  )
  const move = database.prepare(
    `UPDATE partitions SET offset = ?, record = ?
     WHERE partition = ? AND epoch = ? AND offset IS ?`,
  )
  const put = database.prepare('INSERT OR REPLACE INTO states VALUES (?, ?, ?)')
  const remove = database.prepare('DELETE FROM states WHERE partition = ? AND key = ?')

  const apply = (partition: number, commit: Commit): 'committed' | 'fenced' => {
    const { epoch, expectedOffset, states, position } = commit
    const moved = move.run(
      position.offset,
      position.record,
      partition,
      epoch,
      expectedOffset ?? null,
    )
    if (moved.changes === 0) return 'fenced'
    for (const [key, state] of states) {
      if (state === null) remove.run(partition, key)
      else put.run(partition, key, state)
    }
    return 'committed'
  }
  return {
    acquire: async (partition) =>
      classifying(() => {
        const row = bump.get(partition)!
        return { epoch: Number(row['epoch']), position: positionOf(row) }
      }),
    commit: async (partition, commit) =>
      classifying(() => inTransaction(database, () => apply(partition, commit))),
  }
}
