import type { AlertRecord } from '@ebb/contracts/alert-record'
import { ALERTS, FEATURES, ORDERS, WINBACKS } from '@ebb/contracts/topics'
import type { WinbackRecord } from '@ebb/contracts/winback-record'
import { openPostgres, type Postgres } from '@ebb/postgres/postgres-client'
import { schemaOf } from '@ebb/runtime/engine-settings'
import type { LogRecord } from '@ebb/streaming/event-log'
import type { Redemption } from './coupon-desk.ts'
import { type CustomerCount, countCustomers, type Ledger } from './ledger.ts'
import { alertsOf } from './outcome.ts'
import { type PipelineView, readTopic } from './pipeline-view.ts'
import type { Shop } from './shop.ts'

/** A decision as retention keeps it. */
export interface BookedDecision {
  readonly decisionId: string
  readonly alertId: string
  readonly status: string
}

/** A coupon as retention keeps it; money in minor units. */
export interface BookedCoupon {
  readonly code: string
  readonly decisionId: string
  readonly status: string
  readonly budgetId: string
  readonly committedMinor: number
  readonly redemptionId: string | null
  readonly orderId: string | null
  readonly discountMinor: number | null
}

/** A budget as retention keeps it, in minor units. */
export interface BookedBudget {
  readonly budgetId: string
  readonly reservedMinor: number
  readonly spentMinor: number
}

/** What followed from the alerts of a pipeline, and what they should have come to. */
export interface Books {
  /** Copies among them. */
  readonly alerts: readonly AlertRecord[]
  /** As a consumer of `ebb.winbacks.v1` reads them, copies among them. */
  readonly triggers: readonly WinbackRecord[]
  /** Ids of alerts that retention has handled. */
  readonly inbox: readonly string[]
  readonly decisions: readonly BookedDecision[]
  readonly coupons: readonly BookedCoupon[]
  readonly budgets: readonly BookedBudget[]
  /** What the desk was told, by code. */
  readonly redeemed: ReadonlyMap<string, Redemption>
  /** Ids of alerts that the dashboard lists. */
  readonly listed: readonly string[]
  /** Ids of alerts that the stream of the dashboard showed. */
  readonly seen: readonly string[]
  /** Orders and revenue as the dashboard tells them, by customer. */
  readonly shown: ReadonlyMap<string, ShownCustomer>
  /** The same by the ledger. */
  readonly counted: ReadonlyMap<string, CustomerCount>
}

/** What the dashboard knows of a customer; money in minor units. */
export interface ShownCustomer {
  readonly orders: number
  readonly revenueMinor: number
}

/** The business records of a shop, to look at past its services. */
export interface Records {
  readonly retention: Postgres
  readonly insights: Postgres
  close(): Promise<void>
}

/** Opens the business records of a shop. */
export const openRecords = async ({ postgresUrl: url, namespace }: Shop): Promise<Records> => {
  const open = (service: 'retention' | 'insights'): Promise<Postgres> => {
    const schema = schemaOf(namespace, service)
    return openPostgres({ url: url!, schema, applicationName: 'chaos', maxConnections: 1 })
  }
  const records = { retention: await open('retention'), insights: await open('insights') }
  const close = async (): Promise<void> => {
    await records.retention.close()
    await records.insights.close()
  }
  return { ...records, close }
}

/** Whether all that is on the topics has reached the records, and nothing waits to be sent. */
export const areWritten = async (
  { log, partitions }: PipelineView,
  { retention, insights }: Records,
): Promise<boolean> => {
  const readers = [
    ...[
      { records: retention, topic: ALERTS },
      { records: retention, topic: ORDERS },
    ],
    ...[
      { records: insights, topic: ALERTS },
      { records: insights, topic: FEATURES },
    ],
  ]
  for (const { records, topic } of readers) {
    const rows = await records.query<{ partition: number; next: number }>(
      'SELECT partition, next_offset AS next FROM topic_offsets WHERE topic = $1',
      [topic],
    )
    const next = new Map(rows.map((row) => [row.partition, row.next]))
    for (let partition = 0; partition < partitions; partition += 1) {
      const { end } = await log.read({ topic, partition }, 0, 0)
      if ((next.get(partition) ?? 0) < end) return false
    }
  }
  return (await retention.query('SELECT 1 FROM outbox LIMIT 1')).length === 0
}

/** What a desk and a viewer were told, and what was sent to the collector. */
export interface Told {
  readonly ledger: Ledger
  readonly redeemed: ReadonlyMap<string, Redemption>
  readonly seen: readonly string[]
}

/** Reads all books of a shop that rests. */
export const readBooks = async (
  view: PipelineView,
  { retention, insights }: Records,
  { ledger, redeemed, seen }: Told,
): Promise<Books> => {
  const idsOf = async (records: Postgres, table: string): Promise<string[]> =>
    (await records.query<{ id: string }>(`SELECT alert_id AS id FROM ${table}`)).map(({ id }) => id)
  return {
    alerts: alertsOf({ alerts: await readTopic(view, ALERTS) }),
    triggers: (await readTopic(view, WINBACKS)).flat().map(triggerOf),
    inbox: await idsOf(retention, 'inbox'),
    decisions: await retention.query(
      'SELECT decision_id AS "decisionId", alert_id AS "alertId", status FROM decisions',
    ),
    coupons: await retention.query(
      `SELECT code, decision_id AS "decisionId", status, budget_id AS "budgetId",
         committed_minor AS "committedMinor", redemption_id AS "redemptionId",
         order_id AS "orderId", discount_minor AS "discountMinor" FROM coupons`,
    ),
    budgets: await retention.query(
      `SELECT budget_id AS "budgetId", reserved_minor AS "reservedMinor",
         spent_minor AS "spentMinor" FROM budgets`,
    ),
    listed: await idsOf(insights, 'alerts'),
    shown: await shownCustomers(insights),
    counted: countCustomers(ledger.entries().values()),
    ...{ redeemed, seen },
  }
}

/** A trigger as a shop reads it. */
export const triggerOf = ({ value }: LogRecord): WinbackRecord =>
  JSON.parse(Buffer.from(value).toString()) as WinbackRecord

const shownCustomers = async (insights: Postgres): Promise<Map<string, ShownCustomer>> => {
  const rows = await insights.query<ShownCustomer & { readonly id: string }>(
    `SELECT customer_id AS id, coalesce(orders, 0) AS orders,
       coalesce(revenue_minor, 0) AS "revenueMinor" FROM customers`,
  )
  return new Map(rows.map(({ id, orders, revenueMinor }) => [id, { orders, revenueMinor }]))
}
