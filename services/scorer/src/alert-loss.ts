import type { AlertRecord } from '@ebb/contracts/alert-record'
import { expectedLossMinor, horizonRevenue, type Valuing } from '@ebb/risk/expected-loss'
import type { OrderRhythm } from '@ebb/risk/models/order-rhythm'
import type { Scoring } from '@ebb/risk/silence/tiers'

/** What orders brought so far. */
interface Brought {
  /** Null where no valid order is left. */
  readonly rhythm: OrderRhythm | null
  readonly revenueMinor: number
}

/** What a silence of this risk is expected to cost; null where there is no order to go by. */
export const lossOf = (
  { risk }: Pick<AlertRecord, 'risk'>,
  { rhythm, revenueMinor }: Brought,
  scoring: Scoring & Valuing,
): AlertRecord['expectedLoss'] => {
  if (rhythm === null) return null
  return expectedLossMinor(risk, horizonRevenue(rhythm, revenueMinor, scoring), scoring)
}
