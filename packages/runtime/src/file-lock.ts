import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { CodedError } from './coded-error.ts'

/** Which file is the lock, and how long to wait for it. */
export interface LockSettings {
  readonly lockPath: string
  readonly patienceMs: number
}

const RETRY_MS = 10

/**
 * Runs `work` while no other process or caller holds the lock: whoever creates the file has it.
 * `work` is synchronous, so the lock is held for the length of one file write. Throws
 * `EBB_KEYS_LOCKED` when it stays taken, which only a process killed in that moment leaves behind.
 */
export const withFileLock = async <T>(settings: LockSettings, work: () => T): Promise<T> => {
  const { lockPath, patienceMs } = settings
  mkdirSync(dirname(lockPath), { recursive: true })
  const giveUpAt = performance.now() + patienceMs
  while (!tryCreate(lockPath)) {
    if (performance.now() >= giveUpAt) throw staysLocked(lockPath)
    await wait(RETRY_MS)
  }
  try {
    return work()
  } finally {
    rmSync(lockPath, { force: true })
  }
}

const tryCreate = (lockPath: string): boolean => {
  try {
    const file = openSync(lockPath, 'wx', 0o600)
    writeSync(file, `${process.pid}\n`)
    closeSync(file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

const staysLocked = (lockPath: string): CodedError =>
  new CodedError('EBB_KEYS_LOCKED', {
    what: 'Another process has been changing the access keys for too long',
    where: lockPath,
    fix: 'Try again; if no ebb process is running, delete this lock file',
  })
