import type { AlertRecord, ReasonCode } from '@ebb/contracts/alert-record'
import type { AlertView } from '@ebb/contracts/dashboard-api'

/** An alert as the page shows it, with instants in ms. */
export type Alert = Omit<AlertView, 'silentSince' | 'crossedAt' | 'raisedAt'> &
  Pick<AlertRecord, 'silentSince' | 'crossedAt' | 'raisedAt'>

/** What of an alert's record is shown. */
export const alertOf = (record: AlertRecord): Alert => {
  const { alertId, customerId, kind, tier, previousTier, risk, riskAtLastOrder } = record
  const { silentSince, crossedAt, raisedAt, signal } = record
  return {
    ...{ alertId, customerId, kind, tier, previousTier, risk, riskAtLastOrder },
    ...{ silentSince, crossedAt, raisedAt },
    ...(signal && { signal }),
    reasons: record.reasons.map(({ code }): ReasonCode => code),
  }
}

/** The same with instants in ISO 8601. */
export const alertView = ({ silentSince, crossedAt, raisedAt, ...alert }: Alert): AlertView => ({
  ...alert,
  silentSince: iso(silentSince),
  crossedAt: iso(crossedAt),
  raisedAt: iso(raisedAt),
})

const iso = (instant: number): string => new Date(instant).toISOString()
