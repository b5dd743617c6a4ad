import type { ProcessorDefinition } from './processor-definition.ts'
import type { StateCache } from './state-cache.ts'

/** Reads packed states; repeats by itself what may pass. */
export type LoadStates = (keys: readonly string[]) => Promise<readonly (Uint8Array | undefined)[]>

/** The states that one batch reads and changes, before anything is committed. */
export interface WorkingSet<State> {
  /** Makes the states of `keys` available to `get`: one read for all that no cache holds. */
  prefetch(keys: readonly string[]): Promise<void>
  /** Whether a key was prefetched: nothing has to be waited for then. */
  has(key: string): boolean
  /** The state under a prefetched key, with what the batch did to it so far. */
  get(key: string): State | undefined
  /** `null` deletes. */
  set(key: string, state: State | null): void
  /** Whether the batch has changed the state under a key. */
  isChanged(key: string): boolean
  /** Every state that the batch has changed and not deleted. */
  changed(): Iterable<readonly [string, State]>
  /** The changed states, as objects and packed. */
  changes(): {
    states: ReadonlyMap<string, State | null>
    packed: ReadonlyMap<string, Uint8Array | null>
  }
}

/** A working set over a cache of committed states. */
export const workingSet = <State>(
  { pack, unpack }: Pick<ProcessorDefinition<State>, 'pack' | 'unpack'>,
  cache: StateCache<State>,
  load: LoadStates,
): WorkingSet<State> => {
  const known = new Map<string, State | null>()
  const changed = new Set<string>()

  const prefetch = async (keys: readonly string[]): Promise<void> => {
    const missing = new Set<string>()
    for (const key of keys) {
      if (known.has(key)) continue
      const cached = cache.get(key)
      if (cached === undefined) missing.add(key)
      else known.set(key, cached)
    }
    if (missing.size === 0) return
    const wanted = [...missing]
    const found = await load(wanted)
    wanted.forEach((key, i) => {
      const bytes = found[i]
      const state = bytes === undefined ? null : unpack(bytes)
      known.set(key, state)
      cache.set(key, state, bytes?.length ?? 0)
    })
  }
  return {
    prefetch,
    has: (key) => known.has(key),
    get: (key) => known.get(key) ?? undefined,
    set: (key, state) => {
      known.set(key, state)
      changed.add(key)
    },
    isChanged: (key) => changed.has(key),
    changed: function* () {
      for (const key of changed) {
        const state = known.get(key)
        if (state !== undefined && state !== null) yield [key, state]
      }
    },
    changes: () => {
      const states = new Map<string, State | null>()
      const packed = new Map<string, Uint8Array | null>()
      for (const key of changed) {
        const state = known.get(key) ?? null
        states.set(key, state)
        packed.set(key, state === null ? null : pack(state))
      }
      return { states, packed }
    },
  }
}
