import type { ReasonCode, Tier } from './alert-record.ts'
import type { Discount, TreatmentKind } from './winback-record.ts'

// What retention answers over HTTP. Instants are ISO 8601 in UTC; money is in minor units of the
// shop's currency.

/** `live` sends; `shadow` decides and records, and sends nothing; `paused` does not decide either. */
export type WinbackMode = 'live' | 'shadow' | 'paused'

/** Why nothing is sent for an alert. */
export type NoActionReason =
  | 'OUTRANKED'
  | 'PAUSED'
  | 'EXCLUDED'
  | 'NO_CONSENT'
  | 'BELOW_VALUE_FLOOR'
  | 'COOL_DOWN'
  | 'CAP_REACHED'
  | 'NO_TREATMENT'
  | 'HOLD_OUT'
  | 'BUDGET_EXHAUSTED'

/**
 * What became of a decision: `none` was decided against; `shadow` would have been sent; `waiting`
 * is to be published, after the quiet hours where it was made in them; `sent` is on the topic; `cancelled` was
 * not sent because the customer came back; `expired` waited for too long.
 */
export type DecisionStatus = 'none' | 'shadow' | 'waiting' | 'sent' | 'cancelled' | 'expired'

/** One decision, also one not to act. */
export interface DecisionView {
  readonly decisionId: string
  readonly alertId: string
  readonly episodeId: string
  readonly customerId: string
  readonly tier: Tier
  readonly reasons: readonly { readonly code: ReasonCode; readonly share: number }[]
  /** By revenue, as the policy bounds it. */
  readonly segment: string
  readonly status: DecisionStatus
  /** Only where the status is `none`. */
  readonly noActionReason?: NoActionReason
  /** Of a ghost decision too: what would have been sent. */
  readonly treatment?: { readonly id: string; readonly kind: TreatmentKind }
  readonly arm?: 'treated' | 'hold_out'
  readonly coupon?: CouponView
  /** What came of the webhook: `delivered`, or why not. Absent before the attempt, and without one. */
  readonly webhook?: string
  readonly policyVersion: number
  readonly decidedAt: string
}

/** Where a coupon stands. */
export type CouponStatus = 'issued' | 'reserved' | 'redeemed' | 'expired' | 'cancelled'

/** One coupon. */
export interface CouponView {
  readonly code: string
  readonly customerId: string
  readonly status: CouponStatus
  readonly discount: Discount
  readonly currency: string
  readonly validUntil: string
  readonly minimumOrderMinor?: number
  readonly redeemedAt?: string
  readonly orderId?: string
  /** What it took off the order. */
  readonly discountMinor?: number
}

/** `GET /v1/winbacks/decisions?customer=&status=&reason=&limit=&before=`, the latest first. */
export interface DecisionPage {
  readonly decisions: readonly DecisionView[]
  /** For `before`, where there is more. */
  readonly next?: string
}

/** One arm of the experiment. */
export interface ArmView {
  readonly arm: 'treated' | 'hold_out'
  /** Customers whose window has ended. */
  readonly customers: number
  /** Of those, who ordered within it. */
  readonly returned: number
  readonly revenueMinor: number
  readonly couponCostMinor: number
}

/** What the treated did more than those held out; of customers whose window has ended. */
export interface LiftView {
  /** Difference of the shares that returned, as a fraction. */
  readonly returned: number
  /** 95 % interval (Newcombe's score interval of a difference). */
  readonly from: number
  readonly until: number
}

/** Why no lift is told yet. */
export type LiftShortage =
  /** The policy holds nobody out, so nothing can be compared. */
  | { readonly of: 'hold_out_share' }
  /** Customers of an arm whose window has ended, or customers of both arms by what they did. */
  | {
      readonly of: ArmView['arm'] | 'returned' | 'not_returned'
      readonly have: number
      readonly need: number
    }

/** `GET /v1/winbacks/status`: what is quick to say. */
export interface WinbackStatus {
  readonly mode: WinbackMode
  readonly alertsPaused: boolean
  readonly coupons: { readonly [status in CouponStatus]: number }
}

/** `GET /v1/winbacks/summary`. */
export interface WinbackSummary extends WinbackStatus {
  readonly policyVersion: number
  readonly currency: string
  readonly decisions: readonly {
    readonly status: DecisionStatus
    readonly noActionReason?: NoActionReason
    readonly count: number
  }[]
  readonly budgets: readonly {
    readonly id: string
    readonly limitMinor: number
    /** Promised by coupons that may still be redeemed. */
    readonly reservedMinor: number
    /** Taken off orders. */
    readonly spentMinor: number
  }[]
  readonly experiment: {
    readonly id: string
    readonly holdOutShare: number
    /** Days after the decision in which an order counts. */
    readonly windowDays: number
    readonly arms: readonly ArmView[]
    /** Absent where there is not enough data yet. */
    readonly lift?: LiftView
    /** What is missing, where lift is absent. */
    readonly notEnough?: LiftShortage
  }
}

/** `GET /v1/winbacks/exclusions`. */
export interface Exclusion {
  readonly customerId: string
  readonly note: string
  readonly since: string
}

/** Why a coupon is not taken: a closed list. */
export type CouponRefusal =
  | 'MALFORMED_CODE'
  | 'UNKNOWN_CODE'
  | 'WRONG_CUSTOMER'
  | 'WRONG_CURRENCY'
  | 'BELOW_MINIMUM_ORDER'
  | 'EXPIRED'
  | 'CANCELLED'
  | 'RESERVED'
  | 'ALREADY_REDEEMED'

/** The order that a coupon is presented with. */
export interface CouponOrder {
  readonly customerId: string
  /** Needed to redeem. */
  readonly orderId?: string
  readonly totalMinor: number
  readonly currency: string
}

/** `POST /v1/coupons/:code/validate` with a `CouponOrder`: no effect. */
export type CouponVerdict =
  | { readonly valid: true; readonly discountMinor: number; readonly coupon: CouponView }
  | { readonly valid: false; readonly reason: CouponRefusal; readonly message: string }
