import type { ReasonCode } from '@ebb/contracts/alert-record'
import type {
  CustomerItem,
  CustomerPage,
  CustomerSort,
  Lifecycle,
  Standing,
} from '@ebb/contracts/dashboard-api'
import { LIFECYCLES, lifecycleAt } from '@ebb/customer/lifecycle'
import type { Queries } from '@ebb/postgres/transaction'
import { expectedLossMinor, type Valuing } from '@ebb/risk/expected-loss'
import type { Hold } from '@ebb/risk/silence/holds'
import { riskAt, type Scoring } from '@ebb/risk/silence/tiers'
import { tagsInForce } from '../tags/rule-versions.ts'
import { formatCursor, parseCursor } from './customer-cursor.ts'
import type { CrossingInstants } from './customer-fold.ts'
import { countHeld, heldBy, nextInSql, silentSources } from './held-customers.ts'
import { lifecycleInSql } from './lifecycle-in-sql.ts'
import { holdsNow } from './partition-known.ts'
import { riskInSql } from './risk-in-sql.ts'
import { nextStanding, STANDINGS, standingAt } from './standing.ts'

/** What a list is made from. */
export interface ListSource {
  readonly postgres: Queries
  readonly scoring: Scoring & Valuing
}

/** Which customers, in which order, from where on. */
export interface ListWish {
  /** Part of the customer key or the user id, in any case of letters. */
  readonly search?: string
  readonly standing?: Standing
  readonly lifecycle?: Lifecycle
  readonly tag?: string
  /** Those alone who are held, or who are not. */
  readonly held?: boolean
  readonly sort: CustomerSort
  readonly limit: number
  readonly after?: string
}

interface ListRow extends CrossingInstants {
  readonly customerId: string
  readonly stage: number
  readonly tags: readonly string[]
  readonly orders: number
  readonly revenueMinor: number
  readonly horizonRevenue: number | null
  readonly repeatDays: number
  readonly firstAt: number
  readonly lastAt: number
  readonly recoveredAt: number | null
  readonly reason: ReasonCode | null
  readonly source: string | null
  readonly nextAt: number | null
  readonly sortValue: number | string
}

/** Behind every instant, for those that nothing comes next for. */
const NEVER = Number.MAX_SAFE_INTEGER

/** SQL of an order of the list. */
interface Order {
  readonly by: string
  readonly type: string
  /** What comes behind the customer $8, whose value is $7. */
  readonly behind: string
  readonly orderBy: string
}

const orderOf = (sort: CustomerSort, scoring: Scoring, next: string): Order =>
  ({
    // The margin share is the same for all of them.
    loss: falling(`(${riskInSql(scoring, '$1::bigint')} * COALESCE(horizon_revenue, 0))`, 'float8'),
    risk: falling(riskInSql(scoring, '$1::bigint'), 'float8'),
    revenue: falling('revenue_minor', 'bigint'),
    lastOrder: falling('last_at', 'bigint'),
    next: rising(`COALESCE(${next}, ${NEVER})`, 'bigint'),
    // As the primary key can be walked: a file of all customers is read in this order.
    customer: {
      ...{ by: 'customer_id', type: 'text' },
      ...{ behind: 'customer_id > $8', orderBy: 'customer_id' },
    },
  })[sort]

const falling = (by: string, type: string): Order => ({
  ...{ by, type, behind: `${by} < $7 OR (${by} = $7 AND customer_id > $8)` },
  orderBy: '"sortValue" DESC, customer_id',
})

const rising = (by: string, type: string): Order => ({
  ...{ by, type, behind: `${by} > $7 OR (${by} = $7 AND customer_id > $8)` },
  orderBy: '"sortValue", customer_id',
})

const LIFECYCLE = lifecycleInSql('$1::bigint')

/** Those with an order that the filter lets through, whatever their lifecycle is. */
const FOUND = `last_at IS NOT NULL
  AND ($2::smallint IS NULL OR stage = $2)
  AND ($3::text IS NULL OR strpos(lower(customer_id), lower($3)) > 0
    OR strpos(lower(user_id), lower($3)) > 0)
  AND ($4::text IS NULL OR tags @> ARRAY[$4])
  AND ($5::boolean IS NULL OR COALESCE(source = ANY($6::text[]), false) = $5)`

/** One page of customers. Throws `EBB_INSIGHTS_CURSOR`. */
export const listCustomers = async (
  source: ListSource,
  wish: ListWish,
  now: number,
): Promise<CustomerPage> => {
  const { postgres } = source
  const [lifecycles, page, held, { rules }] = await Promise.all([
    countLifecycles(postgres, wish, now),
    pageOf(source, wish, now),
    countHeld(postgres),
    tagsInForce(postgres),
  ])
  const counts =
    wish.lifecycle === undefined ? Object.values(lifecycles) : [lifecycles[wish.lifecycle]]
  return {
    ...page,
    ...{ lifecycles, held, total: counts.reduce((sum, count) => sum + count, 0) },
    tags: rules.map(({ tag }) => tag),
  }
}

const countLifecycles = async (
  postgres: Queries,
  wish: ListWish,
  now: number,
): Promise<CustomerPage['lifecycles']> => {
  const rows = await postgres.query<{ lifecycle: Lifecycle; count: number }>(
    `SELECT ${LIFECYCLE} AS lifecycle, count(*) AS count FROM customers WHERE ${FOUND} GROUP BY 1`,
    [now, ...filterOf(wish, await holdsNow(postgres))],
  )
  const counted = new Map(rows.map(({ lifecycle, count }) => [lifecycle, count]))
  const entries = LIFECYCLES.map((lifecycle) => [lifecycle, counted.get(lifecycle) ?? 0])
  return Object.fromEntries(entries)
}

/** A page without what there is beside it. Throws `EBB_INSIGHTS_CURSOR`. */
export const pageOf = async (
  { postgres, scoring }: ListSource,
  wish: ListWish,
  clock: number,
): Promise<Pick<CustomerPage, 'customers' | 'next'>> => {
  const { sort, limit, after } = wish
  const cursor = after === undefined ? undefined : parseCursor(after, sort)
  const now = cursor?.now ?? clock
  const holds = await holdsNow(postgres)
  const next = nextInSql(holds, 11)
  const { by, type, behind, orderBy } = orderOf(sort, scoring, next.sql)
  const rows = await postgres.query<ListRow>(
    `SELECT customer_id AS "customerId", stage, tags, orders, revenue_minor AS "revenueMinor",
       horizon_revenue AS "horizonRevenue",
       repeat_days AS "repeatDays", first_at AS "firstAt", last_at AS "lastAt",
       alert_reason AS reason, light_at AS light, moderate_at AS moderate, heavy_at AS heavy,
       lost_at AS lost, recovered_at AS "recoveredAt", source, ${next.sql} AS "nextAt",
       ${by} AS "sortValue"
     FROM customers
     WHERE ${FOUND} AND ($10::text IS NULL OR ${LIFECYCLE} = $10)
       AND ($7::${type} IS NULL OR ${behind})
     ORDER BY ${orderBy} LIMIT $9`,
    [
      ...[now, ...filterOf(wish, holds), cursor?.value ?? null, cursor?.customerId ?? null],
      ...[limit + 1, wish.lifecycle ?? null, ...next.parameters],
    ],
  )
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    customers: shown.map((row) => itemOf(row, { now, scoring, holds })),
    ...(rows.length > limit &&
      last !== undefined && {
        next: formatCursor({ sort, value: last.sortValue, customerId: last.customerId, now }),
      }),
  }
}

const filterOf = ({ standing, search, tag, held }: ListWish, holds: readonly Hold[]): unknown[] => [
  standing === undefined ? null : STANDINGS.indexOf(standing),
  search === undefined || search === '' ? null : search,
  tag ?? null,
  held ?? null,
  silentSources(holds),
]

interface ItemSettings extends Pick<ListSource, 'scoring'> {
  readonly now: number
  readonly holds: readonly Hold[]
}

const itemOf = (row: ListRow, { now, scoring, holds }: ItemSettings): CustomerItem => {
  const { customerId, stage, tags, orders, revenueMinor, lastAt, reason, nextAt } = row
  const held = heldBy(holds, row.source)
  const next = nextStanding(stage, row)
  const risk = riskAt(row, now, scoring)
  return {
    customerId,
    standing: standingAt(stage),
    lifecycle: lifecycleAt(row, now),
    tags,
    risk,
    expectedLossMinor: expectedLossMinor(risk, row.horizonRevenue ?? 0, scoring),
    orders,
    revenueMinor,
    lastOrderAt: iso(lastAt),
    ...(stage > 0 && reason !== null && { reason }),
    ...(held && { held }),
    ...(next && nextAt !== null && { next: next.standing, nextAt: iso(nextAt) }),
  }
}

const iso = (instant: number): string => new Date(instant).toISOString()
