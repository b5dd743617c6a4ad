import type { ArmView } from '@ebb/contracts/winback-api'
import type { Queries } from '@ebb/postgres/transaction'

/** Which experiment, and when it is looked at. */
export interface ExperimentMoment {
  readonly id: string
  readonly windowDays: number
  /** Process clock, ms. */
  readonly now: number
}

const DAY_MS = 86_400_000

/**
 * What the customers of each arm did, treated first. Each customer counts once, from their first
 * decision in live mode on, and only when the window behind it has ended; the arm is the one they
 * were dealt, whatever budget and delivery made of it (intention to treat). An order counts that was
 * placed within the window and not cancelled before its delivery, with its amount less what was paid
 * back. A coupon of an order that was cancelled so cost nothing.
 */
export const armOutcomes = async (
  queries: Queries,
  { id, windowDays, now }: ExperimentMoment,
): Promise<ArmView[]> => {
  const windowMs = windowDays * DAY_MS
  const rows = await queries.query<ArmView>(SQL, [id, windowMs, now])
  return (['treated', 'hold_out'] as const).map(
    (arm) =>
      rows.find((row) => row.arm === arm) ?? {
        arm,
        ...{ customers: 0, returned: 0, revenueMinor: 0, couponCostMinor: 0 },
      },
  )
}

/** Beyond it a number is not exact. */
const MOST = Number.MAX_SAFE_INTEGER

const SQL = `
  WITH firsts AS (
    SELECT DISTINCT ON (customer_id) customer_id, arm, decided_at
    FROM decisions WHERE experiment_id = $1 AND mode = 'live' AND arm IS NOT NULL
    ORDER BY customer_id, decided_at, decision_id
  ), seen AS (
    SELECT customer_id, arm, decided_at, decided_at + $2::bigint AS until FROM firsts
    WHERE decided_at + $2::bigint <= $3
  ), bought AS (
    SELECT seen.customer_id, sum(orders.net_minor) AS revenue
    FROM seen JOIN orders ON orders.customer_id = seen.customer_id
      AND orders.placed_at > seen.decided_at AND orders.placed_at <= seen.until
      AND orders.status IN ('valid', 'returned')
    GROUP BY seen.customer_id
  ), paid AS (
    SELECT seen.customer_id, sum(coupons.discount_minor) AS cost
    FROM seen JOIN coupons ON coupons.customer_id = seen.customer_id
      AND coupons.redeemed_at > seen.decided_at AND coupons.redeemed_at <= seen.until
    LEFT JOIN orders ON orders.customer_id = coupons.customer_id
      AND orders.order_id = coupons.order_id
    WHERE orders.status IS DISTINCT FROM 'cancelled'
    GROUP BY seen.customer_id
  )
  SELECT arm, count(*) AS customers, count(bought.customer_id) AS returned,
    LEAST(coalesce(sum(bought.revenue), 0), ${MOST})::bigint AS "revenueMinor",
    LEAST(coalesce(sum(paid.cost), 0), ${MOST})::bigint AS "couponCostMinor"
  FROM seen LEFT JOIN bought USING (customer_id) LEFT JOIN paid USING (customer_id)
  GROUP BY arm`
