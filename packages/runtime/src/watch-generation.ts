import type { EventLog } from '@ebb/streaming/event-log'
import { HaltError, TransientError } from '@ebb/streaming/faults'
import { readInstallation } from './installation.ts'

const LOOK_EVERY_MS = 5_000

/** What a service that runs on one generation of states looks at. */
export interface WatchedGeneration {
  readonly log: Pick<EventLog, 'read'>
  /** The one it was started with. */
  readonly generation: number
  readonly onHalt: (error: Error) => void
  readonly lookEveryMs?: number
}

/**
 * Ends a service when a rebuild has put another generation in force: beside a service of the new
 * one it would write what nobody reads. Returns how to stop looking.
 */
export const watchGeneration = ({
  log,
  generation,
  onHalt,
  lookEveryMs = LOOK_EVERY_MS,
}: WatchedGeneration): (() => void) => {
  const look = async (): Promise<void> => {
    const inForce = (await readInstallation(log))?.generation ?? generation
    if (inForce !== generation) onHalt(superseded(generation, inForce))
  }
  const timer = setInterval(() => {
    look().catch((error: Error) => {
      // It is looked again soon; what else fails without the log fails aloud.
      if (!(error instanceof TransientError)) onHalt(error)
    })
  }, lookEveryMs)
  return () => clearInterval(timer)
}

const superseded = (generation: number, inForce: number): HaltError =>
  new HaltError(
    'EBB_GENERATION_SUPERSEDED',
    `a rebuild has put generation ${inForce} of the states in force, and this process runs on ` +
      `generation ${generation}; start it again`,
  )
