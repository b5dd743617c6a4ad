import { dayOf } from './calendar.ts'
import type { CustomerEvent } from './customer-event.ts'
import type { CustomerState, Tally } from './customer-state.ts'
import { eachOf } from './day-tiles.ts'
import {
  FIRST_TASTE,
  fixedName,
  kindOfCode,
  namedCode,
  TASTE_KINDS,
  type TasteKind,
} from './taste-codes.ts'
import { visitTally } from './visits.ts'

/**
 * What one event says of a taste: a purchase more than a look. Others have categories of their own,
 * a support case among them.
 */
const WEIGHT_OF = new Map([
  ['Product Viewed', 1],
  ['Product Clicked', 1],
  ['Product List Viewed', 1],
  ['Product List Filtered', 1],
  ['Product Shared', 1],
  ['Product Added', 3],
  ['Product Added to Wishlist', 3],
  ['Wishlist Product Added to Cart', 3],
  ['Order Completed', 5],
])

/** The weights that an event under its recorded name adds to categories and brands. */
export function tastesOf(name: string, { categories, brands }: CustomerEvent): Tally {
  if (categories === undefined && brands === undefined) return NOTHING
  const weight = WEIGHT_OF.get(name)
  if (weight === undefined) return NOTHING
  const codes = new Set([
    ...(categories ?? []).map((category) => namedCode('categories', category)),
    ...(brands ?? []).map((brand) => namedCode('brands', brand)),
  ])
  return [...codes].sort((a, b) => a - b).flatMap((code) => [code, weight])
}

const NOTHING: Tally = []

/** The names with those of one more event that says something of tastes. */
export function withTasteNames(
  names: CustomerState['tasteNames'],
  name: string,
  { categories, brands }: CustomerEvent,
): CustomerState['tasteNames'] {
  let known = names
  if ((categories === undefined && brands === undefined) || !WEIGHT_OF.has(name)) return known
  for (const each of categories ?? []) known = withName(known, namedCode('categories', each), each)
  for (const each of brands ?? []) known = withName(known, namedCode('brands', each), each)
  return known
}

/** The names with one more; of names in one bucket the greatest holds. */
export function withName(
  names: CustomerState['tasteNames'],
  code: number,
  name: string,
): CustomerState['tasteNames'] {
  const index = names.findIndex(([known]) => known >= code)
  const found = names[index]
  if (found?.[0] !== code) return names.toSpliced(index < 0 ? names.length : index, 0, [code, name])
  return name > found[1] ? names.with(index, [code, name]) : names
}

/** A taste by its name, with its share of all that the customer showed of that kind, 0 to 1. */
export interface Taste {
  readonly name: string
  readonly share: number
}

/** Days after which a day says half as much of a taste. */
const HALF_LIFE_DAYS = 30
/** Age at which the days count whose days are not known any more. */
const OLD_DAYS = 120
const TOP = 3

/**
 * The greatest three of each kind at `now` (ms), the greatest first: each day counts 2^(−age / 30 d),
 * what is older than the days of its own as if it were 120 days old.
 */
export function topTastes(
  state: CustomerState,
  now: number,
  timeZone: string,
): Record<TasteKind, readonly Taste[]> {
  const today = dayOf(now, timeZone)
  const weights = new Map<number, number>()
  const add = (tally: Tally, age: number): void => {
    const decay = 2 ** (-Math.max(0, age) / HALF_LIFE_DAYS)
    eachOf(tally, (code, weight) => {
      if (code >= FIRST_TASTE) weights.set(code, (weights.get(code) ?? 0) + weight * decay)
    })
  }
  add(state.totals, OLD_DAYS)
  for (const { day, tally } of state.tiles) add(tally, today - day)
  for (const visit of state.openVisits)
    add(visitTally(visit), today - dayOf(visit.startAt, timeZone))
  const names = new Map(state.tasteNames)
  const topOf = (kind: TasteKind): readonly Taste[] => {
    const ofKind = [...weights].filter(([code]) => kindOfCode(code) === kind)
    const all = ofKind.reduce((sum, [, weight]) => sum + weight, 0)
    return ofKind
      .sort(([a, left], [b, right]) => right - left || a - b)
      .slice(0, TOP)
      .map(([code, weight]) => ({
        name: fixedName(code) ?? names.get(code) ?? '',
        share: weight / all,
      }))
  }
  return Object.fromEntries(TASTE_KINDS.map((kind) => [kind, topOf(kind)])) as ReturnType<
    typeof topTastes
  >
}
