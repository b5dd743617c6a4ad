import { basketOf } from './basket.ts'
import type { CustomerEvent } from './customer-event.ts'
import type { CustomerState, Order, Refund } from './customer-state.ts'
import { isReturned, type OrderFact, orderFact, refundFact } from './order-fact.ts'
import {
  isSeenInOrders,
  isSeenInRefunds,
  placeOfOrder,
  placeOfRefund,
  putOrder,
  putRefund,
} from './order-index.ts'
import { mergeOrder, mergeRefund, type OrderReport } from './order-merge.ts'

/** What an order event makes of the orders and refunds of a customer. */
interface OrderChange {
  readonly orders: readonly Order[]
  readonly refunds: readonly Refund[]
  /** None where nothing is known now that was not known before. */
  readonly orderFacts: readonly OrderFact[]
}

const KIND_OF = new Map<string, OrderReport['kind']>([
  ['Order Completed', 'placed'],
  ['Order Updated', 'updated'],
  ['Order Delivered', 'delivered'],
  ['Delivery Late', 'late'],
  ['Order Cancelled', 'cancelled'],
  ['Order Refunded', 'refunded'],
  ['Return Cancelled', 'return cancelled'],
])

/** Without the order that they speak of, these are activity. */
const NEEDS_ORDER: ReadonlySet<OrderReport['kind']> = new Set(['delivered', 'late'])

/** Whether an event under its recorded name speaks of an order fact. */
export const isOrderEvent = (name: string, { order }: Pick<CustomerEvent, 'order'>): boolean => {
  const kind = KIND_OF.get(name)
  return kind !== undefined && (order?.id !== undefined || !NEEDS_ORDER.has(kind))
}

/**
 * Whether an order event with this hash of its id was merged before, into any order or refund and
 * however long ago. Other events have a memory of their own: an order is not lost because its
 * sender used the id of a page view again.
 */
export const hasOrderEvent = ({ orders, refunds }: CustomerState, idHash: number): boolean =>
  isSeenInRefunds(refunds, idHash) || isSeenInOrders(orders, idHash)

/** Merges an order event that was not merged before. */
export function foldOrder(state: CustomerState, event: CustomerEvent, by: number): OrderChange {
  const report = reportOf(event, by)
  if (report.orderId === undefined) return foldLooseRefund(state, event, report)
  const { id } = event
  const isCalledOff = isRefundCalledOff(state.refunds, report)
  const orderId = report.orderId
  const place = placeOfOrder(state.orders, orderId)
  const before = state.orders[place]
  const merged = mergeOrder(before, orderId, report)
  const after = isCalledOff ? withCalledOff(merged, report.refundId) : merged
  return {
    orders: putOrder(state.orders, place, after),
    refunds: state.refunds,
    orderFacts: factsOf(before, after, { id, report }),
  }
}

function reportOf(event: CustomerEvent, by: number): OrderReport {
  const kind = KIND_OF.get(event.name) ?? 'updated'
  const isOfRefund = kind === 'refunded' || kind === 'return cancelled'
  const order = event.order ?? {}
  // The collector fills a missing order id; without it the order would vanish, so its event's id
  // stands in here.
  const orderId = order.id ?? (isOfRefund ? undefined : event.id)
  return {
    kind,
    orderId: orderId?.toWellFormed(),
    refundId: (order.refundId ?? event.id).toWellFormed(),
    amountMinor: order.amountMinor,
    discountMinor: order.discountMinor,
    units: order.units,
    promisedAt: order.promisedAt,
    basket: basketOf(order.items, event.categories),
    reason: order.reason,
    rank: event.sourceRank,
    source: event.source?.toWellFormed(),
    at: event.occurredAt,
    by,
  }
}

/** Who calls a return off may name its refund alone, and before or after it is told. */
const isRefundCalledOff = (loose: readonly Refund[], { kind, refundId }: OrderReport): boolean =>
  kind === 'refunded' && loose[placeOfRefund(loose, refundId)]?.cancelled === true

const withCalledOff = (order: Order, refundId: string): Order => ({
  ...order,
  refunds: order.refunds.map((refund) =>
    refund.id === refundId ? { ...refund, cancelled: true } : refund,
  ),
})

const hasRefund = ({ refunds }: Order, refundId: string): boolean =>
  refundOf(refunds, refundId) !== undefined

function foldLooseRefund(
  state: CustomerState,
  { id, occurredAt }: CustomerEvent,
  report: OrderReport,
): OrderChange {
  const place = placeOfRefund(state.refunds, report.refundId)
  const before = state.refunds[place]
  const after = mergeRefund(before, report)
  const refunds = putRefund(state.refunds, place, after)
  if (isSameRefund(before, after)) return { orders: state.orders, refunds, orderFacts: [] }
  const { refundId } = report
  const orders =
    report.kind === 'return cancelled'
      ? state.orders.reduce(
          (all, order, at) =>
            hasRefund(order, refundId) ? putOrder(all, at, withCalledOff(order, refundId)) : all,
          state.orders,
        )
      : state.orders
  // Shops number the refunds of each order by themselves: several orders may have one of this id.
  const named = after.cancelled ? orders.filter((order) => hasRefund(order, refundId)) : []
  const source = { id, occurredAt }
  const orderFacts = (named.length === 0 ? [undefined] : named).map((order) =>
    refundFact(after, order, source),
  )
  return { orders, refunds, orderFacts }
}

function factsOf(
  before: Order | undefined,
  after: Order,
  { id, report }: { id: string; report: OrderReport },
): OrderFact[] {
  const source = { id, occurredAt: report.at }
  if (report.kind === 'refunded' || report.kind === 'return cancelled') {
    const refund = refundOf(after.refunds, report.refundId)
    const known = refundOf(before?.refunds ?? [], report.refundId)
    const changed = refund !== undefined && !isSameRefund(known, refund)
    return changed ? [refundFact(refund, after, source)] : []
  }
  const kind = kindOfChange(before, after)
  if (kind === undefined) return []
  const fact = orderFact(after, { kind, ...source })
  // What was delivered was bought: it comes back, and its money.
  return kind === 'cancelled' && isReturned(after)
    ? [{ ...fact, kind: 'refunded', refundId: id }]
    : [fact]
}

/** A second report of a placement is at most an update: an order is placed once. */
function kindOfChange(before: Order | undefined, after: Order): OrderFact['kind'] | undefined {
  if ((after.cancelled === undefined) !== (before?.cancelled === undefined)) return 'cancelled'
  if (after.placed !== undefined && before?.placed === undefined) return 'placed'
  if (after.delivered !== undefined && before?.delivered === undefined) return 'delivered'
  return isSameOrder(before, after) ? undefined : 'updated'
}

const isSameOrder = (before: Order | undefined, after: Order): boolean =>
  before !== undefined &&
  after.placed?.at === before.placed?.at &&
  after.delivered?.at === before.delivered?.at &&
  after.cancelled?.at === before.cancelled?.at &&
  after.late?.at === before.late?.at &&
  after.amount?.value === before.amount?.value &&
  after.discount?.value === before.discount?.value &&
  after.units?.value === before.units?.value &&
  after.promised?.value === before.promised?.value

const refundOf = (refunds: readonly Refund[], id: string): Refund | undefined =>
  refunds.find((refund) => refund.id === id)

const isSameRefund = (a: Refund | undefined, b: Refund): boolean =>
  a !== undefined &&
  a.occurred?.at === b.occurred?.at &&
  a.cancelled === b.cancelled &&
  a.amount?.value === b.amount?.value &&
  a.reason?.value === b.reason?.value
