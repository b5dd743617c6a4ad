import { dayOf, startOfDay } from './calendar.ts'
import type { CustomerState, Tally } from './customer-state.ts'
import { CATEGORY_CODES } from './taste-codes.ts'

const RECENT_DAYS = 30
/** Weights below which a mix says nothing. */
const LEAST_WEIGHT = 10
/** Total variation distance, 0 to 1, from which on a mix is another one. */
const SHIFTED = 0.6

/**
 * Since when (ms) a customer looks at other things than before, where they do at `now`: categories of
 * the last thirty days that are far from those before. Local midnight of the first day of them.
 */
export function interestShiftedAt(
  { tiles, totals }: CustomerState,
  now: number,
  timeZone: string,
): number | undefined {
  const since = dayOf(now, timeZone) - RECENT_DAYS + 1
  const before = noMix()
  addCategories(before, totals)
  for (const { day, tally } of tiles) if (day < since) addCategories(before, tally)
  // So it is with all who are new.
  if (!isSaying(before)) return undefined
  const recent = noMix()
  for (const { day, tally } of tiles) if (day >= since) addCategories(recent, tally)
  if (!isSaying(recent) || distance(recent, before) < SHIFTED) return undefined
  const first = tiles.find(({ day }) => day >= since)
  return first === undefined ? now : Math.min(now, startOfDay(first.day, timeZone))
}

/** Weights by the place of a category among the codes. */
interface Mix {
  readonly weights: number[]
  /** Sum of them. */
  all: number
}

const { first: FIRST_CATEGORY, last: LAST_CATEGORY } = CATEGORY_CODES
const NO_WEIGHTS: readonly number[] = new Array(LAST_CATEGORY - FIRST_CATEGORY + 1).fill(0)

const noMix = (): Mix => ({ weights: NO_WEIGHTS.slice(), all: 0 })

function addCategories(mix: Mix, tally: Tally): void {
  for (let index = 0; index < tally.length; index += 2) {
    const code = tally[index]!
    if (code < FIRST_CATEGORY || code > LAST_CATEGORY) continue
    mix.weights[code - FIRST_CATEGORY]! += tally[index + 1]!
    mix.all += tally[index + 1]!
  }
}

const isSaying = ({ all }: Mix): boolean => all >= LEAST_WEIGHT

/** Half the sum of differences of shares: total variation. */
function distance(a: Mix, b: Mix): number {
  const difference = (place: number): number =>
    Math.abs(a.weights[place]! / a.all - b.weights[place]! / b.all)
  // The sequence decides on the last bit of the sum, and that on a mix at the very threshold.
  let sum = 0
  for (const [place, weight] of a.weights.entries()) if (weight > 0) sum += difference(place)
  for (const [place, weight] of a.weights.entries()) if (weight === 0) sum += difference(place)
  return sum / 2
}
