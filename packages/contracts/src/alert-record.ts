import Type, { type Static } from 'typebox'
import { Consent, Instant } from './canonical-event.ts'

const Tier = Type.Union([
  Type.Literal('healthy'),
  Type.Literal('light'),
  Type.Literal('moderate'),
  Type.Literal('heavy'),
])

/** `ebb.alerts.v1`: a tier was crossed, or the episode changed. Key: the customer key. */
export const AlertRecord = Type.Object({
  /** Same cause, same id: consumers de-duplicate by it. */
  alertId: Type.String(),
  episodeId: Type.String(),
  customerId: Type.String(),
  userId: Type.Optional(Type.String()),
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
  /** Revenue at stake; null where there is no value model. */
  expectedLoss: Type.Null(),
  /** Why, where evidence tells; otherwise UNKNOWN alone. */
  reasons: Type.Array(
    Type.Object({
      code: Type.Literal('UNKNOWN'),
      share: Type.Number(),
      evidence: Type.Array(Type.Never()),
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
  causeOrderId: Type.String(),
  consent: Consent,
  model: Type.Object({ kind: Type.String(), version: Type.String() }),
})
export type AlertRecord = Static<typeof AlertRecord>
