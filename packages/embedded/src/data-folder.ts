import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { HaltError } from '@ebb/streaming/faults'
import { isBusy, unusable } from './sqlite-database.ts'

/** A data folder that this process owns. */
export interface DataFolder {
  file(name: string): string
  /** Lets another process have it. The end of the process does so too, however it ends. */
  release(): void
}

const LOCK_FILE = 'lock.db'
const OWNER_FILE = 'owner.json'

/**
 * Takes a data folder, making it where it is missing. Throws `EBB_DATA_IN_USE` where another
 * process has it: two owners of one log would write over each other; and `EBB_DATA_UNUSABLE`.
 * `what` names this owner to the next one who tries.
 */
export const takeDataFolder = (path: string, what: string): DataFolder => {
  try {
    mkdirSync(path, { recursive: true })
    const lock = new DatabaseSync(join(path, LOCK_FILE))
    // A lock of the operating system: it goes with the process, so a kill leaves none behind.
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
    const owner = { pid: process.pid, what, since: new Date().toISOString() }
    writeFileSync(join(path, OWNER_FILE), JSON.stringify(owner))
    return { file: (name) => join(path, name), release: () => lock.close() }
  } catch (error) {
    if (isBusy(error)) throw new HaltError('EBB_DATA_IN_USE', inUse(path))
    throw unusable(path, error as Error)
  }
}

const inUse = (path: string): string => {
  const advice = 'stop it, or choose another data folder'
  try {
    const { pid, what, since } = JSON.parse(readFileSync(join(path, OWNER_FILE), 'utf8'))
    return `the data folder ${path} is in use by process ${pid} (${what}) since ${since}; ${advice}`
  } catch {
    return `the data folder ${path} is in use by another process; ${advice}`
  }
}

/**
 * The embedded engines are one process for trials and small shops. Throws
 * `EBB_EMBEDDED_IN_PRODUCTION` where `NODE_ENV` is `production` and nobody said that it is meant.
 */
export const refuseProduction = (nodeEnv: string | undefined, allowed: boolean): void => {
  if (nodeEnv !== 'production' || allowed) return
  throw new HaltError(
    'EBB_EMBEDDED_IN_PRODUCTION',
    'NODE_ENV is production, and the embedded engines do not scale out or fail over; ' +
      'set EBB_ALLOW_EMBEDDED=yes if one process on one disk is what you want',
  )
}
