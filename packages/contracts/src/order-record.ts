import Type, { type Static } from 'typebox'
import { Instant } from './canonical-event.ts'
import { RecordId } from './storable-text.ts'

const Minor = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

/** What became of an order so far. */
export const OrderStanding = Type.Object({
  /**
   * `unplaced`: only changes of it are known. `valid`: it was placed. `cancelled`: before it was
   * delivered, so it never counts. `returned`: it counts, was delivered, and all of it came back.
   */
  status: Type.Union([
    Type.Literal('unplaced'),
    Type.Literal('valid'),
    Type.Literal('cancelled'),
    Type.Literal('returned'),
  ]),
  /** Amount less what was paid back, in minor units of `currency`; 0 where it does not count. */
  netMinor: Minor,
})
export type OrderStanding = Static<typeof OrderStanding>

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
  amountMinor: Type.Optional(Minor),
  currency: Type.String(),
  /**
   * The order as it stands behind this record, all merged that is known of it, in whatever order it
   * came: the newest version of an order says it all. Absent where no order is named, and on what
   * earlier programs wrote.
   */
  standing: Type.Optional(OrderStanding),
})
export type OrderRecord = Static<typeof OrderRecord>
