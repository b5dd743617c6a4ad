import { appendFileSync, existsSync, readFileSync } from 'node:fs'

/** Which offers are settled: their answers stand in the log. */
export interface AnsweredOffers {
  has(decisionId: string): boolean
  /** Remembered by later processes, too. */
  add(decisionId: string): void
}

/**
 * Keeps them in a file, one decision a line. A killed process may lose the last one: its answer is
 * given again, and is known by its ids.
 */
export const answeredOffersIn = (path: string): AnsweredOffers => {
  const known = new Set(existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [])
  return {
    has: (decisionId) => known.has(decisionId),
    add: (decisionId) => {
      appendFileSync(path, `${decisionId}\n`)
      known.add(decisionId)
    },
  }
}
