import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { HaltError } from '@ebb/streaming/faults'
import { type PostgresFolder, readPostmaster } from './postgres-folder.ts'
import { watchOver } from './watchdog.ts'

/** A program of PostgreSQL, to be run in the folder of its data. */
export interface PostgresCommand {
  readonly program: string
  readonly args: readonly string[]
  /** Given to it on its standard input. */
  readonly input?: string
}

/**
 * How a program that works in its data folder names it. On Linux by way of itself: it may run as a
 * user to whom the folders above are closed, and has been put there before it became that user.
 */
export const dataArgument = (data: string): string =>
  process.platform === 'linux' ? '/proc/self/cwd' : data

/** Nothing of ours: there may be secrets in it. Windows programs do not start without theirs. */
const environment = (): { readonly env?: NodeJS.ProcessEnv } =>
  process.platform === 'win32' ? {} : { env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' } }

/** Runs a program to its end. Throws `EBB_POSTGRES_START` with the end of the log where it fails. */
export const runToEnd = async (folder: PostgresFolder, command: PostgresCommand): Promise<void> => {
  const from = logSize(folder)
  const child = await spawned(folder, command)
  watchOver(child)
  child.stdin?.on('error', () => {}).end(command.input)
  const [code] = await once(child, 'exit')
  if (code !== 0) throw startFault(folder, from)
}

/** A server that answers. */
export interface ServerProcess {
  readonly child: ChildProcess
  /** Resolves when it is gone, however it ended. */
  readonly ended: Promise<void>
  /** Ends it: what runs is rolled back. Where that takes too long, as a crash. */
  end(): Promise<void>
}

const READY_WITHIN_MS = 120_000
const LOOK_EVERY_MS = 20
const FAST_MS = 5_000
const IMMEDIATE_MS = 2_000

/**
 * Starts the server; resolves when it serves. It ends when this process does. Throws
 * `EBB_POSTGRES_START` with the end of its log where it does not start, or is not to any more.
 */
export const startServer = async (
  folder: PostgresFolder,
  command: PostgresCommand,
  signal?: AbortSignal,
): Promise<ServerProcess> => {
  const from = logSize(folder)
  const child = await spawned(folder, command)
  watchOver(child, { signal: 'SIGINT' })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  const giveUpAt = performance.now() + READY_WITHIN_MS
  while (!isServing(child, folder.data)) {
    if (isGone(child)) throw startFault(folder, from)
    if (signal?.aborted || performance.now() > giveUpAt) {
      await end(child, ended)
      throw startFault(folder, from)
    }
    await Promise.race([ended, wait(LOOK_EVERY_MS)])
  }
  // Whoever forgets to stop it can still end; the watchdog does the rest.
  child.unref()
  return { child, ended, end: () => end(child, ended) }
}

const end = async (child: ChildProcess, ended: Promise<void>): Promise<void> => {
  child.ref()
  for (const [signal, ms] of [
    ['SIGINT', FAST_MS],
    ['SIGQUIT', IMMEDIATE_MS],
  ] as const) {
    if (isGone(child)) return
    child.kill(signal)
    const enough = new AbortController()
    await Promise.race([ended, wait(ms, undefined, enough).catch(() => {})])
    enough.abort()
  }
  child.kill('SIGKILL')
  await ended
}

const isServing = (child: ChildProcess, data: string): boolean => {
  const postmaster = readPostmaster(data)
  return postmaster?.pid === child.pid && postmaster?.isReady === true
}

const isGone = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null

const spawned = async (
  { data, log, user }: PostgresFolder,
  { program, args, input }: PostgresCommand,
): Promise<ChildProcess> => {
  const output = openSync(log, 'a', 0o600)
  const child = spawn(program, args, {
    cwd: data,
    ...environment(),
    stdio: [input === undefined ? 'ignore' : 'pipe', output, output],
    // A key press that interrupts us is not meant for it: we still have to write.
    detached: true,
    ...user,
  })
  closeSync(output)
  try {
    await once(child, 'spawn')
  } catch (error) {
    const { message } = error as Error
    throw new HaltError('EBB_POSTGRES_START', `PostgreSQL cannot be run: ${message}`)
  }
  return child
}

const LOG_BYTES = 1_000_000

/** Puts a log that has grown long aside. */
export const turnLog = ({ log }: PostgresFolder): void => {
  if (existsSync(log) && statSync(log).size > LOG_BYTES) renameSync(log, `${log}.old`)
}

const logSize = ({ log }: PostgresFolder): number => (existsSync(log) ? statSync(log).size : 0)

const LOG_LINES_TOLD = 15

const startFault = ({ log }: PostgresFolder, from: number): HaltError => {
  const said = readFileSync(log).subarray(from).toString('utf8').trimEnd().split('\n')
  return new HaltError(
    'EBB_POSTGRES_START',
    `PostgreSQL does not start; the end of ${log}:\n${said.slice(-LOG_LINES_TOLD).join('\n')}`,
  )
}
