import type { Occurrence, Order, Refund } from './customer-state.ts'

/**
 * What one record changed in an order or a refund, after de-duplication. Several facts of one order
 * may be made; each says how the merged order stands then.
 */
export interface OrderFact {
  readonly kind: 'placed' | 'updated' | 'cancelled' | 'refunded'
  /** Id of the event that brought it. */
  readonly id: string
  /** Absent on a refund that names no order. */
  readonly orderId?: string
  /** On `refunded` only. */
  readonly refundId?: string
  /** When the record itself occurred, in ms. */
  readonly occurredAt: number
  /** When the order was placed, in ms; absent while that is not known. */
  readonly placedAt?: number
  /**
   * Of the order; on `refunded` what is paid back. In minor units; absent where it is unknown.
   */
  readonly amountMinor?: number
}

/** Whether an order counts: it was placed and not cancelled. */
export const isValid = (order: Order): order is Order & { placed: Occurrence } =>
  order.placed !== undefined && !order.cancelled

/** Minor units of an order; 0 where the amount is unknown. */
export const grossMinor = (order: Order): number => order.amount?.minor ?? 0

/** Minor units paid back of an order, never more than its amount. */
export function refundedMinor(order: Order): number {
  const gross = grossMinor(order)
  const paidBack = order.refunds.reduce((sum, { amount }) => sum + (amount?.minor ?? gross), 0)
  return Math.min(gross, paidBack)
}

/** The fact of an order that the event `id` changed. */
export function orderFact(
  order: Order,
  source: Pick<OrderFact, 'kind' | 'id' | 'occurredAt'>,
): OrderFact {
  return { ...source, ...partOf(order), ...amountPart(order.amount?.minor) }
}

/** The fact of a refund, of the order that it names, if any. */
export function refundFact(
  refund: Refund,
  order: Order | undefined,
  source: Pick<OrderFact, 'id' | 'occurredAt'>,
): OrderFact {
  const paidBack = refund.amount?.minor ?? order?.amount?.minor
  const { id: refundId } = refund
  return { kind: 'refunded', ...source, ...partOf(order), refundId, ...amountPart(paidBack) }
}

const partOf = (order: Order | undefined): Pick<OrderFact, 'orderId' | 'placedAt'> =>
  order === undefined
    ? {}
    : { orderId: order.id, ...(order.placed && { placedAt: order.placed.at }) }

const amountPart = (amountMinor: number | undefined): Pick<OrderFact, 'amountMinor'> =>
  amountMinor === undefined ? {} : { amountMinor }
