import { onInterrupt, type SignalHost } from './interrupt.ts'
import type { Logger } from './logger.ts'

/** What ends first: nobody is sent here, nothing new comes in, all is written, the rest. */
export type StopPhase = 'readiness' | 'intake' | 'flush' | 'rest'

const PHASES: readonly StopPhase[] = ['readiness', 'intake', 'flush', 'rest']

/** One thing to end. */
export interface StopStep {
  readonly phase: StopPhase
  /** Stands in the log where the step fails or is too slow. */
  readonly name: string
  readonly run: () => Promise<void> | void
}

/** The end of a process. */
export interface Lifecycle {
  /** Steps run by phase, and within a phase the last added first. */
  onStop(step: StopStep): void
  /**
   * Runs the steps once, then exits with `code` (0 unless given), or with 1 where a step failed or
   * the deadline passed.
   */
  stop(reason: string, code?: number): Promise<void>
  /** The process cannot go on: stops as well, and exits with 1. */
  fail(error: Error): Promise<void>
}

/** The parts of a process that a lifecycle touches. */
export interface ProcessHost extends SignalHost {
  /** Calls back after `ms`, unless it is cancelled by the function returned. */
  after(ms: number, callback: () => void): () => void
}

/** The process that runs. */
export const thisProcess: ProcessHost = {
  onSignal: (signal, listener) => {
    process.on(signal, listener)
  },
  elapsed: () => performance.now(),
  exit: (code) => process.exit(code),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

/** How a lifecycle ends its process. */
export interface LifecycleSettings {
  readonly logger: Logger
  readonly host?: ProcessHost
  /** The process is ended by force after this, in ms. */
  readonly deadlineMs?: number
}

/**
 * Stops on SIGINT and SIGTERM: readiness off, intake, flush, rest, within the deadline (10 s). A
 * second key press ends the process at once: see `onInterrupt`.
 */
export const createLifecycle = (settings: LifecycleSettings): Lifecycle => {
  const { logger, host = thisProcess, deadlineMs = 10_000 } = settings
  const steps: StopStep[] = []
  let running: string | undefined
  let stopped: Promise<void> | undefined
  let exitCode = 0

  const runStep = async ({ phase, name, run }: StopStep) => {
    running = name
    try {
      await run()
    } catch (err) {
      exitCode = 1
      logger.error({ err, phase, step: name }, 'could not stop cleanly')
    }
  }
  const stopOnce = async (reason: string) => {
    logger.info({ reason }, 'stopping')
    const cancel = host.after(deadlineMs, () => {
      logger.error({ step: running, deadlineMs }, 'stopping took too long, ended by force')
      host.exit(1)
    })
    for (const step of inOrder(steps)) await runStep(step)
    cancel()
    logger.info({ exitCode }, 'stopped')
    host.exit(exitCode)
  }
  const stop = (reason: string, code = 0): Promise<void> => {
    exitCode ||= code
    stopped ??= stopOnce(reason)
    return stopped
  }
  onInterrupt(host, (signal) => void stop(signal))
  return {
    onStop: (step) => steps.push(step),
    stop,
    fail: (err) => {
      logger.fatal({ err }, 'cannot go on')
      return stop('fault', 1)
    },
  }
}

const inOrder = (steps: readonly StopStep[]): StopStep[] =>
  PHASES.flatMap((phase) => steps.filter((step) => step.phase === phase).reverse())
