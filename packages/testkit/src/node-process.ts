import { spawn } from 'node:child_process'
import { watchOver } from '@ebb/embedded/watchdog'

/** A program of this project, and how it is started. */
export interface NodeProgram {
  /** Names it in messages. */
  readonly name: string
  /** Path of its main file. */
  readonly main: string
  readonly args?: readonly string[]
  /** The working folder; that of this process unless given. */
  readonly cwd?: string
  /** The whole of its environment; that of this process unless given. */
  readonly env?: NodeJS.ProcessEnv
}

/** How a process ended, and all that it wrote to standard output and to standard error. */
export interface Ended {
  /** Null where a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

type Channel = 'out' | 'err'

/** A program in a process of its own, which does not outlive the process that started it. */
export interface NodeProcess {
  readonly name: string
  /** What it wrote to standard output so far, without a last line that is not finished. */
  lines(): readonly string[]
  /** What it wrote to standard error so far. */
  errors(): string
  /**
   * The first finished line of standard output, or of standard error, that matches; rejects where
   * the process ends without one.
   */
  line(pattern: RegExp, channel?: Channel): Promise<string>
  isRunning(): boolean
  readonly ended: Promise<Ended>
  /** Sends a signal. Resolves when the process is gone, for SIGSTOP and SIGCONT at once. */
  kill(signal: NodeJS.Signals): Promise<void>
}

/** Starts a program with the Node that runs this one. A start that fails is an end with its reason. */
export const startNodeProcess = (program: NodeProgram): NodeProcess => {
  const { name, main, args = [], ...where } = program
  const command = ['--disable-warning=ExperimentalWarning', main, ...args]
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'], ...where })
  watchOver(child)
  const said = { out: '', err: '' }
  const waiting = new Set<() => void>()
  const hear = (channel: Channel) => (text: string) => {
    said[channel] += text
    for (const look of waiting) look()
  }
  child.stdout.setEncoding('utf8').on('data', hear('out'))
  child.stderr.setEncoding('utf8').on('data', hear('err'))
  child.once('error', ({ message }) => {
    said.err += message
  })
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, ...said }))
  })
  const isRunning = (): boolean =>
    child.pid !== undefined && child.exitCode === null && child.signalCode === null
  return {
    name,
    lines: () => finishedLines(said.out),
    errors: () => said.err,
    line: (pattern, channel = 'out') => {
      const found = Promise.withResolvers<string>()
      const look = (): void => {
        const match = finishedLines(said[channel]).find((text) => pattern.test(text))
        if (match !== undefined) found.resolve(match)
      }
      waiting.add(look)
      look()
      void ended.then(({ err }) =>
        found.reject(new Error(`${name} ended without ${pattern}: ${err}`)),
      )
      return found.promise.finally(() => waiting.delete(look))
    },
    isRunning,
    ended,
    kill: async (signal) => {
      if (isRunning()) child.kill(signal)
      if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await ended
    },
  }
}

const finishedLines = (text: string): readonly string[] => text.split('\n').slice(0, -1)
