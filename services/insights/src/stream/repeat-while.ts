import { waitFor } from '@ebb/streaming/retry'

/** Work that is done again and again. */
export interface Repetition {
  /** From the beginning of one turn to that of the next, at least. */
  readonly everyMs: number
  readonly isWanted: () => boolean
  readonly work: () => Promise<void> | void
  /** The next turn comes all the same. */
  readonly onFault: (error: Error) => void
  readonly signal: AbortSignal
}

/** Repeats work while it is wanted. Never rejects. */
export const repeatWhile = async (repetition: Repetition): Promise<void> => {
  const { everyMs, isWanted, work, onFault, signal } = repetition
  while (!signal.aborted && isWanted()) {
    const began = performance.now()
    try {
      await work()
    } catch (error) {
      if (!signal.aborted) onFault(error as Error)
    }
    await waitFor(Math.max(0, began + everyMs - performance.now()), signal)
  }
}
