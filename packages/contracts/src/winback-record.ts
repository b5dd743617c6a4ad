import Type, { type Static } from 'typebox'
import { ReasonCode, Tier } from './alert-record.ts'
import { Instant } from './canonical-event.ts'

const Minor = Type.Integer({ minimum: 0 })

/** What a coupon takes off an order. Money in minor units of the shop's currency. */
export const Discount = Type.Union([
  Type.Object({
    kind: Type.Literal('percent'),
    /** 10 takes a tenth off. */
    percent: Type.Number({ exclusiveMinimum: 0, maximum: 100 }),
    /** Never more than this. */
    maximumMinor: Minor,
  }),
  Type.Object({ kind: Type.Literal('amount'), amountMinor: Minor }),
])
export type Discount = Static<typeof Discount>

/** The kinds of what can be done for a customer. */
export const TreatmentKind = Type.Union([
  Type.Literal('coupon'),
  Type.Literal('limited_discount'),
  Type.Literal('points'),
  Type.Literal('recommendation'),
  Type.Literal('exclusive_service'),
  Type.Literal('support_contact'),
  Type.Literal('survey'),
  Type.Literal('service_call'),
])
export type TreatmentKind = Static<typeof TreatmentKind>

/** `ebb.winbacks.v1`: a treatment to carry out. Key: the customer key. */
export const WinbackRecord = Type.Object({
  /** Same decision, same id: consumers de-duplicate by it. */
  decisionId: Type.String(),
  alertId: Type.String(),
  episodeId: Type.String(),
  customerId: Type.String(),
  userId: Type.Optional(Type.String()),
  tier: Tier,
  /** By which the shop reaches the customer, the first choice first. */
  channels: Type.Array(Type.String()),
  treatment: Type.Object({
    /** Its name in the policy. */
    id: Type.String(),
    kind: TreatmentKind,
    /** Names the text that the sender puts in. */
    messageKey: Type.String(),
    coupon: Type.Optional(
      Type.Object({
        code: Type.String(),
        discount: Discount,
        currency: Type.String(),
        validUntil: Instant,
        minimumOrderMinor: Type.Optional(Minor),
      }),
    ),
    points: Type.Optional(Type.Integer({ minimum: 1 })),
    /** What a person is to do. */
    task: Type.Optional(Type.String()),
  }),
  reasons: Type.Array(Type.Object({ code: ReasonCode, share: Type.Number() })),
  experiment: Type.Object({
    id: Type.String(),
    arm: Type.Literal('treated'),
    /** Probability with which this customer got this treatment. */
    propensity: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
  }),
  policyVersion: Type.Integer({ minimum: 1 }),
  /** The alert's `raisedAt`. */
  decidedAt: Instant,
  /** Not to be carried out before: quiet hours. */
  notBefore: Type.Optional(Instant),
  /** Not to be carried out from then on. */
  expiresAt: Instant,
})
export type WinbackRecord = Static<typeof WinbackRecord>
