import Type, { type Static } from 'typebox'
import { Instant } from './canonical-event.ts'
import { RecordId } from './storable-text.ts'

/** `ebb.orders.v1`: one order fact after de-duplication. Key: the customer key. */
export const OrderRecord = Type.Object({
  /** The fact's own id: that of the event that brought it. */
  id: RecordId,
  customerId: RecordId,
  kind: Type.Union([
    Type.Literal('placed'),
    Type.Literal('updated'),
    Type.Literal('delivered'),
    Type.Literal('cancelled'),
    Type.Literal('refunded'),
  ]),
  /** Absent only on a refund that names no order. */
  orderId: Type.Optional(RecordId),
  /** Only on a refund: the same for all records of it. */
  refundId: Type.Optional(RecordId),
  occurredAt: Instant,
  /** When the order was placed; absent while that is not known, and where there is no order. */
  placedAt: Type.Optional(Instant),
  /**
   * Of the order as it stands then, or what the refund pays back. In minor units of the shop's base
   * currency; absent where it is unknown.
   */
  amountMinor: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  currency: Type.String(),
})
export type OrderRecord = Static<typeof OrderRecord>
