/** A trace that led to a state, and when its record was taken by the log. */
interface RecentTrace {
  readonly traceparent: string
  readonly appendedAt: number
}

const MOST = 1_000
const MOST_AGE_MS = 600_000

/**
 * By which trace the state of a key came to be what it is, of the last few minutes: what a timer of
 * that key brings about soon afterwards is part of the same trace. Kept in memory alone.
 */
export const recentTraces = () => {
  const byKey = new Map<string, RecentTrace>()
  return {
    remember: (key: string, trace: RecentTrace): void => {
      byKey.delete(key)
      byKey.set(key, trace)
      if (byKey.size > MOST) byKey.delete(byKey.keys().next().value!)
    },
    /** The trace of a key, given once; `undefined` where it is too long ago. */
    take: (key: string, now: number): string | undefined => {
      const found = byKey.get(key)
      if (found === undefined) return undefined
      byKey.delete(key)
      return now - found.appendedAt <= MOST_AGE_MS ? found.traceparent : undefined
    },
    /** Its state has another cause now. */
    forget: (key: string): void => void byKey.delete(key),
    clear: (): void => byKey.clear(),
  }
}

/** What `recentTraces` makes. */
export type RecentTraces = ReturnType<typeof recentTraces>
