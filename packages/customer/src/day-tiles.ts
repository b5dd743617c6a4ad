import {
  type Counts,
  type CustomerState,
  EMPTY_TALLY,
  type Tally,
  type Tastes,
} from './customer-state.ts'
import { COUNTERS, type Counter } from './event-names.ts'

/** Longest window, in days: today and the 89 before. Older days are rolled up into totals. */
const HORIZON_DAYS = 90

/** Days of their own, and what they left behind. */
type Days = Pick<CustomerState, 'tiles' | 'totals'>

/** What is to be added to a day. */
export interface Addition {
  readonly counts: readonly (readonly [counter: Counter, amount: number])[]
  readonly tastes: Tastes
}

/** The days with every tile that is older than the horizon of `today` added to the totals. */
export function rollUp(days: Days, today: number): Days {
  const { tiles, totals } = days
  const oldest = today - HORIZON_DAYS + 1
  const [first] = tiles
  if (first === undefined || first.day >= oldest) return { tiles, totals }
  const old = tiles.filter(({ day }) => day < oldest)
  return { tiles: tiles.slice(old.length), totals: old.reduce(addTally, totals) }
}

/** The days with more on `day`, however old. */
export function addOn(days: Days, day: number, addition: Addition): Days {
  if (addition.counts.length === 0 && addition.tastes.length === 0) return days
  const { tiles, totals } = days
  let index = tiles.length - 1
  while (index >= 0 && tiles[index]!.day > day) index--
  const tile = tiles[index]
  if (tile?.day === day)
    return { tiles: tiles.with(index, { day, ...addTo(tile, addition) }), totals }
  const added = { day, ...addTo(EMPTY_TALLY, addition) }
  return { tiles: tiles.toSpliced(index + 1, 0, added), totals }
}

/** Both together. */
export const addTally = (a: Tally, b: Tally): Tally => ({
  counts: a.counts.map((count, i) => count + (b.counts[i] ?? 0)),
  tastes: addTastes(a.tastes, b.tastes),
})

const addTo = ({ counts, tastes }: Tally, addition: Addition): Tally => ({
  counts: addCounts(counts, addition.counts),
  tastes: addTastes(tastes, addition.tastes),
})

const addCounts = (counts: Counts, more: Addition['counts']): Counts => {
  if (more.length === 0) return counts
  const sum = counts.slice()
  for (const [counter, amount] of more) {
    const index = COUNTERS.indexOf(counter)
    sum[index] = (sum[index] ?? 0) + amount
  }
  return sum
}

/** Weights by code of both, ascending. */
export function addTastes(a: Tastes, b: Tastes): Tastes {
  if (b.length === 0) return a
  if (a.length === 0) return b
  const sum: (readonly [code: number, weight: number])[] = []
  let next = 0
  for (const taste of a) {
    while (next < b.length && b[next]![0] < taste[0]) sum.push(b[next++]!)
    const isBoth = b[next]?.[0] === taste[0]
    sum.push(isBoth ? [taste[0], taste[1] + b[next++]![1]] : taste)
  }
  while (next < b.length) sum.push(b[next++]!)
  return sum
}
