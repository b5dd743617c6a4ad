import { access, constants, readdir, readFile, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Installation } from '@ebb/contracts/installation'
import { openKeysFile } from '@ebb/runtime/keys-file'
import { printable } from '../commands/terminal-text.ts'
import { type Check, fail, ok, warn } from './check.ts'

const LEAST_NODE = 24

/** `version` as `process.versions.node` gives it. */
export const checkNode = (version: string): Check =>
  Number.parseInt(version, 10) >= LEAST_NODE
    ? ok('node', version)
    : fail('node', `${version} is too old`, `Install Node.js ${LEAST_NODE} or newer`)

/** The folder is there, and this user may read and write in it. */
export const checkFolder = async (folder: string): Promise<Check> => {
  const name = 'data folder'
  const found = await stat(folder).catch(() => undefined)
  if (found === undefined)
    return fail(name, `${folder} does not exist`, 'Start `ebb up`, or name another with --data')
  if (!found.isDirectory())
    return fail(name, `${folder} is not a folder`, 'Name a folder with --data')
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    return ok(name, folder)
  } catch {
    const mend = 'Run ebb as the user who owns it, or give this user the rights'
    return fail(name, `${folder} cannot be read and written by this user`, mend)
  }
}

const MIB = 2 ** 20
const LEAST_FREE_MIB = { fail: 100, warn: 1_024 }

/** Free space where the folder is, in bytes. */
export const freeSpace = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** `free` in bytes; `what` is on that disk. */
export const checkDisk = (free: number, what = 'disk'): Check => {
  const mebibytes = free / MIB
  const found = `${Math.floor(mebibytes).toLocaleString('en-US')} MiB free`
  const mend = 'Free some space: the log grows with every event'
  if (mebibytes < LEAST_FREE_MIB.fail) return fail(what, found, mend)
  return mebibytes < LEAST_FREE_MIB.warn ? warn(what, found, mend) : ok(what, found)
}

/** From this share of its limit on it may be full before somebody looks again. */
const NEARLY_FULL = 0.5

/** What waits in the spool of a collector for the log, and what in it could not be read. */
export const checkSpool = async (folder: string, limitBytes: number): Promise<Check> => {
  const name = 'spool'
  const files = await readdir(folder)
  const sizes = files
    .filter((file) => file.endsWith('.spool'))
    .map(async (file) => (await stat(join(folder, file))).size)
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
  const found = `${bytes.toLocaleString('en-US')} bytes wait in ${folder}`
  const mend = 'They are sent when the event log is back; see the check of the event log'
  if (bytes > NEARLY_FULL * limitBytes)
    return fail(name, `${found}, of ${limitBytes.toLocaleString('en-US')}`, mend)
  if (bytes > 0) return warn(name, found, `${mend}; a collector has to run for that`)
  const damaged = files.filter((file) => file.endsWith('.damaged')).length
  if (damaged === 0) return ok(name, found)
  const aside = `${found}; ${damaged} files of what could not be read (EBB_SPOOL_DAMAGED)`
  return warn(name, aside, 'Keep them for whoever looks into it, elsewhere')
}

/** The process that had the folder last. */
export interface Owner {
  readonly pid: number
  readonly what: string
  readonly since: string
  readonly isAlive: boolean
}

/** Who has the folder, or had it last; `undefined` where nobody ever did. */
export const readOwner = async (folder: string): Promise<Owner | undefined> => {
  try {
    const owner = JSON.parse(await readFile(join(folder, 'owner.json'), 'utf8'))
    return { ...owner, isAlive: isAlive(Number(owner.pid)) }
  } catch {
    return undefined
  }
}

const isAlive = (pid: number): boolean => {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    // Signal 0 only asks.
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Whether anything runs on the folder; `start` is the command that would. */
export const checkOwner = (owner: Owner | undefined, start: string): Check => {
  const mend = `Start \`${start}\`: without it no event is taken and no silence is heard`
  if (owner === undefined) return warn('owner', 'nothing ever ran on this folder', mend)
  const who = printable(`process ${owner.pid} (${owner.what})`)
  if (owner.isAlive) return ok('owner', `${who} since ${printable(owner.since)}`)
  return warn('owner', `nothing runs; the last was ${who}`, mend)
}

/** What the installation was begun with; `begin` is the command that begins one. */
export const checkInstallation = (found: Installation | undefined, begin: string): Check => {
  const name = 'installation'
  if (found === undefined) return warn(name, 'none was begun here', `Run \`${begin}\`, which does`)
  const { kind, timeZone, currency, partitions, generation } = found
  const parts = [kind, timeZone, currency, `${partitions} partitions`, `generation ${generation}`]
  return ok(name, parts.join(', '))
}

/** Without a write key no storefront can send events. */
export const checkKeys = (file: string): Check => {
  const keys = openKeysFile(file).list()
  const valid = keys.filter(({ revokedAt }) => revokedAt === undefined)
  const count = (of: string): number => valid.filter(({ kind }) => kind === of).length
  const writing = count('write')
  const people = count('person')
  const tokens = people === 0 ? '' : `, ${people} of people`
  const found = `${writing} write, ${count('secret')} secret${tokens}`
  if (writing > 0) return ok('keys', found)
  return warn('keys', `${found}: no storefront can send`, 'ebb keys create --source storefront')
}
