/** From so many items on, what is asked of a list at each event is kept beside it. */
const LONG = 64

/** What is known of the items of a list, kept up to date as they come and go. */
interface Index<T> {
  add(item: T, place: number): void
  remove(item: T): void
}

/** Indexes of long lists. */
export interface LongLists<T, I> {
  /** `undefined` for a list that is walked as fast. */
  indexOf(list: readonly T[]): I | undefined
  /** The list with `item` at `place`, which is in it or just behind it. */
  put(list: readonly T[], place: number, item: T): readonly T[]
}

/**
 * Indexes of lists that only change by `put`. What it gives depends on the lists alone: an index goes
 * on with the newest list, and is made anew where an older one is asked again.
 */
export function longLists<T, I extends Index<T>>(newIndex: () => I): LongLists<T, I> {
  const indexes = new WeakMap<readonly T[], I>()
  const indexOf = (list: readonly T[]): I | undefined => {
    if (list.length < LONG) return undefined
    const known = indexes.get(list)
    if (known !== undefined) return known
    const index = newIndex()
    for (const [place, item] of list.entries()) index.add(item, place)
    indexes.set(list, index)
    return index
  }
  const put = (list: readonly T[], place: number, item: T): readonly T[] => {
    // Three times as fast as `[...list, item]` where there are thousands.
    const after = place === list.length ? list.concat([item]) : list.with(place, item)
    const index = indexes.get(list)
    if (index === undefined) return after
    const before = list[place]
    if (before !== undefined) index.remove(before)
    index.add(item, place)
    indexes.delete(list)
    indexes.set(after, index)
    return after
  }
  return { indexOf, put }
}
