/** What engines say beside their answers: faults that are waited out, advice to an operator. */
export interface EngineNotices {
  readonly say: (message: string) => void
  /** From now on `listener` hears it, and nobody else. */
  readonly hear: (listener: (message: string) => void) => void
}

/** Notices that `listener` hears at first. */
export const engineNotices = (listener: (message: string) => void): EngineNotices => {
  let hearing = listener
  return {
    say: (message) => hearing(message),
    hear: (another) => {
      hearing = another
    },
  }
}

/** A fault that passes sooner is nobody's business: brokers have many while they start. */
const PASSES_WITHIN_MS = 5_000
/** One fault is said again and again, though the same words only every ten seconds. */
const OVER_AFTER_MS = 11_000
const TOLD_AGAIN_AFTER_MS = 15_000

/**
 * Tells a person who waits for the end of a command why it does not come: of faults that last, and
 * not of each of their words. `now` is in ms, on a clock that only goes forward.
 */
export const lastingFaults = (
  tell: (line: string) => void,
  now: () => number,
): ((message: string) => void) => {
  let begunAt = Number.NEGATIVE_INFINITY
  let heardAt = Number.NEGATIVE_INFINITY
  let toldAt = Number.NEGATIVE_INFINITY
  return (message) => {
    const at = now()
    if (at - heardAt > OVER_AFTER_MS) begunAt = at
    heardAt = at
    if (at - begunAt < PASSES_WITHIN_MS || at - toldAt < TOLD_AGAIN_AFTER_MS) return
    toldAt = at
    tell(`Still waiting: ${message}`)
  }
}
