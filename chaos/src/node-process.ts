import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** A program of this project and how it is started. */
export interface NodeProgram {
  /** Names it in messages. */
  readonly name: string
  /** Path of its main file. */
  readonly main: string
  readonly args?: readonly string[]
  /** The whole of its environment. */
  readonly env: Readonly<Record<string, string>>
}

/** How a process ended. */
export interface Ended {
  /** Null where a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A program in a process of its own, which does not outlive the process that started it. */
export interface NodeProcess {
  readonly name: string
  /** What it wrote to standard output, line by line, without a last line that is not finished. */
  lines(): readonly string[]
  /** What it wrote to standard error. */
  errors(): string
  isRunning(): boolean
  readonly ended: Promise<Ended>
  /** Sends a signal. Resolves when the process is gone, for SIGSTOP and SIGCONT at once. */
  kill(signal: NodeJS.Signals): Promise<void>
}

/** Starts a program with the Node that runs this one. */
export const startNodeProcess = (program: NodeProgram): NodeProcess => {
  const { name, main, args = [], env } = program
  const command = ['--disable-warning=ExperimentalWarning', main, ...args]
  const child = spawn(process.execPath, command, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  watchOver(child)
  const ended = once(child, 'close').then(([code, signal]): Ended => ({ code, signal }))
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  return {
    name,
    lines: () => out.split('\n').slice(0, -1),
    errors: () => err,
    isRunning,
    ended,
    kill: async (signal) => {
      if (!isRunning()) return
      child.kill(signal)
      if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await ended
    },
  }
}

/**
 * Kills the child when this process is gone, even by SIGKILL: the shell reads from a pipe that only
 * we hold, and the pipe's end without a line means that we ended first.
 */
const watchOver = (child: ChildProcess): void => {
  const script = 'read -r _ || kill -KILL "$1"'
  const shell = spawn('sh', ['-c', script, 'watchdog', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  const ignored = (): void => {}
  shell.on('error', ignored).unref()
  shell.stdin.on('error', ignored)
  child.once('exit', () => shell.stdin.end('\n'))
}
