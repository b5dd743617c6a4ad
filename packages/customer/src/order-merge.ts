import type { Occurrence, Order, Placement, Refund, Said } from './customer-state.ts'
import type { ReasonCode } from './reason-code.ts'

/** One record that speaks of an order, as the merges read it. */
export interface OrderReport {
  readonly kind:
    | 'placed'
    | 'updated'
    | 'delivered'
    | 'late'
    | 'cancelled'
    | 'refunded'
    | 'return cancelled'
  /** Absent only on a refund that names no order. */
  readonly orderId: string | undefined
  readonly refundId: string
  readonly amountMinor: number | undefined
  readonly discountMinor: number | undefined
  readonly units: number | undefined
  readonly promisedAt: number | undefined
  /** See `basketOf`. */
  readonly basket: readonly number[] | undefined
  readonly reason: ReasonCode | undefined
  readonly rank: number
  readonly source: string | undefined
  readonly at: number
  /** Hash of the id of the event. */
  readonly by: number
}

/**
 * An order, or none yet, with one more record merged into it, field by field. Over records of
 * distinct ids the merge is commutative and associative, and it never looks at the arrival.
 */
export function mergeOrder(before: Order | undefined, id: string, report: OrderReport): Order {
  const order = before ?? newOrder(id)
  if (report.kind === 'refunded' || report.kind === 'return cancelled')
    return { ...order, refunds: withRefund(order.refunds, report) }
  const told = { ...withDetails(order, report), seen: [...order.seen, report.by] }
  switch (report.kind) {
    case 'placed':
      return { ...told, placed: mergePlacement(order.placed, report) }
    case 'updated':
      return told
    case 'delivered':
      return { ...told, delivered: mergeOccurrence(order.delivered, report) }
    case 'late':
      return { ...told, late: mergeOccurrence(order.late, report) }
    case 'cancelled':
      return { ...told, cancelled: mergeOccurrence(order.cancelled, report) }
  }
}

function withRefund(refunds: readonly Refund[], report: OrderReport): readonly Refund[] {
  const index = refunds.findIndex((refund) => refund.id === report.refundId)
  const merged = mergeRefund(refunds[index], report)
  return index < 0 ? [...refunds, merged] : refunds.with(index, merged)
}

/** A refund, or none yet, with one more record merged into it. */
export function mergeRefund(known: Refund | undefined, report: OrderReport): Refund {
  const before = known ?? newRefund(report.refundId)
  const seen = [...before.seen, report.by]
  if (report.kind === 'return cancelled') return { ...before, cancelled: true, seen }
  return {
    ...{ id: before.id, cancelled: before.cancelled, seen },
    occurred: mergeOccurrence(before.occurred, report),
    amount: mergeSaid(before.amount, report.amountMinor, report),
    reason: mergeSaid(before.reason, report.reason, report),
  }
}

const NOTHING = {
  ...{ placed: undefined, delivered: undefined, cancelled: undefined, late: undefined },
  ...{ amount: undefined, discount: undefined, units: undefined },
  ...{ promised: undefined, basket: undefined },
}

const newOrder = (id: string): Order => ({ id, ...NOTHING, refunds: [], seen: [] })

const newRefund = (id: string): Refund => ({
  ...{ id, occurred: undefined, cancelled: false, amount: undefined, reason: undefined, seen: [] },
})

/** A cancellation says nothing of the amount: what it carries may be what is paid back. */
const withDetails = (order: Order, report: OrderReport): Order => {
  if (report.kind === 'cancelled') return order
  const { amountMinor, discountMinor, units, promisedAt, basket } = report
  const isSold = report.kind === 'placed' || report.kind === 'updated'
  const promised = mergeSaid(order.promised, promisedAt, report)
  if (!isSold) return { ...order, promised }
  return {
    ...order,
    promised,
    amount: mergeSaid(order.amount, amountMinor, report),
    discount: mergeSaid(order.discount, discountMinor, report),
    units: mergeSaid(order.units, units, report),
    basket: mergeSaid(order.basket, basket, report),
  }
}

function mergeOccurrence(before: Occurrence | undefined, { rank, at }: OrderReport): Occurrence {
  if (before === undefined || rank > before.rank) return { rank, at }
  return rank === before.rank && at < before.at ? { rank, at } : before
}

function mergePlacement(before: Placement | undefined, report: OrderReport): Placement {
  const { rank, at, source } = report
  const merged = mergeOccurrence(before, report)
  if (before === undefined) return { ...merged, source }
  const isByReport = merged.rank === rank && merged.at === at
  const isAsBefore = merged.rank === before.rank && merged.at === before.at
  if (isByReport && isAsBefore) return { ...merged, source: greatest(before.source, source) }
  return { ...merged, source: isByReport ? source : before.source }
}

const greatest = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b > a) ? b : a

function mergeSaid<T>(
  before: Said<T> | undefined,
  value: T | undefined,
  report: OrderReport,
): Said<T> | undefined {
  if (value === undefined) return before
  const { rank, at, by } = report
  return before === undefined || outranks(report, before) ? { value, rank, at, by } : before
}

function outranks(report: OrderReport, before: Said<unknown>): boolean {
  if (report.rank !== before.rank) return report.rank > before.rank
  if (report.at !== before.at) return report.at > before.at
  return report.by > before.by
}
