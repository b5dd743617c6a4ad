import type { Postgres } from '@ebb/postgres/postgres-client'
import { horizonRevenue } from '@ebb/risk/expected-loss'
import { type ModelScoring, modelInForce } from '../grading/model-in-force.ts'

interface Unreckoned {
  readonly customerId: string
  readonly revenueMinor: number
  readonly repeatDays: number
  readonly firstAt: number
  readonly lastAt: number
}

const PAGE = 1_000

/**
 * Reckons what the horizon of customers would have brought who were known before that was kept: who
 * is silent sends nothing by which it would be made good. Where it is known it stays.
 */
export const fillHorizonRevenue = async (
  postgres: Postgres,
  shipped: ModelScoring,
): Promise<void> => {
  const scoring = await modelInForce(postgres, shipped)
  for (;;) {
    const page = await postgres.query<Unreckoned>(
      `SELECT customer_id AS "customerId", revenue_minor AS "revenueMinor",
         repeat_days AS "repeatDays", first_at AS "firstAt", last_at AS "lastAt"
       FROM customers WHERE last_at IS NOT NULL AND horizon_revenue IS NULL
       ORDER BY customer_id LIMIT ${PAGE}`,
    )
    if (page.length === 0) return
    await postgres.query(
      `UPDATE customers SET horizon_revenue = sent.revenue
       FROM unnest($1::text[], $2::float8[]) AS sent (customer_id, revenue)
       WHERE customers.customer_id = sent.customer_id AND horizon_revenue IS NULL`,
      [
        page.map(({ customerId }) => customerId),
        page.map((each) => horizonRevenue(each, each.revenueMinor, scoring)),
      ],
    )
  }
}
