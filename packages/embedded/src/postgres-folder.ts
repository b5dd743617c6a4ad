import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { lchown, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { HaltError } from '@ebb/streaming/faults'
import { takeDataFolder } from './data-folder.ts'

/** Whom PostgreSQL runs as where it must not be us. */
export interface ServerUser {
  readonly uid: number
  readonly gid: number
}

/** How PostgreSQL is reached. */
export interface ServerAccess {
  readonly port: number
  readonly password: string
}

/** The folder `postgres/` of a data folder, which this process owns. */
export interface PostgresFolder {
  readonly path: string
  /** PostgreSQL's own files. */
  readonly data: string
  /** What it says. */
  readonly log: string
  /** Undefined: us. */
  readonly user: ServerUser | undefined
  /** Lets another process have it. The end of the process does so too, however it ends. */
  release(): void
}

/** PostgreSQL refuses to run as root; in every Unix somebody who owns nothing has this number. */
export const NOBODY: ServerUser = { uid: 65_534, gid: 65_534 }

const ACCESS_FILE = 'access.json'

/** Where in a data folder PostgreSQL has its place, and in that its own files. */
export const postgresPaths = (folder: string): { readonly path: string; readonly data: string } => {
  const path = join(folder, 'postgres')
  return { path, data: join(path, 'data') }
}

/**
 * Takes `postgres/` of a data folder, making it where it is missing. Throws `EBB_DATA_IN_USE`,
 * `EBB_DATA_UNUSABLE`, and `EBB_POSTGRES_FOLDER` where its files are another user's.
 */
export const takePostgresFolder = async (folder: string): Promise<PostgresFolder> => {
  const { path, data } = postgresPaths(folder)
  const { release } = takeDataFolder(path, 'PostgreSQL')
  try {
    const user = serverUser(folder, data)
    // Its user has to pass through.
    chmodSync(path, user === undefined ? 0o700 : 0o711)
    if (existsSync(data)) await giveTo(data, user)
    return { path, data, log: join(path, 'postgres.log'), user, release }
  } catch (error) {
    release()
    throw folderFault(error as NodeJS.ErrnoException, path)
  }
}

/** `EBB_POSTGRES_FOLDER` for what the operating system refuses; what has a code of ours keeps it. */
export const folderFault = (error: NodeJS.ErrnoException, path: string): Error =>
  error.code?.startsWith('EBB_')
    ? error
    : new HaltError('EBB_POSTGRES_FOLDER', `${path} cannot be used: ${error.message}`)

const serverUser = (folder: string, data: string): ServerUser | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const { uid, gid } = statSync(existsSync(data) ? data : folder)
  return uid === 0 ? NOBODY : { uid, gid }
}

/** PostgreSQL takes only what is its user's alone; what comes back from a backup may not be. */
export const giveTo = async (data: string, user: ServerUser | undefined): Promise<void> => {
  const uid = user?.uid ?? process.getuid?.()
  const owner = statSync(data).uid
  if (uid !== undefined && owner !== uid) {
    if (user === undefined)
      throw new HaltError(
        'EBB_POSTGRES_FOLDER',
        `the files in ${data} belong to user ${owner}, and this process is user ${uid}; ` +
          'run it as that user or as root, or choose another data folder',
      )
    for (const file of await readdir(data, { recursive: true }))
      await lchown(join(data, file), user.uid, user.gid)
    chownSync(data, user.uid, user.gid)
  }
  chmodSync(data, 0o700)
}

/** Reads how the server was reached last; undefined where nobody knows. */
export const readAccess = (path: string): ServerAccess | undefined => {
  try {
    const access = JSON.parse(readFileSync(join(path, ACCESS_FILE), 'utf8')) as ServerAccess
    return Number.isInteger(access.port) && typeof access.password === 'string' ? access : undefined
  } catch {
    return undefined
  }
}

/** Remembers how the server is reached, for this user alone to read. */
export const writeAccess = (path: string, access: ServerAccess): void => {
  const file = join(path, ACCESS_FILE)
  writeFileSync(`${file}.new`, JSON.stringify(access), { mode: 0o600, flush: true })
  renameSync(`${file}.new`, file)
}

/** 192 random bits, in letters that neither SQL nor a URL minds. */
export const newPassword = (): string => randomBytes(24).toString('hex')

// Below the ports that systems hand to outgoing connections.
const LOWEST_PORT = 15_000
const HIGHEST_PORT = 32_000

/** A port that may be free: its binding will tell. */
export const somePort = (): number =>
  LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT))

/** What the server says of itself in `postmaster.pid`. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly isReady: boolean
}

/** Reads `postmaster.pid`; undefined where there is none, or it is being written. */
export const readPostmaster = (data: string): Postmaster | undefined => {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
    const [pid, port] = [Number(lines[0]), Number(lines[3])]
    if (!(pid > 0 && port > 0)) return undefined
    return { pid, port, isReady: lines[7]?.trim() === 'ready' }
  } catch {
    return undefined
  }
}

/** With the password. */
export const urlOf = ({ port, password }: ServerAccess): string =>
  `postgres://ebb:${password}@127.0.0.1:${port}/ebb`

/** Whether there is a process of this number. */
export const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
