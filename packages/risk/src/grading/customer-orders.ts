import { MS_PER_WEEK, type OrderRhythm } from '../models/order-rhythm.ts'
import type { PurchaseHistory } from '../models/purchase-history.ts'

/** A valid order. */
export interface PlacedOrder {
  /** ms since the epoch. */
  readonly at: number
  /** Civil day of the shop, counted from 1970-01-01. */
  readonly day: number
  /** Minor units; 0 where it is not known. */
  readonly valueMinor: number
}

/** All valid orders of one customer by time, at least one. */
export type CustomerOrders = readonly PlacedOrder[]

/** Milliseconds in a day, as the models count days. */
export const DAY_MS = MS_PER_WEEK / 7

const YEAR_MS = 365 * DAY_MS

/** The time from one order to the next. */
export interface Silence {
  /** The orders up to the one that it follows. */
  readonly rhythm: OrderRhythm
  /** Instant of the order that ends it; `Infinity` for none so far. */
  readonly until: number
  /** Minor units that the customer spent in the 365 days up to the last order, that one included. */
  readonly spentMinor: number
}

/** The silence after each order of a customer; of orders at one instant only the last has one. */
export function silencesOf(orders: CustomerOrders): Silence[] {
  const firstAt = orders[0]!.at
  let repeatDays = 0
  return orders.flatMap(({ at, day }, i) => {
    if (i > 0 && orders[i - 1]!.day !== day) repeatDays += 1
    const until = orders[i + 1]?.at ?? Number.POSITIVE_INFINITY
    if (until === at) return []
    const spentMinor = orders
      .slice(0, i + 1)
      .reduce((sum, order) => sum + (order.at > at - YEAR_MS ? order.valueMinor : 0), 0)
    return [{ rhythm: { repeatDays, firstAt, lastAt: at }, until, spentMinor }]
  })
}

/**
 * x, t_x and T by civil days, orders of one day merged, at the end of a day; weeks of seven days.
 * `undefined` where the customer had not ordered by then. An order counts as known from its own
 * instant on, however late it was reported.
 */
export function historyUntil(orders: CustomerOrders, day: number): PurchaseHistory | undefined {
  const first = orders[0]!.day
  if (first > day) return undefined
  let last = first
  let frequency = 0
  for (const order of orders) {
    if (order.day > day) break
    if (order.day > last) frequency += 1
    last = order.day
  }
  return { frequency, recency: (last - first) / 7, age: (day - first) / 7 }
}

/** Whether no order comes in so many days behind a day. */
export function isQuietAfter(orders: CustomerOrders, day: number, days: number): boolean {
  return !orders.some((order) => order.day > day && order.day <= day + days)
}

/** Customers by their repeat days, for a rule that is good on the whole may be blind to some. */
export const STRATA = ['all', 'x=0', 'x=1-4', 'x>=5'] as const
export type Stratum = (typeof STRATA)[number]

/** Whether a customer of so many repeat days is meant. */
export function isIn(stratum: Stratum, repeatDays: number): boolean {
  if (stratum === 'all') return true
  if (stratum === 'x=0') return repeatDays === 0
  return stratum === 'x>=5' ? repeatDays >= 5 : repeatDays >= 1 && repeatDays < 5
}

/** Something of every stratum. */
export function inEveryStratum<T>(make: (stratum: Stratum) => T): Record<Stratum, T> {
  const entries = STRATA.map((stratum) => [stratum, make(stratum)] as const)
  return Object.fromEntries(entries) as Record<Stratum, T>
}
