import type { CustomerState, Tally } from './customer-state.ts'

/** Longest window, in days: today and the 89 before. Older days are rolled up into totals. */
const HORIZON_DAYS = 90

/** Days of their own, and what they left behind. */
type Days = Pick<CustomerState, 'tiles' | 'totals'>

/** The days with every tile that is older than the horizon of `today` added to the totals. */
export function rollUp(days: Days, today: number): Days {
  const { tiles, totals } = days
  const oldest = today - HORIZON_DAYS + 1
  const [first] = tiles
  if (first === undefined || first.day >= oldest) return days
  const old = tiles.filter(({ day }) => day < oldest)
  const sum = old.reduce((all, { tally }) => addTally(all, tally), totals)
  return { tiles: tiles.slice(old.length), totals: sum }
}

/** The days with more on `day`, however old. */
export function addOn(days: Days, day: number, more: Tally): Days {
  if (more.length === 0) return days
  const { tiles, totals } = days
  let index = tiles.length - 1
  while (index >= 0 && tiles[index]!.day > day) index--
  const tile = tiles[index]
  if (tile?.day === day)
    return { tiles: tiles.with(index, { day, tally: addTally(tile.tally, more) }), totals }
  return { tiles: tiles.toSpliced(index + 1, 0, { day, tally: more }), totals }
}

/** Both together. */
export function addTally(a: Tally, b: Tally): Tally {
  if (a.length === 0) return b
  const sum = a.slice()
  let at = 0
  for (let next = 0; next < b.length; next += 2) {
    const code = b[next]!
    const amount = b[next + 1]!
    while (at < sum.length && sum[at]! < code) at += 2
    if (sum[at] === code) sum[at + 1]! += amount
    else sum.splice(at, 0, code, amount)
  }
  return sum
}

/** Hands on each code of a tally with its amount. */
export function eachOf(tally: Tally, visit: (code: number, amount: number) => void): void {
  for (let index = 0; index < tally.length; index += 2) visit(tally[index]!, tally[index + 1]!)
}
