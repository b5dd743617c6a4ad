import type { CustomerEvent } from './customer-event.ts'
import type { Tally } from './customer-state.ts'
import { addTally } from './day-tiles.ts'

/**
 * What a day tile counts. `ratings` are the reviews and answers with stars, `ratingTenths` is the sum
 * of their stars in tenths; a day has the sessions that began on it, `dwellSeconds` from their first
 * to their last event, `bounces` where there is one event only.
 * Packed states refer to positions in this list, so it may only grow at its end, to at most 31.
 */
export const COUNTERS = [
  'pageViews',
  'productViews',
  'listViews',
  'searches',
  'cartAdds',
  'cartRemoves',
  'checkouts',
  'ticketsOpened',
  'paymentFailures',
  'pageErrors',
  'couponDenials',
  'lateDeliveries',
  'lowRatings',
  'wishlistAdds',
  'reviews',
  'ratings',
  'ratingTenths',
  'emptySearches',
  'sessions',
  'dwellSeconds',
  'bounces',
] as const

export type Counter = (typeof COUNTERS)[number]

/** Counters of what goes wrong for customers. */
const FRICTION: readonly Counter[] = [
  'ticketsOpened',
  'paymentFailures',
  'pageErrors',
  'couponDenials',
  'lateDeliveries',
  'lowRatings',
]

/**
 * Names that a state knows, each with what it adds one to.
 * Packed states refer to positions in this list, so it may only grow at its end.
 */
export const EVENT_NAMES: readonly (readonly [name: string, counter?: Counter])[] = [
  ['Page Viewed', 'pageViews'],
  ['Screen Viewed', 'pageViews'],
  ['Product Viewed', 'productViews'],
  ['Product List Viewed', 'listViews'],
  ['Products Searched', 'searches'],
  ['Product Added', 'cartAdds'],
  ['Product Removed', 'cartRemoves'],
  ['Checkout Started', 'checkouts'],
  ['Ticket Opened', 'ticketsOpened'],
  ['Payment Failed', 'paymentFailures'],
  ['Page Error', 'pageErrors'],
  ['Coupon Denied', 'couponDenials'],
  ['Delivery Late', 'lateDeliveries'],
  ['Product Reviewed', 'reviews'],
  ['Survey Answered'],
  ['Order Completed'],
  ['Order Updated'],
  ['Order Cancelled'],
  ['Order Refunded'],
  ['Order Delivered'],
  ['Product Clicked'],
  ['Product Added to Wishlist', 'wishlistAdds'],
  ['Product Removed from Wishlist'],
  ['Product Shared'],
  ['Product List Filtered'],
  ['Cart Viewed'],
  ['Cart Shared'],
  ['Checkout Step Viewed'],
  ['Checkout Step Completed'],
  ['Payment Info Entered'],
  ['Coupon Entered'],
  ['Coupon Applied'],
  ['Coupon Removed'],
  ['Promotion Viewed'],
  ['Promotion Clicked'],
  ['Ticket Resolved'],
  ['Identified'],
  ['Group Joined'],
  ['Alias Created'],
  ['Return Cancelled'],
  ['Wishlist Product Added to Cart', 'cartAdds'],
]

/** Longest name that a state keeps, in UTF-16 units. */
const NAME_LIMIT = 64

const LOW_RATING = 2

const NAME_OF_TYPE = {
  page: 'Page Viewed',
  screen: 'Screen Viewed',
  identify: 'Identified',
  group: 'Group Joined',
  alias: 'Alias Created',
} as const

/** What one event of a name counts; nothing, where the name is known and counts nothing. */
const TALLY_OF = new Map<string, Tally>(
  EVENT_NAMES.map(([name, counter]) => [
    name,
    counter === undefined ? [] : [COUNTERS.indexOf(counter), 1],
  ]),
)

/** These come from the desk of the shop, whoever reports them: nobody visits it meanwhile. */
const NO_VISITS: ReadonlySet<string> = new Set([
  'Order Updated',
  'Order Cancelled',
  'Order Refunded',
  'Order Delivered',
  'Delivery Late',
  'Return Cancelled',
  'Ticket Resolved',
])

const BACK_END_RANK = 2

/**
 * The name under which a state records an event. Only `track` events keep their own, cut to
 * 64 units: the others would bring free text (page titles) into the state.
 */
export function recordedName(event: CustomerEvent): string {
  if (event.type !== 'track') return NAME_OF_TYPE[event.type]
  if (TALLY_OF.has(event.name)) return event.name
  // A name of their own with an address in it is no name.
  if (event.name.includes('@')) return 'Other'
  return event.name.slice(0, NAME_LIMIT).toWellFormed()
}

/** What an event under its recorded name adds to counters, and how much. */
export function countsOf(
  name: string,
  { rating, results }: Pick<CustomerEvent, 'rating' | 'results'>,
): Tally {
  const named = TALLY_OF.get(name) ?? NOTHING
  if (name === 'Products Searched' && results === 0)
    return addTally(named, tallyOf({ emptySearches: 1 }))
  if (rating === undefined || !RATED.has(name)) return named
  const ratingTenths = Math.round(10 * Math.min(5, Math.max(0, rating)))
  const lowRatings = rating <= LOW_RATING ? 1 : 0
  return addTally(named, tallyOf({ lowRatings, ratings: 1, ratingTenths }))
}

const NOTHING: Tally = []

/** A tally of counters. */
function tallyOf(amounts: Partial<Record<Counter, number>>): Tally {
  const tally: number[] = []
  for (const [code, counter] of COUNTERS.entries()) {
    const amount = amounts[counter] ?? 0
    if (amount > 0) tally.push(code, amount)
  }
  return tally
}

/** How much of a counter is in a tally. */
export function countIn(tally: Tally, counter: Counter): number {
  const code = COUNTERS.indexOf(counter)
  for (let index = 0; index < tally.length; index += 2)
    if (tally[index] === code) return tally[index + 1]!
  return 0
}

const RATED: ReadonlySet<string> = new Set(['Product Reviewed', 'Survey Answered'])

/** Whether something went wrong for the customer. */
export const isFriction = (counts: Tally): boolean =>
  FRICTION.some((counter) => countIn(counts, counter) > 0)

/** Whether an event under its recorded name shows that the customer was in the storefront. */
export const isVisit = (name: string, { type, sourceRank }: CustomerEvent): boolean =>
  (type === 'track' || type === 'page' || type === 'screen') &&
  sourceRank < BACK_END_RANK &&
  !NO_VISITS.has(name)
