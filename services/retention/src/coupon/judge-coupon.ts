import type { CouponOrder, CouponRefusal, CouponStatus } from '@ebb/contracts/winback-api'

/** What of a coupon decides whether it is taken. */
export interface JudgedCoupon {
  readonly customerId: string
  /** Whether it is reserved is seen by `reservedUntilWall`. */
  readonly status: Exclude<CouponStatus, 'reserved'>
  readonly currency: string
  readonly minimumOrderMinor: number | null
  /** Not any more from then on; process clock. */
  readonly validUntil: number
  /** Not any more from then on; wall clock. `null` for whoever holds the reservation. */
  readonly reservedUntilWall: number | null
}

/** Both clocks: validity runs on that of the process, reservations on that of the wall. */
interface TwoClocks {
  readonly now: number
  readonly wallNow: number
}

type Check = (coupon: JudgedCoupon, order: CouponOrder, at: TwoClocks) => boolean

/**
 * Why a coupon is refused, in this order: a stranger learns nothing of it; then what will never
 * pass, then what may, and last what the customer can change.
 */
const CHECKS = [
  ['WRONG_CUSTOMER', (coupon, order) => coupon.customerId !== order.customerId],
  ['ALREADY_REDEEMED', ({ status }) => status === 'redeemed'],
  ['CANCELLED', ({ status }) => status === 'cancelled'],
  ['EXPIRED', ({ status, validUntil }, _, { now }) => status === 'expired' || now >= validUntil],
  ['RESERVED', ({ reservedUntilWall }, _, { wallNow }) => wallNow < (reservedUntilWall ?? 0)],
  ['WRONG_CURRENCY', (coupon, order) => coupon.currency !== order.currency],
  [
    'BELOW_MINIMUM_ORDER',
    ({ minimumOrderMinor }, { totalMinor }) => totalMinor < (minimumOrderMinor ?? 0),
  ],
] as const satisfies readonly (readonly [CouponRefusal, Check])[]

/** Why a coupon is not taken for an order; `undefined` where it is. */
export const judgeCoupon = (
  coupon: JudgedCoupon,
  order: CouponOrder,
  at: TwoClocks,
): (typeof CHECKS)[number][0] | undefined =>
  CHECKS.find(([, refuses]) => refuses(coupon, order, at))?.[0]

const MESSAGES: Readonly<Record<CouponRefusal, string>> = {
  MALFORMED_CODE: 'This is not a code of ours. Check it for typing errors.',
  UNKNOWN_CODE: 'There is no coupon with this code.',
  WRONG_CUSTOMER: 'This coupon belongs to another customer. Sign in as the one it was sent to.',
  WRONG_CURRENCY: 'This coupon is for orders in another currency.',
  BELOW_MINIMUM_ORDER: 'The order is below the minimum of this coupon.',
  EXPIRED: 'This coupon has expired.',
  CANCELLED: 'This coupon was cancelled.',
  RESERVED: 'This coupon is in use for another order. Finish or abandon that one first.',
  ALREADY_REDEEMED: 'This coupon was used already.',
}

/** A refusal in English, for people. */
export const refusalMessage = (reason: CouponRefusal): string => MESSAGES[reason]
