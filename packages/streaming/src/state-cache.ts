/**
 * Decoded states of one partition, by key. A `null` is known to be absent. States are immutable, so
 * one object serves many batches.
 */
export interface StateCache<State> {
  /** `undefined`: not cached. */
  get(key: string): State | null | undefined
  /** `packedBytes`: length of the packed state, 0 for `null`. */
  set(key: string, state: State | null, packedBytes: number): void
  clear(): void
}

/** The memory that all caches of a process share. */
export interface StateCaches {
  /** A cache of its own for one partition. */
  open<State>(): StateCache<State>
}

/** Of the process, unless it is told another number: room for 10,000 customers who are in the shop. */
export const STATE_CACHE_BYTES = 192 * 1_048_576

/**
 * Memory of a decoded state for a byte of the packed one, as `npm run bench -- --only='bytes a
 * customer'` measures it, by the heap with all states of a shop unpacked in it and without: 15 to 19
 * for the demonstration's customers, 16 for CDNOW, 18 for Online Retail and the clickstream of the
 * benchmarks. By hand so: 7 for the scorer's states. More than any, so that the limit is one: what was
 * folded since it was read takes a little more.
 */
const DECODED_FOR_PACKED = 20
/** Memory of an entry whose state is `null`: key, entry and slot of the map. */
const ENTRY_BYTES = 200

/** About what a state costs in memory; `packedBytes` as given to `set`. */
export const cachedBytes = (packedBytes: number): number =>
  ENTRY_BYTES + packedBytes * DECODED_FOR_PACKED

/** A cached state, in the map of its partition and in the ring of all. */
interface Entry {
  readonly key: string
  readonly of: Map<string, Entry>
  state: unknown
  bytes: number
  older: Entry
  newer: Entry
}

/** Caches that together hold about `limitBytes`; what was not used for longest is dropped first. */
export const stateCaches = (limitBytes: number = STATE_CACHE_BYTES): StateCaches => {
  // A ring: behind its head is the newest, before it the oldest.
  const head = {} as Entry
  head.older = head
  head.newer = head
  let held = 0

  const link = (entry: Entry): void => {
    entry.older = head.older
    entry.newer = head
    entry.older.newer = entry
    head.older = entry
    held += entry.bytes
  }
  const unlink = (entry: Entry): void => {
    entry.older.newer = entry.newer
    entry.newer.older = entry.older
    held -= entry.bytes
  }
  const dropOldest = (): void => {
    const oldest = head.newer
    unlink(oldest)
    oldest.of.delete(oldest.key)
  }
  const open = <State>(): StateCache<State> => {
    const entries = new Map<string, Entry>()
    const enter = (key: string): Entry => {
      const entry = { key, of: entries, state: null, bytes: 0, older: head, newer: head }
      entries.set(key, entry)
      return entry
    }
    return {
      get: (key) => {
        const entry = entries.get(key)
        if (entry === undefined) return undefined
        unlink(entry)
        link(entry)
        return entry.state as State | null
      },
      set: (key, state, packedBytes) => {
        const known = entries.get(key)
        if (known !== undefined) unlink(known)
        const entry = known ?? enter(key)
        entry.state = state
        entry.bytes = cachedBytes(packedBytes)
        link(entry)
        while (held > limitBytes) dropOldest()
      },
      clear: () => {
        for (const entry of entries.values()) unlink(entry)
        entries.clear()
      },
    }
  }
  return { open }
}
