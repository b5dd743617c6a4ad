import type { AlertRecord } from '@ebb/contracts/alert-record'
import { DAY_MS } from '@ebb/customer/calendar'
import type { Transaction } from '@ebb/postgres/transaction'
import type { Rhythm } from '../customers/customer-fold.ts'
import { gapDaysOf, monthOf } from './grade-day.ts'
import { addRisks, readGradingDay, type ToldRisk } from './graded-rows.ts'

/** Where alerts were read. */
export interface ReadAt {
  readonly partition: number
  readonly timeZone: string
}

type RiskAlert = Pick<
  AlertRecord,
  | 'alertId'
  | 'customerId'
  | 'tier'
  | 'kind'
  | 'isOutranked'
  | 'risk'
  | 'crossedAt'
  | 'silentSince'
  | 'horizonDays'
  | 'model'
>

/**
 * Writes down alerts to be graded: those to act on, so not what a higher tier of the same tick
 * outranks. One whose horizon has passed already is left out: it is known what comes of it, or it was
 * graded before. To be called behind the standings of the customers, whose rows are then locked.
 */
export const addAlerts = async (
  tx: Transaction,
  alerts: readonly RiskAlert[],
  { partition, timeZone }: ReadAt,
): Promise<void> => {
  const told = alerts.filter(({ kind, isOutranked }) => kind === 'at_risk' && !isOutranked)
  if (told.length === 0) return
  const graded = (await readGradingDay(tx, partition))?.clock ?? Number.NEGATIVE_INFINITY
  const open = told.filter((alert) => untilOf(alert) > graded)
  const rhythms = await readRhythms(tx, open)
  await addRisks(
    tx,
    open.map((alert) => ({
      ...{ riskId: `alert:${alert.alertId}`, tier: alert.tier, partition },
      ...{ customerId: alert.customerId, model: alert.model.version, risk: alert.risk },
      ...{ month: monthOf(alert.crossedAt, timeZone) },
      ...{ at: alert.crossedAt, until: untilOf(alert) },
      silentDays: (alert.crossedAt - alert.silentSince) / DAY_MS,
      ...ordersBehind(alert, rhythms.get(alert.customerId)),
    })),
  )
}

const untilOf = ({ crossedAt, horizonDays }: RiskAlert): number => crossedAt + horizonDays * DAY_MS

type KnownRhythm = Pick<Rhythm, 'firstAt' | 'lastAt' | 'repeatDays'>

const readRhythms = async (
  tx: Transaction,
  alerts: readonly RiskAlert[],
): Promise<Map<string, KnownRhythm>> => {
  const rows = await tx.query<KnownRhythm & { customerId: string }>(
    `SELECT customer_id AS "customerId", first_at AS "firstAt", last_at AS "lastAt",
       repeat_days AS "repeatDays"
     FROM customers WHERE customer_id = ANY($1) AND last_at IS NOT NULL`,
    [alerts.map(({ customerId }) => customerId)],
  )
  return new Map(rows.map((row) => [row.customerId, row]))
}

/** Of the orders up to the silence; unknown where the customer has ordered since. */
const ordersBehind = (
  { silentSince }: RiskAlert,
  rhythm: KnownRhythm | undefined,
): Pick<ToldRisk, 'repeatDays' | 'gapDays'> =>
  rhythm?.lastAt === silentSince
    ? { repeatDays: rhythm.repeatDays, gapDays: gapDaysOf(rhythm) }
    : { repeatDays: null, gapDays: null }
