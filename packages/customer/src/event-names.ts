import type { CustomerEvent } from './customer-event.ts'

/**
 * What a day tile counts: what customers do, then what goes wrong for them (friction).
 * Packed states refer to positions in this list, so it may only grow at its end.
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
] as const

export type Counter = (typeof COUNTERS)[number]

/**
 * Names that a state knows, each with what it counts. A review or an answer counts only when its
 * rating is low. Packed states refer to positions in this list, so it may only grow at its end.
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
  ['Product Reviewed', 'lowRatings'],
  ['Survey Answered', 'lowRatings'],
  ['Order Completed'],
  ['Order Updated'],
  ['Order Cancelled'],
  ['Order Refunded'],
  ['Order Delivered'],
  ['Product Clicked'],
  ['Product Added to Wishlist'],
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

const COUNTER_OF = new Map(
  EVENT_NAMES.map(([name, counter]) => [name, counter && COUNTERS.indexOf(counter)]),
)

const FIRST_FRICTION = COUNTERS.indexOf('ticketsOpened')
const LOW_RATINGS = COUNTERS.indexOf('lowRatings')

/**
 * The name under which a state records an event. Only `track` events keep their own, cut to
 * 64 units: the others would bring free text (page titles) into the state.
 */
export function recordedName(event: CustomerEvent): string {
  if (event.type !== 'track') return NAME_OF_TYPE[event.type]
  if (COUNTER_OF.has(event.name)) return event.name
  return event.name.slice(0, NAME_LIMIT).toWellFormed()
}

/** Position in `COUNTERS` of what an event under its recorded name adds one to, if anything. */
export function counterOf(name: string, rating: number | undefined): number | undefined {
  const counter = COUNTER_OF.get(name)
  if (counter === LOW_RATINGS && (rating === undefined || rating > LOW_RATING)) return undefined
  return counter
}

/** Whether the counter at this position counts something that went wrong. */
export const isFriction = (counter: number | undefined): boolean =>
  counter !== undefined && counter >= FIRST_FRICTION
