import type { Queries } from '@ebb/postgres/transaction'
import type { Alert } from './alert-view.ts'

/** Which alerts. */
export interface AlertWish {
  readonly limit: number
  /** Of this customer alone. */
  readonly customerId?: string
}

/** Alerts, the latest first. */
export const listAlerts = async (
  postgres: Queries,
  { limit, customerId }: AlertWish,
): Promise<readonly Alert[]> => {
  const rows = await postgres.query<Row>(
    `SELECT alert_id AS "alertId", customer_id AS "customerId", kind, tier,
       previous_tier AS "previousTier", risk, risk_at_last_order AS "riskAtLastOrder",
       silent_since AS "silentSince", crossed_at AS "crossedAt", raised_at AS "raisedAt", signal, reasons
     FROM alerts WHERE $2::text IS NULL OR customer_id = $2
     ORDER BY raised_at DESC, alert_id DESC LIMIT $1`,
    [limit, customerId ?? null],
  )
  return rows.map(({ signal, ...alert }) => ({ ...alert, ...(signal && { signal }) }))
}

type Row = Omit<Alert, 'signal'> & { readonly signal: Alert['signal'] | null }
