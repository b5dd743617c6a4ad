import { setTimeout as wait } from 'node:timers/promises'
import type { NoticeListener } from '@ebb/streaming/engine-notice'
import { endLeftBehind } from './left-behind.ts'
import { ensureAccess, ensureCluster, serverArguments } from './postgres-cluster.ts'
import {
  folderFault,
  isAlive,
  type PostgresFolder,
  postgresPaths,
  readAccess,
  readPostmaster,
  type ServerAccess,
  somePort,
  takePostgresFolder,
  urlOf,
  writeAccess,
} from './postgres-folder.ts'
import { type ServerProcess, startServer, turnLog } from './postgres-process.ts'
import { findPostgres, type PostgresPrograms, preparePostgres } from './postgres-program.ts'
import type { Durability } from './sqlite-database.ts'

/** Which server to run. */
export interface EmbeddedPostgresSettings {
  /** The data folder of Ebb; the server's files are in `postgres/` of it, and stay there. */
  readonly folder: string
  /** What a committed transaction survives. */
  readonly durability: Durability
  /** Hears of a server that ended and is started again. */
  readonly onNotice?: NoticeListener
}

/** A PostgreSQL server that this process runs. */
export interface EmbeddedPostgres {
  /** With the password: user and database `ebb`, on 127.0.0.1. Stays the same over its restarts. */
  readonly url: string
  /** Ends the server, 8 s at most, and lets another process have the folder. Idempotent. */
  stop(): Promise<void>
}

/**
 * Starts PostgreSQL on a data folder, and starts it again whenever it ends before it is stopped; who
 * works with it meanwhile sees faults that pass. It does not outlive this process. As root it runs as
 * the owner of the folder, or as nobody.
 *
 * Throws `EBB_POSTGRES_MISSING`, `EBB_POSTGRES_START`, `EBB_POSTGRES_FOLDER`, and as `takeDataFolder`
 * does where another process runs it on this folder.
 */
export const startEmbeddedPostgres = async (
  settings: EmbeddedPostgresSettings,
): Promise<EmbeddedPostgres> => {
  const found = findPostgres()
  const taken = await takePostgresFolder(settings.folder)
  try {
    const programs = await preparePostgres(found, { asOther: taken.user !== undefined })
    turnLog(taken)
    await endLeftBehind(taken.data)
    const folder = await ensureCluster(taken, programs, settings.durability)
    const access = await ensureAccess(folder, programs)
    return await run({ ...settings, programs, place: folder }, access)
  } catch (error) {
    taken.release()
    throw folderFault(error as NodeJS.ErrnoException, taken.path)
  }
}

/**
 * The address of the server that another process runs for this data folder; undefined where none is
 * running, or where we may not know its password.
 */
export const embeddedPostgresUrl = (folder: string): string | undefined => {
  const { path, data } = postgresPaths(folder)
  const access = readAccess(path)
  const running = readPostmaster(data)
  if (access === undefined || !running?.isReady || running.port !== access.port) return undefined
  return isAlive(running.pid) ? urlOf(access) : undefined
}

interface RunSettings extends EmbeddedPostgresSettings {
  readonly programs: PostgresPrograms
  readonly place: PostgresFolder
}

const run = async (settings: RunSettings, last: ServerAccess): Promise<EmbeddedPostgres> => {
  const first = await startOnSomePort(settings, last)
  const stopping = new AbortController()
  const supervising = supervise(settings, first, stopping.signal)
  let stopped: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    stopping.abort()
    await supervising
    settings.place.release()
  }
  return {
    url: urlOf(first.access),
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}

interface Running {
  readonly access: ServerAccess
  readonly server: ServerProcess
}

const PORTS_TRIED = 20

/** On the port that it had, or another where that is taken now. */
const startOnSomePort = async (settings: RunSettings, last: ServerAccess): Promise<Running> => {
  for (let tried = 1, access = last; ; tried += 1) {
    try {
      const server = await startOn(settings, access.port)
      writeAccess(settings.place.path, access)
      return { access, server }
    } catch (error) {
      if (!isPortTaken(error as Error) || tried === PORTS_TRIED) throw error
      access = { ...last, port: somePort() }
    }
  }
}

const startOn = (
  { programs, place, durability }: RunSettings,
  port: number,
  signal?: AbortSignal,
): Promise<ServerProcess> => {
  const args = serverArguments(place.data, port, durability)
  return startServer(place, { program: programs.postgres, args }, signal)
}

const isPortTaken = ({ message }: Error): boolean => /could not bind|already in use/i.test(message)

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 15_000
/** A server that ran so long is not one that ends as soon as it starts. */
const STEADY_MS = 60_000

/** Starts it again until stopped: at once, and if it keeps ending four times a minute. */
const supervise = async (
  settings: RunSettings,
  { access, server }: Running,
  signal: AbortSignal,
): Promise<void> => {
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  let current: ServerProcess | undefined = server
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    const startedAt = performance.now()
    await Promise.race([current?.ended, stopped])
    if (signal.aborted) return current?.end()
    if (current !== undefined && performance.now() - startedAt > STEADY_MS) waitMs = FIRST_WAIT_MS
    settings.onNotice?.({ message: 'PostgreSQL ended; it is started again' })
    await wait(waitMs, undefined, { signal, ref: false }).catch(() => {})
    if (signal.aborted) return
    current = await startAgain(settings, access.port, signal)
  }
}

const startAgain = async (
  settings: RunSettings,
  port: number,
  signal: AbortSignal,
): Promise<ServerProcess | undefined> => {
  try {
    await endLeftBehind(settings.place.data)
    return await startOn(settings, port, signal)
  } catch (error) {
    const message = 'PostgreSQL does not start again'
    if (!signal.aborted) settings.onNotice?.({ message, error: error as Error })
    return undefined
  }
}
