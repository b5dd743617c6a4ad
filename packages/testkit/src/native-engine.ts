import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { watchOver } from '@ebb/embedded/watchdog'

/** How an engine's process is started, and how one sees that it serves. */
export interface EngineCommand {
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
  /** The process works here, and its output is in `engine.log` here; it goes with the engine. */
  readonly folder: string
  readonly uid?: number
  /** Done once, before the first start. */
  readonly prepare?: () => Promise<unknown>
  /** What ends it for good; SIGKILL by default. */
  readonly lastSignal?: NodeJS.Signals
  /** Asked again and again until true; false or a throw means "not yet". */
  readonly isReady: () => Promise<boolean>
}

/** An engine in a process of its own, which does not outlive the process that started it. */
export interface NativeEngine {
  /** Of the process that runs now, or ran last. */
  readonly pid: number
  /** Where its data, settings and `engine.log` are. */
  readonly folder: string
  /** Sends a signal. Resolves when the process is gone, for SIGSTOP and SIGCONT at once. */
  kill(signal: NodeJS.Signals): Promise<void>
  /** Starts it again on the same ports and data, after a SIGTERM where it still runs. */
  restart(): Promise<void>
  /** Ends it for good, without ado and with its data. */
  stop(): Promise<void>
}

const READY_WITHIN_MS = 60_000
const LOOK_EVERY_MS = 50
const LOG_LINES_TOLD = 15

/** A new folder of this user alone. */
export const temporaryFolder = (name: string): string =>
  mkdtempSync(join(tmpdir(), `ebb-testkit-${name}-`))

/** Starts an engine; resolves when it serves. Throws with the end of its log where it does not. */
export const startNativeEngine = async (command: EngineCommand): Promise<NativeEngine> => {
  let child = await startedOrRemoved(command)
  const kill = (signal: NodeJS.Signals): Promise<void> => killed(child, signal)
  return {
    folder: command.folder,
    get pid() {
      return child.pid!
    },
    kill,
    restart: async () => {
      await kill('SIGTERM')
      child = await started(command)
    },
    stop: async () => {
      await kill(lastSignalOf(command))
      removeFolder(command)
    },
  }
}

const startedOrRemoved = async (command: EngineCommand): Promise<ChildProcess> => {
  try {
    await command.prepare?.()
    return await started(command)
  } catch (error) {
    removeFolder(command)
    throw error
  }
}

const lastSignalOf = ({ lastSignal = 'SIGKILL' }: EngineCommand): NodeJS.Signals => lastSignal

const removeFolder = ({ folder }: EngineCommand): void =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })

const started = async (command: EngineCommand): Promise<ChildProcess> => {
  const child = await spawned(command)
  watchOver(child, { signal: lastSignalOf(command), folder: command.folder })
  try {
    await untilReady(child, command)
  } catch (error) {
    await killed(child, 'SIGKILL')
    throw error
  }
  // A caller that forgets to stop it can still end; the watchdog does the rest.
  child.unref()
  return child
}

const spawned = async (command: EngineCommand): Promise<ChildProcess> => {
  const { program, args, folder, uid } = command
  const log = openSync(join(folder, 'engine.log'), 'a')
  const user = uid === undefined ? {} : { uid, gid: uid }
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', log, log], ...user })
  closeSync(log)
  await once(child, 'spawn')
  return child
}

const untilReady = async (child: ChildProcess, command: EngineCommand): Promise<void> => {
  const giveUpAt = performance.now() + READY_WITHIN_MS
  while (!(await command.isReady().catch(() => false))) {
    if (isGone(child))
      throw new Error(`${command.name} ended while it started: ${endOfLog(command)}`)
    if (performance.now() > giveUpAt)
      throw new Error(
        `${command.name} was not ready after ${READY_WITHIN_MS} ms: ${endOfLog(command)}`,
      )
    await wait(LOOK_EVERY_MS)
  }
}

const isGone = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null

const endOfLog = ({ folder }: EngineCommand): string =>
  readFileSync(join(folder, 'engine.log'), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(-LOG_LINES_TOLD)
    .join('\n')

const killed = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (isGone(child)) return
  const isLasting = signal === 'SIGSTOP' || signal === 'SIGCONT'
  const exit = isLasting ? undefined : once(child, 'exit')
  if (exit !== undefined) child.ref()
  child.kill(signal)
  await exit
}
