import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** How a process ended, and all that it said. */
export interface Ended {
  /** Null where a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

/** A running command line. */
export interface RunningEbb {
  /**
   * The first line of standard output, or of standard error, that matches; rejects where the
   * process ends without one.
   */
  line(pattern: RegExp, channel?: 'out' | 'err'): Promise<string>
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<Ended>
}

/** Where and with what environment it runs; those of this process unless given. */
export interface EbbPlace {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const running = new Set<RunningEbb>()

/** Starts the command line as a person would, in a process of its own. */
export const startEbb = (args: readonly string[], place: EbbPlace = {}): RunningEbb => {
  const command = ['--disable-warning=ExperimentalWarning', MAIN, ...args]
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'], ...place })
  const said = { out: '', err: '' }
  const waiting = new Set<() => void>()
  const hear = (channel: 'out' | 'err') => (text: string) => {
    said[channel] += text
    for (const look of waiting) look()
  }
  child.stdout.setEncoding('utf8').on('data', hear('out'))
  child.stderr.setEncoding('utf8').on('data', hear('err'))
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    running.delete(ebb)
    return { code, signal, ...said }
  })
  const line: RunningEbb['line'] = async (pattern, channel = 'out') => {
    const found = Promise.withResolvers<string>()
    const look = (): void => {
      // What stands behind the last line break is a line that is not finished.
      const match = said[channel]
        .split('\n')
        .slice(0, -1)
        .find((text) => pattern.test(text))
      if (match !== undefined) found.resolve(match)
    }
    waiting.add(look)
    look()
    void ended.then(({ err }) => found.reject(new Error(`It ended without ${pattern}: ${err}`)))
    return found.promise.finally(() => waiting.delete(look))
  }
  const ebb: RunningEbb = { line, kill: (signal) => void child.kill(signal), ended }
  running.add(ebb)
  return ebb
}

/** Runs a command to its end. */
export const runEbb = (args: readonly string[], place: EbbPlace = {}): Promise<Ended> =>
  startEbb(args, place).ended

/** Ends what a failed test left running. */
export const endAll = async (): Promise<void> => {
  for (const ebb of running) ebb.kill('SIGKILL')
  await Promise.all([...running].map(({ ended }) => ended))
}

/** The object in the last line of standard output. */
export const lastJson = ({ out }: Ended): Record<string, unknown> =>
  JSON.parse(out.trimEnd().split('\n').at(-1)!) as Record<string, unknown>
