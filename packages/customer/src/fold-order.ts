import type { CustomerEvent } from './customer-event.ts'
import type { CustomerState, Order, Refund } from './customer-state.ts'
import { type OrderFact, orderFact, refundFact } from './order-fact.ts'
import { mergeOrder, mergeRefund, type OrderReport } from './order-merge.ts'

/** What an order event makes of the orders and refunds of a customer. */
interface OrderChange {
  readonly orders: readonly Order[]
  readonly refunds: readonly Refund[]
  /** Absent where nothing is known now that was not known before. */
  readonly orderFact: OrderFact | undefined
}

const KIND_OF = new Map<string, OrderReport['kind']>([
  ['Order Completed', 'placed'],
  ['Order Updated', 'updated'],
  ['Order Cancelled', 'cancelled'],
  ['Order Refunded', 'refunded'],
])

/** Whether an event under its recorded name speaks of an order fact. */
export const isOrderEvent = (name: string): boolean => KIND_OF.has(name)

/**
 * Whether an order event with this hash of its id was merged before, into any order or refund and
 * however long ago. Other events have a memory of their own: an order is not lost because its
 * sender used the id of a page view again.
 */
export const hasOrderEvent = ({ orders, refunds }: CustomerState, idHash: number): boolean =>
  isSeen(refunds, idHash) ||
  orders.some((order) => order.seen.includes(idHash) || isSeen(order.refunds, idHash))

/** Merges an order event that was not merged before. */
export function foldOrder(state: CustomerState, event: CustomerEvent, by: number): OrderChange {
  const report = reportOf(event, by)
  if (report.orderId === undefined) return foldLooseRefund(state, event, report)
  const { id } = event
  const orderId = report.orderId
  const index = state.orders.findIndex((order) => order.id === orderId)
  const before = state.orders[index]
  const after = mergeOrder(before, orderId, report)
  return {
    orders: before === undefined ? [...state.orders, after] : state.orders.with(index, after),
    refunds: state.refunds,
    orderFact: factOf(before, after, { id, report }),
  }
}

function reportOf(event: CustomerEvent, by: number): OrderReport {
  const kind = KIND_OF.get(event.name) ?? 'updated'
  const order = event.order ?? {}
  // The collector fills a missing order id; without it the order would vanish, so its event's id
  // stands in here.
  const orderId = order.id ?? (kind === 'refunded' ? undefined : event.id)
  return {
    kind,
    orderId: orderId?.toWellFormed(),
    refundId: (order.refundId ?? event.id).toWellFormed(),
    amountMinor: order.amountMinor,
    rank: event.sourceRank,
    at: event.occurredAt,
    by,
  }
}

function foldLooseRefund(
  state: CustomerState,
  { id, occurredAt }: CustomerEvent,
  report: OrderReport,
): OrderChange {
  const refunds = mergeRefund(state.refunds, report)
  const before = refundOf(state.refunds, report.refundId)
  const after = refundOf(refunds, report.refundId)
  const changed = after !== undefined && !isSameRefund(before, after)
  return {
    orders: state.orders,
    refunds,
    orderFact: changed ? refundFact(after, undefined, { id, occurredAt }) : undefined,
  }
}

function factOf(
  before: Order | undefined,
  after: Order,
  { id, report }: { id: string; report: OrderReport },
): OrderFact | undefined {
  const source = { id, occurredAt: report.at }
  if (report.kind === 'refunded') {
    const refund = refundOf(after.refunds, report.refundId)
    const known = refundOf(before?.refunds ?? [], report.refundId)
    const changed = refund !== undefined && !isSameRefund(known, refund)
    return changed ? refundFact(refund, after, source) : undefined
  }
  const kind = kindOfChange(before, after)
  return kind === undefined ? undefined : orderFact(after, { kind, ...source })
}

/** A second report of a placement is at most an update: an order is placed once. */
function kindOfChange(before: Order | undefined, after: Order): OrderReport['kind'] | undefined {
  if (after.cancelled !== (before?.cancelled ?? false)) return 'cancelled'
  if (after.placed !== undefined && before?.placed === undefined) return 'placed'
  const same =
    after.placed?.at === before?.placed?.at && after.amount?.minor === before?.amount?.minor
  return same ? undefined : 'updated'
}

const refundOf = (refunds: readonly Refund[], id: string): Refund | undefined =>
  refunds.find((refund) => refund.id === id)

const isSameRefund = (a: Refund | undefined, b: Refund): boolean =>
  a?.occurred.at === b.occurred.at && a.amount?.minor === b.amount?.minor

const isSeen = (refunds: readonly Refund[], idHash: number): boolean =>
  refunds.some((refund) => refund.seen.includes(idHash))
