import type { CouponOrder, CouponRefusal, CouponVerdict } from '@ebb/contracts/winback-api'
import type { Postgres } from '@ebb/postgres/postgres-client'
import type { Transaction, TransactionLimits } from '@ebb/postgres/transaction'
import { parseCouponCode } from '../coupon/coupon-code.ts'
import { discountOf } from '../coupon/discount.ts'
import { judgeCoupon, refusalMessage } from '../coupon/judge-coupon.ts'
import {
  couponView,
  findCoupon,
  holdCoupon,
  holdRedeemed,
  type StoredCoupon,
  type TwoClocks,
} from '../ledger/coupons.ts'

/** Of each transaction of the desk: somebody stands at the till, and may ask again. */
export const DESK_LIMITS: TransactionLimits = { lockMs: 5_000 }

/** Why nothing was done, in a closed list, and in words. */
export interface Refused {
  readonly reason: CouponRefusal
  readonly message: string
}

/** A coupon held for one order for a while. */
export interface Reservation {
  readonly reservationId: string
  /** Wall clock, ISO 8601. */
  readonly expiresAt: string
  readonly discountMinor: number
}

/** A coupon that was taken. */
export interface Redemption {
  readonly redemptionId: string
  readonly code: string
  readonly orderId: string
  readonly discountMinor: number
  readonly currency: string
}

const refused = (reason: CouponRefusal): Refused => ({ reason, message: refusalMessage(reason) })

/** What a coupon would take off an order. Changes nothing. */
export const validateCoupon = async (
  postgres: Postgres,
  given: { readonly code: string; readonly order: CouponOrder },
  at: TwoClocks,
): Promise<CouponVerdict> => {
  const code = parseCouponCode(given.code)
  if (code === undefined) return { valid: false, ...refused('MALFORMED_CODE') }
  const coupon = await findCoupon(postgres, code)
  if (coupon === undefined) return { valid: false, ...refused('UNKNOWN_CODE') }
  const reason = judgeCoupon(coupon, given.order, at)
  if (reason !== undefined) return { valid: false, ...refused(reason) }
  const discountMinor = takenOff(coupon, given.order)
  return { valid: true, discountMinor, coupon: couponView(coupon, at.wallNow) }
}

/** A coupon that may be taken for an order, held; or why it may not. */
const usable = async (
  tx: Transaction,
  given: { readonly code: string; readonly order: CouponOrder; readonly reservationId?: string },
  at: TwoClocks,
): Promise<StoredCoupon | Refused> => {
  const code = parseCouponCode(given.code)
  if (code === undefined) return refused('MALFORMED_CODE')
  const coupon = await holdCoupon(tx, code)
  if (coupon === undefined) return refused('UNKNOWN_CODE')
  const isOurs = given.reservationId !== undefined && given.reservationId === coupon.reservationId
  const reason = judgeCoupon(isOurs ? unreserved(coupon, at) : coupon, given.order, at)
  return reason === undefined ? coupon : refused(reason)
}

/** For whom holds it: a reservation that runs is good beyond the end of the coupon. */
const unreserved = (coupon: StoredCoupon, { wallNow }: TwoClocks): StoredCoupon => ({
  ...coupon,
  reservedUntilWall: null,
  ...((coupon.reservedUntilWall ?? 0) > wallNow && { validUntil: Number.MAX_SAFE_INTEGER }),
})

/** What it takes off this order: no more than its budget holds for it. */
const takenOff = ({ discount, committedMinor }: StoredCoupon, order: CouponOrder): number =>
  Math.min(discountOf(discount, order), committedMinor)

/** What is asked of the desk, beside the clocks. */
export interface CouponRequest {
  readonly code: string
  readonly order: CouponOrder
  /** A new one, for whatever is made. */
  readonly id: string
}

/** Holds a coupon for one order, for `forMs` of the wall clock. */
export const reserveCoupon = async (
  tx: Transaction,
  request: CouponRequest & { readonly forMs: number },
  at: TwoClocks,
): Promise<Reservation | Refused> => {
  const coupon = await usable(tx, request, at)
  if ('reason' in coupon) return coupon
  const until = at.wallNow + request.forMs
  await tx.query(
    'UPDATE coupons SET reservation_id = $2, reserved_until_wall = $3 WHERE code = $1',
    [coupon.code, request.id, until],
  )
  return {
    reservationId: request.id,
    expiresAt: new Date(until).toISOString(),
    discountMinor: takenOff(coupon, request.order),
  }
}

/** Lets go of a coupon. Returns whether it was held by this reservation. */
export const releaseReservation = async (tx: Transaction, id: string): Promise<boolean> => {
  const released = await tx.query(
    `UPDATE coupons SET reservation_id = NULL, reserved_until_wall = NULL
     WHERE reservation_id = $1 AND status = 'issued' RETURNING code`,
    [id],
  )
  return released.length === 1
}

/**
 * Takes a coupon for an order, once. What it takes off moves from the budget's reserved to its spent
 * amount; what it might have taken off beyond that is free again.
 */
export const redeemCoupon = async (
  tx: Transaction,
  request: CouponRequest & { readonly reservationId?: string },
  at: TwoClocks,
): Promise<Redemption | Refused> => {
  const coupon = await usable(tx, request, at)
  if ('reason' in coupon) return coupon
  const { code, budgetId, committedMinor, currency } = coupon
  const orderId = request.order.orderId!
  const discountMinor = takenOff(coupon, request.order)
  await tx.query(
    `UPDATE coupons SET status = 'redeemed', redemption_id = $2, order_id = $3, redeemed_at = $4,
       discount_minor = $5, committed_minor = $5, reservation_id = NULL, reserved_until_wall = NULL
     WHERE code = $1`,
    [code, request.id, orderId, at.now, discountMinor],
  )
  await tx.query(
    `UPDATE budgets SET reserved_minor = reserved_minor - $2, spent_minor = spent_minor + $3
     WHERE budget_id = $1`,
    [budgetId, committedMinor, discountMinor],
  )
  return { redemptionId: request.id, code, orderId, discountMinor, currency }
}

/**
 * Takes a redemption back: the order fell through, and the coupon is good again until it expires. Its
 * budget goes on reserving what it took off; so the next time it takes off that at most, unless the
 * rest is still free. Returns whether there was such a redemption.
 */
export const rollBackRedemption = async (
  tx: Transaction,
  redemptionId: string,
  greatestOf: (coupon: StoredCoupon) => number,
): Promise<boolean> => {
  const coupon = await holdRedeemed(tx, redemptionId)
  if (coupon === undefined) return false
  const { code, budgetId, committedMinor } = coupon
  const [budget] = await tx.query<{ free: number }>(
    `SELECT limit_minor - reserved_minor - spent_minor AS free FROM budgets
     WHERE budget_id = $1 FOR UPDATE`,
    [budgetId],
  )
  const again = Math.min(greatestOf(coupon), committedMinor + Math.max(budget?.free ?? 0, 0))
  await tx.query(
    `UPDATE coupons SET status = 'issued', redemption_id = NULL, order_id = NULL,
       redeemed_at = NULL, discount_minor = NULL, committed_minor = $2
     WHERE code = $1`,
    [code, again],
  )
  await tx.query(
    `UPDATE budgets SET spent_minor = spent_minor - $2, reserved_minor = reserved_minor + $3
     WHERE budget_id = $1`,
    [budgetId, committedMinor, again],
  )
  return true
}
