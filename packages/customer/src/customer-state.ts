import { COUNTERS } from './event-names.ts'

/** One number for each of `COUNTERS`, at its position. */
export type Counts = readonly number[]

/** What happened on one day. */
export interface DayTile {
  /** Civil day in the shop's time zone, counted from 1970-01-01. */
  readonly day: number
  readonly counts: Counts
}

/** When something took place, by the word of the most trusted source that reported it. */
export interface Occurrence {
  readonly rank: number
  /** Earliest instant among the reports of that rank, in ms. */
  readonly at: number
}

/** An amount, by the word of the greatest (rank, instant, hash of the event id). */
export interface Amount {
  readonly minor: number
  readonly rank: number
  readonly at: number
  /** Hash of the id of the event that brought it; one of the fact's `seen`. */
  readonly by: number
}

/** Money paid back. */
export interface Refund {
  readonly id: string
  readonly occurred: Occurrence
  /** Absent: the whole order, or unknown where no order is named. */
  readonly amount: Amount | undefined
  /** Hashes of the ids of the events merged into it, in order of arrival. */
  readonly seen: readonly number[]
}

/** One order, merged from every record that named it. */
export interface Order {
  readonly id: string
  /** Absent while only changes, cancellations or refunds of it are known. */
  readonly placed: Occurrence | undefined
  readonly amount: Amount | undefined
  readonly cancelled: boolean
  readonly refunds: readonly Refund[]
  /** Hashes of the ids of the events merged into it, in order of arrival, refunds apart. */
  readonly seen: readonly number[]
}

/** Something that the customer did lately. */
export interface RecentEvent {
  readonly name: string
  readonly occurredAt: number
}

/** One permission, as last expressed by (instant, hash of the event id). */
export interface Choice {
  readonly allowed: boolean
  readonly occurredAt: number
  readonly by: number
}

/** Ids of the events read on one UTC day of the partition's clock. */
export interface IdBucket {
  /** Days of 24 h since 1970-01-01; 0 while no tick has been read. */
  readonly day: number
  readonly size: number
  /** Each id stands on the page that its hash selects; the number of pages is a power of two. */
  readonly pages: readonly (readonly number[])[]
}

/**
 * All that is kept of one customer: immutable, integers only. `fold` alone makes new ones.
 */
export interface CustomerState {
  /** Partition clock at the last change, in ms. */
  readonly changedAt: number
  readonly userId: string | undefined
  readonly analytics: Choice | undefined
  readonly marketing: Choice | undefined
  /** Days with something to count, ascending, none older than the horizon at `changedAt`. */
  readonly tiles: readonly DayTile[]
  /** Sum of the days older than that. */
  readonly totals: Counts
  /** The last ten by (instant, name), ascending. */
  readonly recent: readonly RecentEvent[]
  /** By day of the clock, ascending. */
  readonly ring: readonly IdBucket[]
  /** In order of arrival. */
  readonly orders: readonly Order[]
  /** Refunds that name no order, in order of arrival. */
  readonly refunds: readonly Refund[]
}

/** Counts of nothing. */
export const NO_COUNTS: Counts = COUNTERS.map(() => 0)

/** The state of a customer of whom nothing is known. */
export const EMPTY_STATE: CustomerState = {
  changedAt: 0,
  userId: undefined,
  analytics: undefined,
  marketing: undefined,
  tiles: [],
  totals: NO_COUNTS,
  recent: [],
  ring: [],
  orders: [],
  refunds: [],
}
