/** Counts per second of the wall clock. */
export interface EventRate {
  /** So many more in the second of `at`, which never goes back. Instants in ms. */
  add(at: number, count: number): void
  /** Of the last 60 whole seconds, the latest last; fewer where it has not counted for so long. */
  lastMinute(at: number): number[]
}

const SECONDS = 60

/** Counts from the second of `since` on. */
export const eventRate = (since: number): EventRate => {
  const first = secondOf(since)
  const counts = new Map<number, number>()
  return {
    add: (at, count) => {
      const second = secondOf(at)
      counts.set(second, (counts.get(second) ?? 0) + count)
      for (const old of counts.keys()) if (old < second - SECONDS) counts.delete(old)
    },
    lastMinute: (at) => {
      const now = secondOf(at)
      const length = Math.max(0, Math.min(SECONDS, now - first))
      return Array.from({ length }, (_, i) => counts.get(now - length + i) ?? 0)
    },
  }
}

const secondOf = (instant: number): number => Math.floor(instant / 1_000)
