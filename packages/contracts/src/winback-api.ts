import Type from 'typebox'
import { ReasonCode, Tier } from './alert-record.ts'
import { Count, IsoInstant, Minor, type View } from './api-view.ts'
import { isStorable, StorableText } from './storable-text.ts'
import { Discount, TreatmentKind } from './winback-record.ts'

// What retention answers over HTTP. Instants are ISO 8601 in UTC; money is in minor units of the
// shop's currency.

/** `live` sends; `shadow` decides and records, and sends nothing; `paused` does not decide either. */
export const WinbackMode = Type.Union([
  Type.Literal('live'),
  Type.Literal('shadow'),
  Type.Literal('paused'),
])
export type WinbackMode = View<typeof WinbackMode>

/** Why nothing is sent for an alert. */
export const NoActionReason = Type.Union([
  Type.Literal('OUTRANKED'),
  Type.Literal('PAUSED'),
  Type.Literal('EXCLUDED'),
  Type.Literal('NO_CONSENT'),
  Type.Literal('BELOW_VALUE_FLOOR'),
  Type.Literal('COOL_DOWN'),
  Type.Literal('CAP_REACHED'),
  Type.Literal('NO_TREATMENT'),
  Type.Literal('HOLD_OUT'),
  Type.Literal('BUDGET_EXHAUSTED'),
])
export type NoActionReason = View<typeof NoActionReason>

/**
 * What became of a decision: `none` was decided against; `shadow` would have been sent; `waiting`
 * is to be published, after the quiet hours where it was made in them; `sent` is on the topic;
 * `cancelled` was not sent because the customer came back; `expired` waited for too long.
 */
export const DecisionStatus = Type.Union([
  Type.Literal('none'),
  Type.Literal('shadow'),
  Type.Literal('waiting'),
  Type.Literal('sent'),
  Type.Literal('cancelled'),
  Type.Literal('expired'),
])
export type DecisionStatus = View<typeof DecisionStatus>

/** Where a coupon stands. */
export const CouponStatus = Type.Union([
  Type.Literal('issued'),
  Type.Literal('reserved'),
  Type.Literal('redeemed'),
  Type.Literal('expired'),
  Type.Literal('cancelled'),
])
export type CouponStatus = View<typeof CouponStatus>

/** One coupon. */
export const CouponView = Type.Object({
  code: Type.String(),
  customerId: Type.String(),
  status: CouponStatus,
  discount: Discount,
  currency: Type.String(),
  validUntil: IsoInstant,
  minimumOrderMinor: Type.Optional(Minor),
  redeemedAt: Type.Optional(IsoInstant),
  orderId: Type.Optional(Type.String()),
  /** What it took off the order. */
  discountMinor: Type.Optional(Minor),
})
export type CouponView = View<typeof CouponView>

const Arm = Type.Union([Type.Literal('treated'), Type.Literal('hold_out')])

/** One decision, also one not to act. */
export const DecisionView = Type.Object({
  decisionId: Type.String(),
  alertId: Type.String(),
  episodeId: Type.String(),
  customerId: Type.String(),
  tier: Tier,
  reasons: Type.Array(Type.Object({ code: ReasonCode, share: Type.Number() })),
  /** By revenue, as the policy bounds it. */
  segment: Type.String(),
  status: DecisionStatus,
  /** Only where the status is `none`. */
  noActionReason: Type.Optional(NoActionReason),
  /** Of a ghost decision too: what would have been sent. */
  treatment: Type.Optional(Type.Object({ id: Type.String(), kind: TreatmentKind })),
  arm: Type.Optional(Arm),
  coupon: Type.Optional(CouponView),
  /** What came of the webhook: `delivered`, or why not. Absent before the attempt, and without one. */
  webhook: Type.Optional(Type.String()),
  policyVersion: Type.Integer(),
  decidedAt: IsoInstant,
})
export type DecisionView = View<typeof DecisionView>

/** `GET /v1/winbacks/decisions?customer=&status=&reason=&limit=&before=`, the latest first. */
export const DecisionPage = Type.Object({
  decisions: Type.Array(DecisionView),
  /** For `before`, where there is more. */
  next: Type.Optional(Type.String()),
})
export type DecisionPage = View<typeof DecisionPage>

/** One arm of the experiment. */
const ArmView = Type.Object({
  arm: Arm,
  /** Customers whose window has ended. */
  customers: Count,
  /** Of those, who ordered within it. */
  returned: Count,
  revenueMinor: Minor,
  couponCostMinor: Minor,
})
export type ArmView = View<typeof ArmView>

/** What the treated did more than those held out; of customers whose window has ended. */
const LiftView = Type.Object({
  /** Difference of the shares that returned, as a fraction. */
  returned: Type.Number(),
  /** 95 % interval (Newcombe's score interval of a difference). */
  from: Type.Number(),
  until: Type.Number(),
})
export type LiftView = View<typeof LiftView>

/**
 * Why no lift is told yet: the policy holds nobody out, so nothing can be compared; or too few
 * customers of an arm whose window has ended, or of both arms by what they did.
 */
const LiftShortage = Type.Union([
  Type.Object({ of: Type.Literal('hold_out_share') }),
  Type.Object({
    of: Type.Union([
      Type.Literal('treated'),
      Type.Literal('hold_out'),
      Type.Literal('returned'),
      Type.Literal('not_returned'),
    ]),
    have: Count,
    need: Count,
  }),
])
export type LiftShortage = View<typeof LiftShortage>

/** `GET /v1/winbacks/status`: what is quick to say. */
export const WinbackStatus = Type.Object({
  mode: WinbackMode,
  alertsPaused: Type.Boolean(),
  coupons: Type.Object({
    issued: Count,
    reserved: Count,
    redeemed: Count,
    expired: Count,
    cancelled: Count,
  }),
})
export type WinbackStatus = View<typeof WinbackStatus>

/** `GET /v1/winbacks/summary`. */
export const WinbackSummary = Type.Object({
  ...WinbackStatus.properties,
  policyVersion: Type.Integer(),
  currency: Type.String(),
  decisions: Type.Array(
    Type.Object({
      status: DecisionStatus,
      noActionReason: Type.Optional(NoActionReason),
      count: Count,
    }),
  ),
  budgets: Type.Array(
    Type.Object({
      id: Type.String(),
      limitMinor: Minor,
      /** Promised by coupons that may still be redeemed. */
      reservedMinor: Minor,
      /** Taken off orders. */
      spentMinor: Minor,
    }),
  ),
  experiment: Type.Object({
    id: Type.String(),
    holdOutShare: Type.Number(),
    /** Days after the decision in which an order counts. */
    windowDays: Type.Integer(),
    arms: Type.Array(ArmView),
    /** Absent where there is not enough data yet. */
    lift: Type.Optional(LiftView),
    /** What is missing, where lift is absent. */
    notEnough: Type.Optional(LiftShortage),
  }),
})
export type WinbackSummary = View<typeof WinbackSummary>

/** One of `GET /v1/winbacks/exclusions`. */
export const Exclusion = Type.Object({
  customerId: Type.String(),
  note: Type.String(),
  since: IsoInstant,
})
export type Exclusion = View<typeof Exclusion>

const Word = Type.Optional(StorableText(512, 0))

/** The query of `GET /v1/winbacks/decisions`: `limit` up to 500. */
export const DecisionQuery = Type.Object({
  customer: Word,
  status: Word,
  reason: Word,
  before: Word,
  limit: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,2}$' })),
})

/** The body of `POST /v1/winbacks/exclusions`. */
export const ExclusionBody = Type.Object({
  customerId: Type.Refine(Type.String({ pattern: '^[ua]:.{1,256}$' }), isStorable),
  note: StorableText(500, 0),
})

/** The body of `PUT /v1/winbacks/mode`. */
export const ModeBody = Type.Object({ mode: WinbackMode })

/** Why a coupon is not taken: a closed list. */
export const CouponRefusal = Type.Union([
  Type.Literal('MALFORMED_CODE'),
  Type.Literal('UNKNOWN_CODE'),
  Type.Literal('WRONG_CUSTOMER'),
  Type.Literal('WRONG_CURRENCY'),
  Type.Literal('BELOW_MINIMUM_ORDER'),
  Type.Literal('EXPIRED'),
  Type.Literal('CANCELLED'),
  Type.Literal('RESERVED'),
  Type.Literal('ALREADY_REDEEMED'),
])
export type CouponRefusal = View<typeof CouponRefusal>

/** The order that a coupon is presented with. */
export interface CouponOrder {
  readonly customerId: string
  /** Needed to redeem. */
  readonly orderId?: string
  readonly totalMinor: number
  readonly currency: string
}

/** `POST /v1/coupons/:code/validate` with a `CouponOrder`: no effect. */
export const CouponVerdict = Type.Union([
  Type.Object({ valid: Type.Literal(true), discountMinor: Minor, coupon: CouponView }),
  Type.Object({ valid: Type.Literal(false), reason: CouponRefusal, message: Type.String() }),
])
export type CouponVerdict = View<typeof CouponVerdict>
