import type { CouponStatus, CouponView } from '@ebb/contracts/winback-api'
import type { Discount } from '@ebb/contracts/winback-record'
import type { Queries, Transaction } from '@ebb/postgres/transaction'
import { release } from './budgets.ts'

/** A coupon as the ledger keeps it. Instants in ms. */
export interface StoredCoupon {
  readonly code: string
  readonly decisionId: string
  readonly customerId: string
  readonly discount: Discount
  readonly currency: string
  readonly minimumOrderMinor: number | null
  readonly budgetId: string
  /** Its part of what the budget has reserved, or spent. */
  readonly committedMinor: number
  readonly issuedAt: number
  readonly validUntil: number
  readonly status: Exclude<CouponStatus, 'reserved'>
  readonly reservationId: string | null
  /** On the wall clock. */
  readonly reservedUntilWall: number | null
  readonly redemptionId: string | null
  readonly orderId: string | null
  readonly redeemedAt: number | null
  readonly discountMinor: number | null
}

const COLUMNS = `code, decision_id AS "decisionId", customer_id AS "customerId", discount, currency,
  minimum_order_minor AS "minimumOrderMinor", budget_id AS "budgetId",
  committed_minor AS "committedMinor", issued_at AS "issuedAt", valid_until AS "validUntil", status,
  reservation_id AS "reservationId", reserved_until_wall AS "reservedUntilWall",
  redemption_id AS "redemptionId", order_id AS "orderId", redeemed_at AS "redeemedAt",
  discount_minor AS "discountMinor"`

/** A coupon as it is issued. */
export type NewCoupon = Pick<
  StoredCoupon,
  | 'code'
  | 'decisionId'
  | 'customerId'
  | 'discount'
  | 'currency'
  | 'minimumOrderMinor'
  | 'budgetId'
  | 'committedMinor'
  | 'issuedAt'
  | 'validUntil'
>

/** Issues coupons whose amounts are reserved already, in one statement. */
export const issueCoupons = async (
  tx: Transaction,
  coupons: readonly NewCoupon[],
): Promise<void> => {
  if (coupons.length === 0) return
  await tx.query(
    `INSERT INTO coupons (code, decision_id, customer_id, discount, currency, minimum_order_minor,
       budget_id, committed_minor, issued_at, valid_until, status)
     SELECT c.code, c."decisionId", c."customerId", c.discount, c.currency, c."minimumOrderMinor",
       c."budgetId", c."committedMinor", c."issuedAt", c."validUntil", 'issued'
     FROM jsonb_to_recordset($1::jsonb) AS c(code text, "decisionId" text, "customerId" text,
       discount jsonb, currency text, "minimumOrderMinor" bigint, "budgetId" text,
       "committedMinor" bigint, "issuedAt" bigint, "validUntil" bigint)`,
    [JSON.stringify(coupons)],
  )
}

/** The coupon of a code. */
export const findCoupon = async (
  queries: Queries,
  code: string,
): Promise<StoredCoupon | undefined> => {
  const [coupon] = await queries.query<StoredCoupon>(
    `SELECT ${COLUMNS} FROM coupons WHERE code = $1`,
    [code],
  )
  return coupon
}

/** The coupon of a code, held: nobody else changes it until the transaction ends. */
export const holdCoupon = async (
  tx: Transaction,
  code: string,
): Promise<StoredCoupon | undefined> => {
  const [coupon] = await tx.query<StoredCoupon>(
    `SELECT ${COLUMNS} FROM coupons WHERE code = $1 FOR UPDATE`,
    [code],
  )
  return coupon
}

/** The coupon of a redemption, held. */
export const holdRedeemed = async (
  tx: Transaction,
  redemptionId: string,
): Promise<StoredCoupon | undefined> => {
  const [coupon] = await tx.query<StoredCoupon>(
    `SELECT ${COLUMNS} FROM coupons WHERE redemption_id = $1 FOR UPDATE`,
    [redemptionId],
  )
  return coupon
}

/** Both clocks: validity runs on that of the process, reservations on that of the wall. */
export interface TwoClocks {
  readonly now: number
  readonly wallNow: number
}

const AT_ONCE = 1_000

/**
 * Ends coupons whose time is over, and gives back what their budgets had reserved; at most a thousand
 * a call. Those that somebody has reserved for an order are left until that ends. Returns how many.
 */
export const expireCoupons = async (
  tx: Transaction,
  { now, wallNow }: TwoClocks,
): Promise<number> => {
  const over = await tx.query<{ code: string; budgetId: string; amountMinor: number }>(
    `SELECT code, budget_id AS "budgetId", committed_minor AS "amountMinor" FROM coupons
     WHERE status = 'issued' AND valid_until <= $1
       AND (reserved_until_wall IS NULL OR reserved_until_wall <= $2)
     ORDER BY valid_until LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED`,
    [now, wallNow],
  )
  await endCoupons(tx, over, 'expired')
  return over.length
}

/** Cancels the coupons of decisions that were never sent, and gives back what was reserved. */
export const cancelCouponsOf = async (
  tx: Transaction,
  decisionIds: readonly string[],
): Promise<void> => {
  const never = await tx.query<{ code: string; budgetId: string; amountMinor: number }>(
    `SELECT code, budget_id AS "budgetId", committed_minor AS "amountMinor" FROM coupons
     WHERE decision_id = ANY($1) AND status = 'issued' ORDER BY code FOR UPDATE`,
    [decisionIds],
  )
  await endCoupons(tx, never, 'cancelled')
}

const endCoupons = async (
  tx: Transaction,
  coupons: readonly { code: string; budgetId: string; amountMinor: number }[],
  status: 'expired' | 'cancelled',
): Promise<void> => {
  if (coupons.length === 0) return
  await tx.query('UPDATE coupons SET status = $2, committed_minor = 0 WHERE code = ANY($1)', [
    coupons.map(({ code }) => code),
    status,
  ])
  await release(tx, coupons)
}

/** A coupon as people and programs read it. */
export const couponView = (coupon: StoredCoupon, wallNow: number): CouponView => {
  const { code, customerId, discount, currency, minimumOrderMinor, redeemedAt } = coupon
  const { orderId, discountMinor } = coupon
  return {
    code,
    customerId,
    status: statusOf(coupon, wallNow),
    discount,
    currency,
    validUntil: new Date(coupon.validUntil).toISOString(),
    ...(minimumOrderMinor !== null && { minimumOrderMinor }),
    ...(redeemedAt !== null && { redeemedAt: new Date(redeemedAt).toISOString() }),
    ...(orderId !== null && { orderId }),
    ...(discountMinor !== null && { discountMinor }),
  }
}

const statusOf = ({ status, reservedUntilWall }: StoredCoupon, wallNow: number): CouponStatus =>
  status === 'issued' && reservedUntilWall !== null && reservedUntilWall > wallNow
    ? 'reserved'
    : status

/** Coupons of these decisions, by decision. */
export const couponsOf = async (
  queries: Queries,
  decisionIds: readonly string[],
): Promise<ReadonlyMap<string, StoredCoupon>> => {
  const coupons = await queries.query<StoredCoupon>(
    `SELECT ${COLUMNS} FROM coupons WHERE decision_id = ANY($1)`,
    [decisionIds],
  )
  return new Map(coupons.map((coupon) => [coupon.decisionId, coupon]))
}
