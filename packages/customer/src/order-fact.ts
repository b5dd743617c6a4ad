import type { Occurrence, Order, Placement, Refund } from './customer-state.ts'

/**
 * What one record changed in an order or a refund, after de-duplication. Several facts of one order
 * may be made; each says how the merged order stands then.
 */
export interface OrderFact {
  readonly kind: 'placed' | 'updated' | 'delivered' | 'cancelled' | 'refunded'
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
   * Of the order; on `refunded` what is paid back, 0 where the return was called off. In minor
   * units; absent where it is unknown.
   */
  readonly amountMinor?: number
  /** Of the order, all merged that is known of it; absent where no order is named. */
  readonly standing?: OrderStanding
}

/** What became of an order so far. */
export interface OrderStanding {
  /**
   * `unplaced`: only changes of it are known. `valid`: it was placed. `cancelled`: before it was
   * delivered, so it never counts. `returned`: it counts, was delivered, and all of it came back.
   */
  readonly status: 'unplaced' | 'valid' | 'cancelled' | 'returned'
  /** Its amount less what was paid back, in minor units; 0 where it does not count. */
  readonly netMinor: number
}

/** An order that counts. */
export type ValidOrder = Order & { readonly placed: Placement }

/**
 * Whether an order counts: it was placed, and not cancelled before it was delivered. What is
 * cancelled behind that comes back: `isReturned`.
 */
export const isValid = (order: Order): order is ValidOrder =>
  order.placed !== undefined && (order.cancelled === undefined || isReturned(order))

/** Whether an order was cancelled after it had been delivered: bought, but paid back. */
export const isReturned = ({ delivered, cancelled }: Order): boolean =>
  delivered !== undefined && cancelled !== undefined && delivered.at <= cancelled.at

/** Minor units of an order; 0 where the amount is unknown. */
export const grossMinor = (order: Order): number => order.amount?.value ?? 0

/** Minor units that a refund of an order of `gross` minor units pays back. */
export const paidBackMinor = ({ occurred, cancelled, amount }: Refund, gross: number): number =>
  occurred === undefined || cancelled ? 0 : (amount?.value ?? gross)

/** Minor units paid back of an order, never more than its amount. */
export function refundedMinor(order: Order): number {
  const gross = grossMinor(order)
  if (isReturned(order)) return gross
  const paidBack = order.refunds.reduce((sum, refund) => sum + paidBackMinor(refund, gross), 0)
  return Math.min(gross, paidBack)
}

/** Whether money was paid back: the refund took place, and was not called off. */
export const isPaidBack = (refund: Refund): refund is Refund & { readonly occurred: Occurrence } =>
  refund.occurred !== undefined && !refund.cancelled

/** What became of an order so far. */
export function orderStanding(order: Order): OrderStanding {
  if (isValid(order)) {
    const netMinor = grossMinor(order) - refundedMinor(order)
    return { status: isReturned(order) ? 'returned' : 'valid', netMinor }
  }
  const isCancelled = order.cancelled !== undefined && !isReturned(order)
  return { status: isCancelled ? 'cancelled' : 'unplaced', netMinor: 0 }
}

/**
 * Since when a valid order is late at `now` (ms): since somebody said so, or since the promised
 * instant where it had not been delivered by then; `undefined` where it is not.
 */
export function lateSince(order: ValidOrder, now: number): number | undefined {
  const { promised, delivered, late } = order
  const due = promised?.value
  const missed = due !== undefined && due <= now && (delivered === undefined || delivered.at > due)
  if (late === undefined) return missed ? due : undefined
  return missed ? Math.min(late.at, due) : late.at
}

/** The fact of an order that the event `id` changed. */
export function orderFact(
  order: Order,
  source: Pick<OrderFact, 'kind' | 'id' | 'occurredAt'>,
): OrderFact {
  return { ...source, ...partOf(order), ...amountPart(order.amount?.value) }
}

/** The fact of a refund, of the order that it names, if any. */
export function refundFact(
  refund: Refund,
  order: Order | undefined,
  source: Pick<OrderFact, 'id' | 'occurredAt'>,
): OrderFact {
  const paidBack = refund.cancelled ? 0 : (refund.amount?.value ?? order?.amount?.value)
  const { id: refundId } = refund
  return { kind: 'refunded', ...source, ...partOf(order), refundId, ...amountPart(paidBack) }
}

const partOf = (order: Order | undefined): Pick<OrderFact, 'orderId' | 'placedAt' | 'standing'> =>
  order === undefined
    ? {}
    : {
        orderId: order.id,
        ...(order.placed && { placedAt: order.placed.at }),
        standing: orderStanding(order),
      }

const amountPart = (amountMinor: number | undefined): Pick<OrderFact, 'amountMinor'> =>
  amountMinor === undefined ? {} : { amountMinor }
