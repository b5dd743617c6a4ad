import type { ReasonCode } from './reason-code.ts'
import type { Channel, Device } from './taste-codes.ts'

/**
 * What the fold reads of a canonical event. Instants are whole ms since 1970-01-01T00:00:00Z,
 * money is whole minor units of the shop's base currency and never negative.
 */
export interface CustomerEvent {
  /** Copies of one event carry one id. */
  readonly id: string
  readonly type: 'track' | 'identify' | 'page' | 'screen' | 'group' | 'alias'
  /** Canonical name of a `track` event; the name of a page is free text and is not kept. */
  readonly name: string
  readonly customer: { readonly userId?: string; readonly anonymousId?: string }
  /** Greater means more trusted; a whole number. From 2 on it is a back end: no visit. */
  readonly sourceRank: number
  /** Which source sent it. */
  readonly source?: string
  readonly occurredAt: number
  readonly order?: OrderDetails
  /** Stars of a review or an answer. */
  readonly rating?: number
  readonly consent?: { readonly analytics?: boolean; readonly marketing?: boolean }
  /** Path of the page on which it happened, without query and fragment. */
  readonly page?: string
  /** How the visitor came, where the event itself says so (campaign, foreign referrer). */
  readonly channel?: Channel
  readonly device?: Device
  /** What it is about: names of categories, without repeats. */
  readonly categories?: readonly string[]
  readonly brands?: readonly string[]
  /** The support case of a `Ticket Opened` or `Ticket Resolved`. */
  readonly ticketId?: string
  /** How much a search found. */
  readonly results?: number
  /** What the customer complains of in their own words, in a review or an answer. */
  readonly complaint?: ReasonCode
}

/** What an event says of an order. */
export interface OrderDetails {
  /** Absent only where a refund, a delivery or a delay names no order. */
  readonly id?: string
  /** Of the order, or on a refund what is paid back; absent where it is unknown. */
  readonly amountMinor?: number
  /** Absent on a refund: the event's own id stands for it. Always there on `Return Cancelled`. */
  readonly refundId?: string
  /** Taken off by coupons and promotions. */
  readonly discountMinor?: number
  /** Pieces in all. */
  readonly units?: number
  /** Ids of its items, without repeats. */
  readonly items?: readonly string[]
  /** By when it was to be delivered. */
  readonly promisedAt?: number
  /** Why it was paid back. */
  readonly reason?: ReasonCode
}

/** The partition in which an event is read. */
export interface Moment {
  /** Largest tick read so far, in ms; 0 before the first. */
  readonly clock: number
  /** IANA name of the shop's time zone: it decides on which day an event falls. */
  readonly timeZone: string
}
