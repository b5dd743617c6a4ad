import type { Amount, Occurrence, Order, Refund } from './customer-state.ts'

/** One record that speaks of an order, as the merges read it. */
export interface OrderReport {
  readonly kind: 'placed' | 'updated' | 'cancelled' | 'refunded'
  /** Absent only on a refund that names no order. */
  readonly orderId: string | undefined
  readonly refundId: string
  readonly amountMinor: number | undefined
  readonly rank: number
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
  switch (report.kind) {
    case 'placed':
      return {
        ...withAmount(order, report),
        placed: mergeOccurrence(order.placed, report),
      }
    case 'updated':
      return withAmount(order, report)
    case 'cancelled':
      return { ...order, cancelled: true, seen: [...order.seen, report.by] }
    case 'refunded':
      return { ...order, refunds: mergeRefund(order.refunds, report) }
  }
}

/** The refunds with one more record of a refund merged in, by refund id. */
export function mergeRefund(refunds: readonly Refund[], report: OrderReport): readonly Refund[] {
  const index = refunds.findIndex((refund) => refund.id === report.refundId)
  const before = refunds[index]
  const merged: Refund = {
    id: report.refundId,
    occurred: mergeOccurrence(before?.occurred, report),
    amount: mergeAmount(before?.amount, report),
    seen: [...(before?.seen ?? []), report.by],
  }
  return before === undefined ? [...refunds, merged] : refunds.with(index, merged)
}

const newOrder = (id: string): Order => ({
  id,
  placed: undefined,
  amount: undefined,
  cancelled: false,
  refunds: [],
  seen: [],
})

const withAmount = (order: Order, report: OrderReport): Order => ({
  ...order,
  amount: mergeAmount(order.amount, report),
  seen: [...order.seen, report.by],
})

function mergeOccurrence(before: Occurrence | undefined, { rank, at }: OrderReport): Occurrence {
  if (before === undefined || rank > before.rank) return { rank, at }
  return rank === before.rank && at < before.at ? { rank, at } : before
}

function mergeAmount(before: Amount | undefined, report: OrderReport): Amount | undefined {
  const { amountMinor: minor, rank, at, by } = report
  if (minor === undefined) return before
  return before === undefined || outranks(report, before) ? { minor, rank, at, by } : before
}

function outranks(report: OrderReport, before: Amount): boolean {
  if (report.rank !== before.rank) return report.rank > before.rank
  if (report.at !== before.at) return report.at > before.at
  return report.by > before.by
}
