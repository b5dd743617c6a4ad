import type { AlertRecord } from '@ebb/contracts/alert-record'
import { ALERTS } from '@ebb/contracts/topics'
import { openPostgres, type Postgres } from '@ebb/postgres/postgres-client'
import type { Transaction } from '@ebb/postgres/transaction'
import { handleAlerts } from '@ebb/retention/alerts/handle-alerts'
import { couponPolicy } from '@ebb/retention/coupon-policy-fixture'
import { setMode } from '@ebb/retention/ledger/settings'
import { prepareRetention } from '@ebb/retention/service'
import type { LogRecord } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { BEGIN, SHOP } from './bench-shop.ts'
import type { Engines } from './benchmark.ts'

/** Every alert gets a coupon, all from one budget that never ends: a decision writes all it can. */
const POLICY = couponPolicy({ experiment: 'benchmark', limit: 10_000_000 })

/** The budget of the policy. */
export const BUDGET = 'main'

/** What a decision that issues a coupon adds a row to, those that are referred to first. */
export const ROW_TABLES = ['inbox', 'decisions', 'coupons', 'outbox'] as const

/** Opens the tables of retention in a schema of one's own, live, under a policy of coupons. */
export const openLedger = async (
  { postgres: engine }: Pick<Engines, 'postgres'>,
  schema: string,
): Promise<Postgres> => {
  const postgres = await openPostgres({ url: engine!.url, schema, applicationName: schema })
  await prepareRetention(postgres, { currency: SHOP.currency, firstPolicy: POLICY, now: BEGIN })
  await setMode(postgres, 'live')
  return postgres
}

/** Handles a batch of alerts of a partition, as the service does. */
export const handleBatch: (
  tx: Transaction,
  records: readonly LogRecord[],
  partition: number,
) => Promise<void> = handleAlerts(SHOP)

/** Forgets every decision, and gives the budget back. */
export const emptyLedger = async (postgres: Postgres): Promise<void> => {
  await postgres.query(`TRUNCATE ${ROW_TABLES.join(', ')}, webhooks, topic_offsets`)
  await postgres.query('UPDATE budgets SET reserved_minor = 0')
}

/** Throws unless there are so many rows in each table, and no other; the budget must agree. */
export const checkLedger = async (postgres: Postgres, decisions: number): Promise<void> => {
  for (const table of ROW_TABLES) {
    const [found] = await postgres.query<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`)
    if (found?.rows !== decisions)
      throw new Error(`${found?.rows} rows stand in ${table}, not ${decisions}`)
  }
}

/** Throws unless the budget has reserved what its coupons may cost. */
export const checkBudget = async (postgres: Postgres): Promise<void> => {
  const [sums] = await postgres.query<{ reserved: number; committed: number }>(
    `SELECT reserved_minor AS reserved,
       (SELECT coalesce(sum(committed_minor), 0)::bigint FROM coupons) AS committed
     FROM budgets WHERE budget_id = $1`,
    [BUDGET],
  )
  if (sums === undefined || sums.reserved !== sums.committed)
    throw new Error(`The budget and its coupons differ: ${JSON.stringify(sums)}`)
}

/** Alerts of light silence, each of a customer of its own, in a log of so many partitions. */
export const alertsLog = async (alerts: number, partitions: number) => {
  const log = memoryEventLog({ topics: [{ name: ALERTS, partitions }], now: () => BEGIN })
  for (let partition = 0; partition < partitions; partition += 1) {
    const share = Math.floor((alerts + partition) / partitions)
    const records = Array.from({ length: share }, (_, i) => alertRecord(`${partition}-${i}`))
    await log.append({ topic: ALERTS, partition }, records)
  }
  return log
}

const DAY_MS = 86_400_000

const alertRecord = (name: string) => {
  const [customerId, episodeId] = [`u:customer-${name}`, `episode-${name}`]
  const alert: AlertRecord = {
    ...{
      alertId: `${episodeId} at_risk light`,
      episodeId,
      customerId,
      userId: customerId.slice(2),
    },
    ...{ kind: 'at_risk', tier: 'light', previousTier: 'healthy' },
    ...{ risk: 0.7, riskAtLastOrder: 0.5, horizonDays: 90, expectedLoss: null },
    ...{ isOutranked: false, revenueMinor: 9_900 },
    reasons: [{ code: 'UNKNOWN', share: 1, evidence: [] }],
    ...{ silentSince: BEGIN - 30 * DAY_MS, crossedAt: BEGIN, raisedAt: BEGIN },
    causeOrderId: `order-${name}`,
    consent: { marketing: true },
    model: { kind: 'mbg-nbd', version: 'bench' },
  }
  return { key: customerId, value: Buffer.from(JSON.stringify(alert)) }
}
