import type { Consumption, EventLog } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import type { GenerationLog, Generations } from '@ebb/streaming/generation'
import { AbortedError, retryTransient, waitFor } from '@ebb/streaming/retry'
import { readInstallation } from './installation.ts'
import type { Logger } from './logger.ts'

const LOOK_EVERY_MS = 5_000
/** Every process that runs has taken another generation after this, if the log answers it. */
export const TAKEN_WITHIN_MS = 2 * LOOK_EVERY_MS

/** What a process that runs on one generation after the other works with. */
export interface FollowSettings<Of> {
  readonly log: Pick<EventLog, 'read'>
  /** The one to begin with. */
  readonly generation: number
  readonly at: (generation: number) => Of
  readonly logger: Logger
  readonly onHalt: (error: Error) => void
  readonly lookEveryMs?: number
}

/** Generations that are looked for. */
export interface FollowedGenerations<Of extends GenerationLog> extends Generations<Of> {
  /** Looks no more. */
  stop(): void
}

/**
 * Takes the generation that a rebuild has put in force: who looks something up is given it at once,
 * and consumers end on the old one before they begin on the new, so that nobody writes to both.
 */
export const followGenerations = <Of extends GenerationLog>(
  settings: FollowSettings<Of>,
): FollowedGenerations<Of> => {
  const { log, at, logger, onHalt, lookEveryMs = LOOK_EVERY_MS } = settings
  let inForce = at(settings.generation)
  const moves = new Set<() => Promise<void>>()
  const look = async (): Promise<void> => {
    const found = await readInstallation(log).catch((error: Error) => {
      // It is looked again soon; what else fails without the log fails aloud.
      if (!(error instanceof TransientError)) throw error
    })
    const { generation = inForce.generation } = found ?? {}
    if (generation === inForce.generation) return
    logger.info({ generation }, 'a rebuild has put other states in force; going on with them')
    inForce = at(generation)
    await Promise.all([...moves].map((move) => move()))
  }
  let isLooking = false
  const timer = setInterval(() => {
    if (isLooking) return
    isLooking = true
    void look()
      .catch(onHalt)
      .finally(() => {
        isLooking = false
      })
  }, lookEveryMs)
  return {
    inForce: () => inForce,
    follow: async (run) => {
      const begunOn = inForce
      const mover = await movable(() => run(inForce), logger)
      moves.add(mover.move)
      // Another one may have been put in force while they began.
      if (inForce !== begunOn) await mover.move()
      return {
        stop: async () => {
          moves.delete(mover.move)
          await mover.stop()
        },
      }
    },
    stop: () => clearInterval(timer),
  }
}

/** Consumers that can be begun again. */
interface Movable extends Consumption {
  move(): Promise<void>
}

const movable = async (begin: () => Promise<Consumption>, logger: Logger): Promise<Movable> => {
  const stopping = new AbortController()
  const { signal } = stopping
  let running: Consumption | undefined = await begin()
  let moving = Promise.resolve()
  const onRetry = (err: Error, attempt: number): void => {
    if (attempt === 1) logger.warn({ err }, 'cannot go on with the other states yet; trying again')
  }
  const moveOn = async (): Promise<void> => {
    await running?.stop()
    running = undefined
    try {
      running = await retryTransient(begin, { signal, wait: waitFor, onRetry })
    } catch (error) {
      if (!(error instanceof AbortedError)) throw error
    }
  }
  return {
    move: () => {
      moving = moving.then(moveOn)
      return moving
    },
    stop: async () => {
      stopping.abort()
      await moving
      await running?.stop()
    },
  }
}
