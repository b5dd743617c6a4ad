import type { Order, Refund } from './customer-state.ts'
import { longLists } from './long-lists.ts'
import {
  countOrder,
  countRefund,
  missedAt,
  nextMissed,
  noOrderDays,
  type OrderDays,
} from './order-days.ts'

/** What is asked of orders, or of refunds that name none. */
interface Book<T> {
  readonly places: Map<string, number>
  /** Hashes of the ids of all events that were merged into them. */
  readonly seen: Set<number>
  add(item: T, place: number): void
  remove(item: T): void
  /** In any time zone, where none is given. */
  days(list: readonly T[], timeZone?: string): OrderDays
}

type Count<T> = (days: OrderDays, item: T, times: 1 | -1) => void

function newBook<T extends { readonly id: string }>(
  count: Count<T>,
  seenOf: (item: T) => Iterable<number>,
): Book<T> {
  const places = new Map<string, number>()
  const seen = new Set<number>()
  let days: OrderDays | undefined
  return {
    places,
    seen,
    add: (item, place) => {
      places.set(item.id, place)
      for (const hash of seenOf(item)) seen.add(hash)
      if (days !== undefined) count(days, item, 1)
    },
    // What was seen stays so: an order is replaced by one that knows more.
    remove: (item) => {
      if (days !== undefined) count(days, item, -1)
    },
    days: (list, timeZone) => {
      if (days === undefined || days.timeZone !== (timeZone ?? days.timeZone))
        days = counted(list, count, timeZone ?? 'UTC')
      return days
    },
  }
}

function counted<T>(list: readonly T[], count: Count<T>, timeZone: string): OrderDays {
  const days = noOrderDays(timeZone)
  for (const item of list) count(days, item, 1)
  return days
}

function* seenOfOrder(order: Order): Generator<number> {
  yield* order.seen
  for (const refund of order.refunds) yield* refund.seen
}

const orderBooks = longLists<Order, Book<Order>>(() => newBook(countOrder, seenOfOrder))
const refundBooks = longLists<Refund, Book<Refund>>(() => newBook(countRefund, ({ seen }) => seen))

const isSeenIn = (refunds: readonly Refund[], idHash: number): boolean =>
  refunds.some(({ seen }) => seen.includes(idHash))

/** Whether an event with this hash of its id was merged into any of the orders or their refunds. */
export const isSeenInOrders = (orders: readonly Order[], idHash: number): boolean =>
  orderBooks.indexOf(orders)?.seen.has(idHash) ??
  orders.some(({ seen, refunds }) => seen.includes(idHash) || isSeenIn(refunds, idHash))

/** Whether an event with this hash of its id was merged into any of these refunds. */
export const isSeenInRefunds = (refunds: readonly Refund[], idHash: number): boolean =>
  refundBooks.indexOf(refunds)?.seen.has(idHash) ?? isSeenIn(refunds, idHash)

const placeIn = <T extends { readonly id: string }>(
  list: readonly T[],
  book: Book<T> | undefined,
  id: string,
): number => {
  const place = book === undefined ? list.findIndex((item) => item.id === id) : book.places.get(id)
  return place === undefined || place < 0 ? list.length : place
}

/** Where the order of an id is; behind the last, where there is none. */
export const placeOfOrder = (orders: readonly Order[], id: string): number =>
  placeIn(orders, orderBooks.indexOf(orders), id)

/** Where the refund of an id is among those that name no order; behind the last, as above. */
export const placeOfRefund = (refunds: readonly Refund[], id: string): number =>
  placeIn(refunds, refundBooks.indexOf(refunds), id)

/** The orders with one at its place. */
export const putOrder = orderBooks.put

/** The refunds that name no order with one at its place. */
export const putRefund = refundBooks.put

/** Remembers the days of the list that was asked for last: one record of features asks three times. */
function rememberedDays<T>(count: Count<T>): (list: readonly T[], timeZone: string) => OrderDays {
  let last: { readonly list: readonly T[]; readonly days: OrderDays } | undefined
  return (list, timeZone) => {
    if (last?.list !== list || last.days.timeZone !== timeZone)
      last = { list, days: counted(list, count, timeZone) }
    return last.days
  }
}

const shortOrderDays = rememberedDays(countOrder)
const shortRefundDays = rememberedDays(countRefund)

/** What the orders add up to by the day. Good until the list is put to. */
export const orderDays = (orders: readonly Order[], timeZone: string): OrderDays =>
  orderBooks.indexOf(orders)?.days(orders, timeZone) ?? shortOrderDays(orders, timeZone)

/** The same of refunds that name no order. */
export const refundDays = (refunds: readonly Refund[], timeZone: string): OrderDays =>
  refundBooks.indexOf(refunds)?.days(refunds, timeZone) ?? shortRefundDays(refunds, timeZone)

/** The first instant after `clock` (ms) at which a delivery is missed where nothing more is heard. */
export function nextMissedIn(orders: readonly Order[], clock: number): number | undefined {
  const book = orderBooks.indexOf(orders)
  if (book !== undefined) return nextMissed(book.days(orders), clock)
  let next: number | undefined
  for (const order of orders) {
    const due = missedAt(order)
    if (due !== undefined && due > clock && (next === undefined || due < next)) next = due
  }
  return next
}
