import Type, { type Static } from 'typebox'
import { Consent, Instant } from './canonical-event.ts'
import { RecordId, StorableText } from './storable-text.ts'

/** How much at risk a customer is, in rising order. */
export const Tier = Type.Union([
  Type.Literal('healthy'),
  Type.Literal('light'),
  Type.Literal('moderate'),
  Type.Literal('heavy'),
])
export type Tier = Static<typeof Tier>

/** Why a customer goes quiet. */
export const ReasonCode = Type.Union([
  Type.Literal('PRICE'),
  Type.Literal('QUALITY'),
  Type.Literal('SERVICE'),
  Type.Literal('UX'),
  Type.Literal('COMPETITOR'),
  Type.Literal('NEED_CHANGE'),
  Type.Literal('NATURAL_END'),
  Type.Literal('UNKNOWN'),
])
export type ReasonCode = Static<typeof ReasonCode>

/** `ebb.alerts.v1`: a tier was crossed, or the episode changed. Key: the customer key. */
export const AlertRecord = Type.Object({
  /** Same cause, same id: consumers de-duplicate by it. */
  alertId: RecordId,
  episodeId: RecordId,
  customerId: RecordId,
  userId: Type.Optional(RecordId),
  kind: Type.Union([
    Type.Literal('at_risk'),
    Type.Literal('recovered'),
    Type.Literal('lost'),
    Type.Literal('withdrawn'),
    Type.Literal('reopened'),
  ]),
  tier: Tier,
  previousTier: Tier,
  /** P(no order in the next `horizonDays`) at `crossedAt`, rounded to six decimals. */
  risk: Type.Number(),
  riskAtLastOrder: Type.Number(),
  horizonDays: Type.Integer(),
  /**
   * Margin that the silence is expected to cost within `horizonDays`, in minor units of the shop's
   * currency: `risk` times what the customer would bring had they stayed as at their last order. Null
   * where there is no valid order.
   */
  expectedLoss: Type.Union([
    Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    Type.Null(),
  ]),
  /**
   * Which signal began the tier before the risk reached its threshold: the customer browses less than
   * ever. Absent where the risk did.
   */
  signal: Type.Optional(Type.Literal('visits')),
  /** Whether the same tick also saw a higher tier crossed: that alert is the one to act on. */
  isOutranked: Type.Boolean(),
  /** Revenue less refunds of all valid orders, in minor units of the shop's currency. */
  revenueMinor: Type.Integer({
    minimum: -Number.MAX_SAFE_INTEGER,
    maximum: Number.MAX_SAFE_INTEGER,
  }),
  /** Why, the weightiest first, where evidence tells; otherwise UNKNOWN alone. */
  reasons: Type.Array(
    Type.Object({
      code: ReasonCode,
      /** Six decimals; the shares of all reasons add up to 1. */
      share: Type.Number({ minimum: 0, maximum: 1 }),
      /** What speaks for it, the weightiest first. */
      evidence: Type.Array(
        Type.Object({
          /** Absent where it follows from several events. */
          eventId: Type.Optional(RecordId),
          /** The order that was late or paid back. */
          orderId: Type.Optional(RecordId),
          /** Its kind, of the table in docs/api.md. */
          name: StorableText(200),
          occurredAt: Instant,
          /** What would make it good, of the same table; absent where only time does. */
          clearedBy: Type.Optional(StorableText(200)),
          /** When it says nothing any more, if nothing makes it good before. */
          fadesAt: Type.Optional(Instant),
        }),
      ),
    }),
  ),
  /** Instant of the last valid order. */
  silentSince: Instant,
  /**
   * The exact instant at which the risk reached the tier, or the clock at the record that revealed
   * it, if later.
   */
  crossedAt: Instant,
  /** The tick at which it was seen. */
  raisedAt: Instant,
  /** The order that the silence follows, that ended it, or that came late or was cancelled. */
  causeOrderId: RecordId,
  consent: Consent,
  model: Type.Object({ kind: Type.String(), version: Type.String() }),
})
export type AlertRecord = Static<typeof AlertRecord>
