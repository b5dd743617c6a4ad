import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** Which file is the lock, and how long to wait for it. */
export interface LockSettings {
  readonly lockPath: string
  readonly patienceMs: number
  /** What to throw when it stays taken. */
  readonly refuse: (lockPath: string) => Error
}

const RETRY_MS = 10

/**
 * Runs `work` while no other process or caller holds the lock: whoever creates the file has it.
 * `work` is synchronous, so the lock is held for the length of one file write. What a killed
 * process left behind is cleared away.
 */
export const withFileLock = async <T>(settings: LockSettings, work: () => T): Promise<T> => {
  const { lockPath, patienceMs, refuse } = settings
  mkdirSync(dirname(lockPath), { recursive: true })
  const giveUpAt = performance.now() + patienceMs
  while (!tryCreate(lockPath)) {
    if (performance.now() >= giveUpAt) throw refuse(lockPath)
    clearStale(lockPath)
    await wait(RETRY_MS)
  }
  try {
    return work()
  } finally {
    rmSync(lockPath, { force: true })
  }
}

const tryCreate = (lockPath: string): boolean => {
  const file = openNew(lockPath)
  if (file === undefined) return false
  try {
    writeSync(file, `${process.pid}\n`)
  } catch (error) {
    rmSync(lockPath, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
  return true
}

const openNew = (path: string): number | undefined => {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    throw error
  }
}

/**
 * Looks once more under a lock of its own: of two that saw the same stale lock, the slower one
 * would remove the new lock of the faster one.
 */
const clearStale = (lockPath: string): void => {
  const clearing = `${lockPath}.stale`
  if (!isStale(lockPath) || !tryCreate(clearing)) return
  try {
    if (isStale(lockPath)) rmSync(lockPath, { force: true })
  } finally {
    rmSync(clearing, { force: true })
  }
}

/** Without a process id a lock is one that is being written, or one whose writer was killed. */
const UNSIGNED_FOR_MS = 60_000

const isStale = (lockPath: string): boolean => {
  const stat = statSync(lockPath, { throwIfNoEntry: false })
  if (stat === undefined) return false
  const holder = holderOf(lockPath)
  return holder === undefined ? Date.now() - stat.mtimeMs > UNSIGNED_FOR_MS : !mayHold(holder)
}

const holderOf = (lockPath: string): number | undefined => {
  try {
    const [, pid] = /^(\d{1,9})\n$/.exec(readFileSync(lockPath, 'utf8')) ?? []
    return pid === undefined ? undefined : Number(pid)
  } catch {
    return undefined
  }
}

/** This process holds no lock while it asks for one, but a killed one may have had its id. */
const mayHold = (pid: number): boolean => {
  if (pid === process.pid) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
