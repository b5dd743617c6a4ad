import { DatabaseSync } from 'node:sqlite'
import { TransientError } from '@ebb/streaming/faults'

/** What survives: a killed process always; a power cut only with `power-cut`, by one fsync more. */
export type Durability = 'killed-process' | 'power-cut'

/** Opens a database for writing: WAL, so that readers in other processes never wait. */
export const openDatabase = (file: string, durability: Durability): DatabaseSync => {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000')
  database.exec(`PRAGMA synchronous = ${durability === 'power-cut' ? 'FULL' : 'NORMAL'}`)
  return database
}

/** Opens a database to look at it, beside the process that owns it or without any. */
export const openDatabaseReadOnly = (file: string): DatabaseSync =>
  new DatabaseSync(file, { readOnly: true })

/** Runs `work` in one transaction: all of it, or nothing. */
export const inTransaction = <T>(database: DatabaseSync, work: () => T): T => {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    // A failed COMMIT may have ended the transaction already.
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

const SQLITE_BUSY = 5
const SQLITE_IOERR = 10
const SQLITE_FULL = 13

/** Turns what may pass (busy, disk full, I/O) into `TransientError`; leaves the rest as it is. */
export const classified = (error: unknown): unknown => {
  const code = (error as { errcode?: number }).errcode ?? 0
  // The low byte is the primary result code.
  if (![SQLITE_BUSY, SQLITE_IOERR, SQLITE_FULL].includes(code & 0xff)) return error
  return new TransientError('EBB_EMBEDDED_UNAVAILABLE', (error as Error).message, { cause: error })
}
