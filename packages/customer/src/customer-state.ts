import type { EvidenceKind } from './evidence-kinds.ts'
import type { ReasonCode } from './reason-code.ts'
import type { Channel, Device } from './taste-codes.ts'

/**
 * What happened, added up: codes, ascending, each with its amount behind it, none of them 0. A code is
 * the position in `COUNTERS`, or that of a taste. One flat list: a customer has hundreds of them.
 */
export type Tally = readonly number[]

/** What happened on one day. */
export interface DayTile {
  /** Civil day in the shop's time zone, counted from 1970-01-01. */
  readonly day: number
  readonly tally: Tally
}

/** When something took place, by the word of the most trusted source that reported it. */
export interface Occurrence {
  readonly rank: number
  /** Earliest instant among the reports of that rank, in ms. */
  readonly at: number
}

/** When an order was placed, and who told so. */
export interface Placement extends Occurrence {
  /** Of the reports of that rank and instant the greatest name; absent where none was kept. */
  readonly source: string | undefined
}

/** A value, by the word of the greatest (rank, instant, hash of the event id). */
export interface Said<T> {
  readonly value: T
  readonly rank: number
  readonly at: number
  /** Hash of the id of the event that brought it; one of the fact's `seen`. */
  readonly by: number
}

/** Money paid back. */
export interface Refund {
  readonly id: string
  /** Absent while only its cancellation is known. */
  readonly occurred: Occurrence | undefined
  /** The return was called off: nothing is paid back. */
  readonly cancelled: boolean
  /** Minor units. Absent: the whole order, or unknown where no order is named. */
  readonly amount: Said<number> | undefined
  readonly reason: Said<ReasonCode> | undefined
  /** Hashes of the ids of the events merged into it, in order of arrival. */
  readonly seen: readonly number[]
}

/** One order, merged from every record that named it. */
export interface Order {
  readonly id: string
  /** Absent while only changes, cancellations or refunds of it are known. */
  readonly placed: Placement | undefined
  readonly delivered: Occurrence | undefined
  readonly cancelled: Occurrence | undefined
  /** A delay that somebody reported. */
  readonly late: Occurrence | undefined
  /** Minor units. */
  readonly amount: Said<number> | undefined
  /** Minor units taken off. */
  readonly discount: Said<number> | undefined
  /** Pieces. */
  readonly units: Said<number> | undefined
  /** By when it was to be delivered, ms. */
  readonly promised: Said<number> | undefined
  /** What was in it: see `basketOf`. */
  readonly basket: Said<readonly number[]> | undefined
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

/** A value of a visit's first or last event that has one. */
export interface VisitMark<T> {
  readonly at: number
  readonly value: T
}

/** A visit: events of a storefront, none farther than half an hour from the next. */
export interface Visit {
  readonly startAt: number
  readonly endAt: number
  readonly events: number
  readonly entry: VisitMark<string> | undefined
  readonly exit: VisitMark<string> | undefined
  /** How the visitor came; absent: directly. */
  readonly channel: VisitMark<Channel> | undefined
  readonly device: VisitMark<Device> | undefined
}

/** All visits that are over. */
export interface Visited {
  /** Distinct days on which one began; ≥ 1. */
  readonly days: number
  /** When the first of them began, ms. */
  readonly firstAt: number
}

/** Something that went wrong for the customer, or that made it good again. */
export interface Evidence {
  readonly kind: EvidenceKind
  readonly occurredAt: number
  /** Of the event. */
  readonly id: string
  /** Hash of the support case; 0 where there is none. */
  readonly ref: number
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
  readonly totals: Tally
  /** Names of the buckets of categories and brands, by taste code, ascending. */
  readonly tasteNames: readonly (readonly [code: number, name: string])[]
  /** Visits that may still grow, by their start, ascending. */
  readonly openVisits: readonly Visit[]
  /** The last three that are over, by their start, ascending; the days have counted them. */
  readonly lastVisits: readonly Visit[]
  /** Absent while none is over. */
  readonly visited: Visited | undefined
  /** Of each kind the greatest three by (instant, id), of support cases eight, all ascending. */
  readonly evidence: readonly Evidence[]
  /** The last ten by (instant, name), ascending. */
  readonly recent: readonly RecentEvent[]
  /** By day of the clock, ascending. */
  readonly ring: readonly IdBucket[]
  /** In order of arrival. */
  readonly orders: readonly Order[]
  /** Refunds that name no order, in order of arrival. */
  readonly refunds: readonly Refund[]
}

/** The state of a customer of whom nothing is known. */
export const EMPTY_STATE: CustomerState = {
  changedAt: 0,
  userId: undefined,
  analytics: undefined,
  marketing: undefined,
  tiles: [],
  totals: [],
  tasteNames: [],
  openVisits: [],
  lastVisits: [],
  visited: undefined,
  evidence: [],
  recent: [],
  ring: [],
  orders: [],
  refunds: [],
}
