import type { Queries } from '@ebb/postgres/transaction'
import { expectedLossMinor } from '@ebb/risk/expected-loss'
import { type ModelScoring, modelInForce } from '../grading/model-in-force.ts'
import { riskInSql } from './risk-in-sql.ts'

/** What the silence of all who are at risk now, and not lost, is expected to cost: minor units. */
export const lossAtStake = async (
  postgres: Queries,
  shipped: ModelScoring,
  now: number,
): Promise<number> => {
  const scoring = await modelInForce(postgres, shipped)
  const [row] = await postgres.query<{ revenue: number | null }>(
    `SELECT sum(${riskInSql(scoring, '$1::bigint')} * horizon_revenue) AS revenue FROM customers
     WHERE last_at IS NOT NULL AND stage BETWEEN 1 AND 3`,
    [now],
  )
  return expectedLossMinor(1, row?.revenue ?? 0, scoring)
}
