import type { CustomerEvent } from './customer-event.ts'

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
const FRICTION: ReadonlySet<Counter> = new Set([
  'ticketsOpened',
  'paymentFailures',
  'pageErrors',
  'couponDenials',
  'lateDeliveries',
  'lowRatings',
] as const)

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

const COUNTER_OF = new Map(EVENT_NAMES.map(([name, counter]) => [name, counter]))

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
  if (COUNTER_OF.has(event.name)) return event.name
  // A name of their own with an address in it is no name.
  if (event.name.includes('@')) return 'Other'
  return event.name.slice(0, NAME_LIMIT).toWellFormed()
}

/** What an event under its recorded name adds to counters, and how much. */
export function countsOf(
  name: string,
  { rating, results }: Pick<CustomerEvent, 'rating' | 'results'>,
): readonly (readonly [Counter, number])[] {
  const counter = COUNTER_OF.get(name)
  const counts: [Counter, number][] = counter === undefined ? [] : [[counter, 1]]
  if (name === 'Products Searched' && results === 0) counts.push(['emptySearches', 1])
  if (rating === undefined || !RATED.has(name)) return counts
  const stars = Math.min(5, Math.max(0, rating))
  counts.push(['ratings', 1], ['ratingTenths', Math.round(10 * stars)])
  if (rating <= LOW_RATING) counts.push(['lowRatings', 1])
  return counts
}

const RATED: ReadonlySet<string> = new Set(['Product Reviewed', 'Survey Answered'])

/** Whether something went wrong for the customer. */
export const isFriction = (counts: ReturnType<typeof countsOf>): boolean =>
  counts.some(([counter]) => FRICTION.has(counter))

/** Whether an event under its recorded name shows that the customer was in the storefront. */
export const isVisit = (name: string, { type, sourceRank }: CustomerEvent): boolean =>
  (type === 'track' || type === 'page' || type === 'screen') &&
  sourceRank < BACK_END_RANK &&
  !NO_VISITS.has(name)
