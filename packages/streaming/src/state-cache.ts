/**
 * The owner's cache: decoded states of one partition, the least recently used ones dropped. A
 * `null` is known to be absent. States are immutable, so one object serves many batches.
 */
export interface StateCache<State> {
  /** `undefined`: not cached. */
  get(key: string): State | null | undefined
  set(key: string, state: State | null): void
  clear(): void
}

/** A cache of at most `limit` states. */
export const stateCache = <State>(limit: number): StateCache<State> => {
  const states = new Map<string, State | null>()
  const set = (key: string, state: State | null): void => {
    states.delete(key)
    states.set(key, state)
    if (states.size <= limit) return
    for (const oldest of states.keys()) {
      states.delete(oldest)
      return
    }
  }
  return {
    get: (key) => {
      const state = states.get(key)
      if (state !== undefined) set(key, state)
      return state
    },
    set,
    clear: () => states.clear(),
  }
}
