import { DAY_MS } from './calendar.ts'
import type { IdBucket } from './customer-state.ts'

type Ring = readonly IdBucket[]

/** A copy of an event is known for at least so many days of the partition's clock. */
const KEPT_DAYS = 7

/** Keeps look-ups and insertions short when one key is as busy as all the others together. */
const PAGE_SIZE = 64

/** Label of what was read before the first tick. */
const BEFORE_FIRST_TICK = 0

/** Whether the id with this hash was added and not yet dropped. */
export function hasId(ring: Ring, idHash: number): boolean {
  for (const { pages } of ring) {
    if (pages[pageOf(idHash, pages.length)]?.includes(idHash)) return true
  }
  return false
}

/**
 * The ring with one more id, read at `clock` (ms). Ids are dropped when they are older than seven
 * days and the rest of the day on which they were read. Ids from before the first tick count as
 * read at the clock of the next addition.
 */
export function addId(ring: Ring, idHash: number, clock: number): Ring {
  const today = Math.floor(clock / DAY_MS)
  const labelled = relabelled(ring, today)
  const newest = labelled.at(-1)
  if (newest !== undefined && newest.day >= today) {
    return labelled.with(-1, withId(newest, idHash))
  }
  const kept = labelled.filter((bucket) => bucket.day >= today - KEPT_DAYS)
  return [...kept, idBucket(today, [idHash])]
}

/** A bucket of these ids; ids of one page keep their order. */
export function idBucket(day: number, ids: readonly number[]): IdBucket {
  const count = pagesFor(ids.length)
  if (count === 1) return { day, size: ids.length, pages: [ids] }
  const pages: number[][] = Array.from({ length: count }, () => [])
  for (const id of ids) pages[pageOf(id, count)]?.push(id)
  return { day, size: ids.length, pages }
}

function relabelled(ring: Ring, today: number): Ring {
  const [oldest] = ring
  const early = oldest?.day === BEFORE_FIRST_TICK && today > BEFORE_FIRST_TICK
  return early ? [{ ...oldest, day: today }] : ring
}

function withId({ day, size, pages }: IdBucket, idHash: number): IdBucket {
  if (pagesFor(size + 1) > pages.length) return idBucket(day, [...pages.flat(), idHash])
  const index = pageOf(idHash, pages.length)
  return { day, size: size + 1, pages: pages.with(index, [...(pages[index] ?? []), idHash]) }
}

const pagesFor = (size: number): number => {
  let pages = 1
  while (pages * PAGE_SIZE < size) pages *= 2
  return pages
}

const pageOf = (idHash: number, pages: number): number => (idHash >>> 0) & (pages - 1)
