import Type, { type Static } from 'typebox'
import { Consent, Instant } from './canonical-event.ts'

const Count = Type.Integer({ minimum: 0 })

/** Order rhythm of a customer: the sufficient statistics of the purchase models. */
export const Rhythm = Type.Object({
  /** Distinct local days with a valid order, less one. */
  repeatDays: Count,
  firstAt: Instant,
  lastAt: Instant,
  lastOrderId: Type.String(),
  /** Which source told of the last order; absent where that is not known any more. */
  source: Type.Optional(Type.String()),
  /** Valid orders. */
  orders: Count,
})

/** Visit rhythm of a customer: what tells that somebody browses less than ever. */
const Visits = Type.Object({
  /** Distinct local days on which a visit began, less one. */
  repeatDays: Count,
  /** When the first visit began. */
  firstAt: Instant,
  /** Last event of the last visit. */
  lastAt: Instant,
})

/** Something that went wrong for the customer: a kind of the table in docs/api.md, and no text. */
export const ToldEvidence = Type.Object({
  kind: Type.String(),
  /** Of the event that told it; absent where it follows from several. */
  eventId: Type.Optional(Type.String()),
  /** The order that was late or paid back. */
  orderId: Type.Optional(Type.String()),
  occurredAt: Instant,
  /** When it is made good, where that is behind `asOf`: an order may be ahead of the clock. */
  resolvedAt: Type.Optional(Instant),
})
export type ToldEvidence = Static<typeof ToldEvidence>

/** `ebb.features.v1`: all that the scorer needs of one customer. Key: the customer key. */
export const FeaturesRecord = Type.Object({
  customerId: Type.String(),
  userId: Type.Optional(Type.String()),
  /** Clock of the partition when this was computed. */
  asOf: Instant,
  /** Absent where there is no valid order. */
  rhythm: Type.Optional(Rhythm),
  /** Absent where nobody told of a visit to the storefront. */
  visits: Type.Optional(Visits),
  /** The order whose fact changed, where one did. */
  causeOrderId: Type.Optional(Type.String()),
  consent: Type.Optional(Consent),
  /** Counters and money by window: `d1`, `d7`, `d30`, `d90`, `lifetime`; zeros are left out. */
  windows: Type.Record(Type.String(), Type.Record(Type.String(), Type.Integer())),
  /** What was not made good at `asOf`, the eight that weigh most; absent where there is none. */
  evidence: Type.Optional(Type.Array(ToldEvidence)),
})
export type FeaturesRecord = Static<typeof FeaturesRecord>
