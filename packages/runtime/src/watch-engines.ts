import type { ReadinessCheck } from './http-server.ts'

/** Engines that are asked again and again, so that a probe need not wait for one. */
export interface WatchedEngines<Name extends string> {
  /** For `/readyz`: answer at once, and throw what `fault` gives. */
  readonly checks: Readonly<Record<Name, ReadinessCheck>>
  /** Why an engine counts as away; `undefined` while it does not. */
  fault(name: Name): Error | undefined
  /** Asks no more. Idempotent. */
  stop(): void
}

const ASK_EVERY_MS = 2_500
/** One alone is a slow answer, or a process that was held up by itself. */
const MISSES = 2

/**
 * Asks each engine every 2.5 s, and not again while it has not answered. It is away after two looks
 * in a row without an answer: a failure is one, and so is each time to ask at which the answer
 * before is still under way. It is back with the first answer. Counts as there until it was asked.
 */
export const watchEngines = <Name extends string>(
  asks: Readonly<Record<Name, () => Promise<unknown>>>,
  askEveryMs = ASK_EVERY_MS,
): WatchedEngines<Name> => {
  const names = Object.keys(asks) as Name[]
  const watched = new Map(names.map((name) => [name, watch(asks[name])]))
  const timer = setInterval(() => {
    for (const { look } of watched.values()) look()
  }, askEveryMs)
  // Nobody is to wait for an answer that is for probes alone.
  timer.unref()
  const fault = (name: Name): Error | undefined => watched.get(name)!.fault()
  const check = (name: Name) => () => {
    const found = fault(name)
    if (found !== undefined) throw found
  }
  const checks = Object.fromEntries(names.map((name) => [name, check(name)]))
  return {
    checks: checks as Record<Name, ReadinessCheck>,
    fault,
    stop: () => clearInterval(timer),
  }
}

interface Watch {
  /** Does not wait. */
  look(): void
  fault(): Error | undefined
}

const watch = (ask: () => Promise<unknown>): Watch => {
  let isAsked = false
  let misses = 0
  let last: Error | undefined
  const asked = async (): Promise<void> => {
    isAsked = true
    try {
      await ask()
      misses = 0
      last = undefined
    } catch (error) {
      misses += 1
      last = error as Error
    }
    isAsked = false
  }
  return {
    look: () => {
      if (isAsked) misses += 1
      else void asked()
    },
    fault: () => (misses < MISSES ? undefined : (last ?? new Error('does not answer'))),
  }
}
