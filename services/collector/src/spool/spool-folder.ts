import { readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CodedError } from '@ebb/runtime/coded-error'
import { withFileLock } from '@ebb/runtime/file-lock'
import { makeSpoolFolder } from './spool-segments.ts'

/** Another collector that starts at the same moment holds the lock for one small write. */
const PATIENCE_MS = 2_000

/** Of this process: its own id in an owner file may also be that of a killed one before it. */
const taken = new Set<string>()

/**
 * Takes a spool folder for this process, making it where it is missing, and resolves to the call
 * that gives it back. The folder of a killed process is free. Throws `EBB_SPOOL_IN_USE`, since two
 * owners would write over each other, and `EBB_SPOOL_UNUSABLE`. Processes that do not see each
 * other, as in two containers, are not told apart.
 */
export const takeSpoolFolder = async (folder: string): Promise<() => void> => {
  try {
    makeSpoolFolder(folder)
    const path = realpathSync(folder)
    const lockPath = join(path, 'owner.lock')
    const refuse = () => new Error('owner.lock stays taken')
    const lock = { lockPath, patienceMs: PATIENCE_MS, refuse }
    const owner = join(path, 'owner')
    await withFileLock(lock, () => {
      const pid = taken.has(path) ? process.pid : otherOwner(owner)
      if (pid !== undefined) throw inUse(folder, pid)
      writeFileSync(owner, `${process.pid}\n`)
      taken.add(path)
    })
    return () => {
      rmSync(owner, { force: true })
      taken.delete(path)
    }
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'EBB_SPOOL_IN_USE') throw error
    throw spoolUnusable(folder, error as Error)
  }
}

/** The living process that has the folder, where it is not this one. */
const otherOwner = (ownerFile: string): number | undefined => {
  const pid = readOwner(ownerFile)
  return pid !== undefined && pid !== process.pid && isAlive(pid) ? pid : undefined
}

const readOwner = (ownerFile: string): number | undefined => {
  try {
    const [, pid] = /^(\d{1,9})\n$/.exec(readFileSync(ownerFile, 'utf8')) ?? []
    return pid === undefined ? undefined : Number(pid)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

const inUse = (folder: string, pid: number): CodedError =>
  new CodedError('EBB_SPOOL_IN_USE', {
    what: `Process ${pid} has this spool folder`,
    where: folder,
    fix: 'Stop it, or set EBB_SPOOL to a folder of its own for each collector',
  })

/** The folder, or a file of it, cannot be made, read or written. */
export const spoolUnusable = (folder: string, cause: Error): CodedError =>
  new CodedError(
    'EBB_SPOOL_UNUSABLE',
    {
      what: `The spool folder cannot be used: ${cause.message}`,
      where: folder,
      fix: 'Free the disk, give this process the right to write there, or set EBB_SPOOL anew',
    },
    { cause },
  )
