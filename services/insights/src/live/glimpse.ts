/** The last answer to a question that is not asked each time somebody wants to know. */
export interface Glimpse<T> {
  /**
   * What was answered last; `undefined` while nothing was. Resolves at once, but for the first time,
   * and where nobody has wanted to know for a while: then it waits for the answer of now.
   */
  latest(): Promise<T | undefined>
  /** Whether the last asking brought an answer. */
  isAnswered(): boolean
}

/** A question costs at most this share of the time. */
const MOST_SHARE = 0.05

/**
 * Asks again when somebody wants to know and `everyMs` have passed, or twenty times as long as it
 * took: what is costly is asked less often. A failure leaves the answer before.
 */
export const glimpse = <T>(ask: () => Promise<T>, everyMs: number): Glimpse<T> => {
  let answer: T | undefined
  let isAnswered = false
  let asking: Promise<void> | undefined
  let notBefore = Number.NEGATIVE_INFINITY
  const refresh = async (): Promise<void> => {
    const began = performance.now()
    try {
      answer = await ask()
      isAnswered = true
    } catch {
      isAnswered = false
    }
    const now = performance.now()
    notBefore = now + Math.max(everyMs, (now - began) / MOST_SHARE)
    asking = undefined
  }
  return {
    latest: async () => {
      const now = performance.now()
      if (now >= notBefore) asking ??= refresh()
      if (now >= notBefore + everyMs) await asking
      return answer
    },
    isAnswered: () => isAnswered,
  }
}
