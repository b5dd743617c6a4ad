import type { Logger } from '@ebb/runtime/logger'
import type { Generations } from '@ebb/streaming/generation'
import type { ProcessorObserver } from '@ebb/streaming/processor-options'
import { type ModelBook, modelBook } from './model-book.ts'
import { nightOf } from './night.ts'
import { runTraining, type TrainingRequest } from './run-training.ts'
import { tellPromotion } from './tell-promotion.ts'

/** `record`: models are fitted and graded, and the rule promotes none. */
export type TrainingMode = 'nightly' | 'record' | 'off'

/** How a live installation learns. */
export interface TrainingSettings extends Pick<TrainingRequest, 'timeZone' | 'currency'> {
  readonly mode: TrainingMode
}

/** What it works with. */
export interface TrainerPorts {
  readonly generations: Generations
  readonly logger: Logger
  /** Process clock, ms. */
  readonly now: () => number
}

/** Trains and tells as long as this process owns the first partition. */
export interface Trainer {
  /** To be given to the scorer: it says whether that one is owned, and where its clock stands. */
  readonly observer: ProcessorObserver
  /** Resolves when nothing is being done. */
  idle(): Promise<void>
  /** What was begun is left: the next owner begins it anew. */
  stop(): Promise<void>
}

/** Whoever owns this partition of `ebb.features.v1` trains; two who think so do no harm. */
const FIRST = 0

/** Ownership of the first partition, until it ends. */
interface Ownership {
  readonly ending: AbortController
  /** Of the last look: one a tick. */
  clock: number
  /** Of the last training that failed; it is tried again the next night. */
  failedAt: number | undefined
  looks: number
}

/**
 * Looks at `ebb.models.v1` with each tick of the first partition: tells of a promotion that not all
 * partitions were told of, and trains where no training came to an end since the last three o'clock
 * at night of the shop.
 */
export const trainer = (
  { generations, logger, now }: TrainerPorts,
  { mode, horizonDays, ...shop }: TrainingSettings & Pick<TrainingRequest, 'horizonDays'>,
): Trainer => {
  let owned: Ownership | undefined
  let looking: Promise<void> | undefined
  let fitting: Promise<void> | undefined
  /** Why the last look failed. */
  let trouble: string | undefined
  const book = modelBook({ read: (...slice) => generations.inForce().log.read(...slice) })

  const isDue = ({ training }: ModelBook, { clock, failedAt }: Ownership): boolean => {
    if (mode === 'off' || clock === 0) return false
    const tried = Math.max(training?.at ?? Number.NEGATIVE_INFINITY, failedAt ?? 0)
    return tried <= 0 || nightOf(clock, shop.timeZone) > nightOf(tried, shop.timeZone)
  }
  const train = async (mine: Ownership): Promise<void> => {
    const { signal } = mine.ending
    const origin = mine.looks === 1 ? 'start' : 'nightly'
    try {
      const ports = { engines: generations.inForce(), now, signal }
      const request = { ...shop, horizonDays, origin, promotes: mode === 'nightly' } as const
      const { version, why } = await runTraining(ports, request)
      logger.info({ version, why }, 'a training has ended')
    } catch (err) {
      if (signal.aborted) return
      mine.failedAt = mine.clock
      logger.warn({ err }, 'no model could be fitted; trying again next night')
    }
  }
  const tell = inTurn(async () => {
    const known = await book.readOn()
    const told = await tellPromotion(generations.inForce().log, known)
    if (told) logger.info({ version: told.version }, 'another model is in force')
    return known
  })
  const look = async (mine: Ownership): Promise<void> => {
    mine.looks += 1
    const known = await tell()
    if (fitting !== undefined || mine.ending.signal.aborted || !isDue(known, mine)) return
    // What somebody promotes meanwhile does not wait for it.
    fitting = train(mine)
      .then(async () => {
        if (!mine.ending.signal.aborted) await tell()
      })
      .catch(onTrouble)
      .finally(() => {
        fitting = undefined
      })
  }
  /** It is tried with each tick: one line an incident. */
  const onTrouble = (err: Error): void => {
    if (err.message !== trouble)
      logger.warn({ err }, 'cannot see to the models; trying again with each tick')
    trouble = err.message
  }
  const begin = (mine: Ownership): void => {
    looking = look(mine)
      .then(() => {
        if (trouble !== undefined) logger.info('sees to the models again')
        trouble = undefined
      })
      .catch(onTrouble)
      .finally(() => {
        looking = undefined
      })
  }
  const idle = async (): Promise<void> => {
    await looking
    await fitting
  }
  const release = (): void => {
    owned?.ending.abort()
    owned = undefined
  }
  return {
    observer: {
      acquired: ({ partition, clock }) => {
        if (partition !== FIRST) return
        release()
        owned = { ending: new AbortController(), clock, failedAt: undefined, looks: 0 }
      },
      committed: ({ partition, clock }) => {
        if (partition !== FIRST || owned === undefined) return
        if (looking !== undefined || clock <= owned.clock) return
        owned.clock = clock
        begin(owned)
      },
      revoked: (partition) => {
        if (partition === FIRST) release()
      },
    },
    idle,
    stop: async () => {
      release()
      await idle()
    },
  }
}

/** One call after the other: of two that tell at once, one would tell again what the other passed over. */
const inTurn = <T>(work: () => Promise<T>): (() => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve()
  return () => {
    const turn = last.then(work)
    last = turn.catch(() => {})
    return turn
  }
}
