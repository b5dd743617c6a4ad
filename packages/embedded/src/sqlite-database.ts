import { DatabaseSync } from 'node:sqlite'
import { HaltError, TransientError } from '@ebb/streaming/faults'

/** What survives: a killed process always; a power cut only with `power-cut`, by one fsync more. */
export type Durability = 'killed-process' | 'power-cut'

/**
 * Opens a database for writing: WAL, so that readers in other processes never wait. Throws
 * `EBB_DATA_UNUSABLE`, `EBB_DATA_DAMAGED` or `EBB_DATA_NEWER`.
 */
export const openDatabase = (file: string, durability: Durability): DatabaseSync =>
  opened(file, () => {
    const database = known(new DatabaseSync(file), file)
    database.exec('PRAGMA journal_mode = WAL')
    database.exec(`PRAGMA synchronous = ${durability === 'power-cut' ? 'FULL' : 'NORMAL'}`)
    return database
  })

/**
 * Opens a database to look at it, beside the process that owns it or without any. Throws
 * `EBB_DATA_UNUSABLE`, `EBB_DATA_DAMAGED` or `EBB_DATA_NEWER`.
 */
export const openDatabaseReadOnly = (file: string): DatabaseSync =>
  opened(file, () => known(new DatabaseSync(file, { readOnly: true }), file))

/** Of the tables of the log and of the states, raised when an earlier version could misread them. */
const LAYOUT = 0

/** Reads the file for the first time, before anything is written. */
const known = (database: DatabaseSync, file: string): DatabaseSync => {
  database.exec('PRAGMA busy_timeout = 5000')
  const layout = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  if (layout <= LAYOUT) return database
  database.close()
  throw new HaltError(
    'EBB_DATA_NEWER',
    `${file} has layout ${layout}, and this version of Ebb knows ${LAYOUT}; ` +
      'run the newer version, or restore the data folder from a backup made before it',
  )
}

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

const SQLITE = {
  busy: 5,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
  readOnly: 8,
}
const MAY_PASS: readonly number[] = [SQLITE.busy, SQLITE.ioError, SQLITE.full]
const DAMAGED: readonly number[] = [SQLITE.corrupt, SQLITE.notADatabase]

/** The low byte of a result code is the primary one. */
const resultOf = (error: unknown): number => ((error as { errcode?: number }).errcode ?? 0) & 0xff

/**
 * Turns what may pass (busy, disk full, I/O) into `TransientError`, a damaged file into the halt
 * `EBB_DATA_DAMAGED`; leaves the rest as it is.
 */
export const classified = (cause: unknown): unknown => {
  const { message } = cause as Error
  if (MAY_PASS.includes(resultOf(cause)))
    return new TransientError('EBB_EMBEDDED_UNAVAILABLE', message, { cause })
  if (!DAMAGED.includes(resultOf(cause))) return cause
  const what = `a database of the data folder is damaged (${message}); restore the folder`
  return new HaltError('EBB_DATA_DAMAGED', what, { cause })
}

/** Runs a read or a write, its faults classified. */
export const classifying = <T>(work: () => T): T => {
  try {
    return work()
  } catch (error) {
    throw classified(error)
  }
}

/** Whether another process holds the lock that was asked for. */
export const isBusy = (error: unknown): boolean => resultOf(error) === SQLITE.busy

const opened = (file: string, open: () => DatabaseSync): DatabaseSync => {
  try {
    return open()
  } catch (cause) {
    if (resultOf(cause) !== SQLITE.cannotOpen && resultOf(cause) !== SQLITE.readOnly)
      throw classified(cause)
    throw unusable(file, cause as Error)
  }
}

/** A data folder, or a file of it, that this process may not write. */
export const unusable = (path: string, cause: Error): HaltError =>
  new HaltError(
    'EBB_DATA_UNUSABLE',
    `${path} cannot be made or written (${cause.message}); choose another data folder`,
    { cause },
  )
