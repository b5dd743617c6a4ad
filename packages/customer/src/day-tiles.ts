import { type Counts, type CustomerState, type DayTile, NO_COUNTS } from './customer-state.ts'

/** Longest window, in days: today and the 89 before. Older days are rolled up into totals. */
const HORIZON_DAYS = 90

/** Days of their own, and what they left behind. */
type Tally = Pick<CustomerState, 'tiles' | 'totals'>

/** The tally with every tile that is older than the horizon of `today` added to the totals. */
export function rollUp(tally: Tally, today: number): Tally {
  const { tiles, totals } = tally
  const oldest = today - HORIZON_DAYS + 1
  if (tiles.length === 0 || (tiles[0] as DayTile).day >= oldest) return tally
  const old = tiles.filter(({ day }) => day < oldest)
  return {
    tiles: tiles.slice(old.length),
    totals: old.reduce((sum, { counts }) => addCounts(sum, counts), totals),
  }
}

/** The tally with one more of a counter on `day`, however old. */
export function countOn({ tiles, totals }: Tally, counter: number, day: number): Tally {
  let index = tiles.length - 1
  while (index >= 0 && (tiles[index] as DayTile).day > day) index--
  const tile = tiles[index]
  if (tile?.day === day) {
    return { tiles: tiles.with(index, { day, counts: increment(tile.counts, counter) }), totals }
  }
  const added = { day, counts: increment(NO_COUNTS, counter) }
  return { tiles: tiles.toSpliced(index + 1, 0, added), totals }
}

const addCounts = (a: Counts, b: Counts): Counts => a.map((count, i) => count + (b[i] ?? 0))

const increment = (counts: Counts, counter: number): Counts =>
  counts.with(counter, (counts[counter] ?? 0) + 1)
