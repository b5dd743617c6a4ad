import type { ReasonCode } from '@ebb/contracts/alert-record'
import type {
  CustomerItem,
  CustomerPage,
  CustomerSort,
  Standing,
} from '@ebb/contracts/dashboard-api'
import type { Queries } from '@ebb/postgres/postgres-client'
import { riskAt, type Scoring } from '@ebb/risk/tiers'
import { formatCursor, parseCursor } from './customer-cursor.ts'
import type { CrossingInstants } from './customer-fold.ts'
import { riskInSql } from './risk-in-sql.ts'
import { nextStanding, STANDINGS, standingAt } from './standing.ts'

/** What a list is made from. */
export interface ListSource {
  readonly postgres: Queries
  readonly scoring: Scoring
}

/** Which customers, in which order, from where on. */
export interface ListWish {
  /** Part of the customer key or the user id, in any case of letters. */
  readonly search?: string
  readonly standing?: Standing
  readonly sort: CustomerSort
  readonly limit: number
  readonly after?: string
}

interface ListRow extends CrossingInstants {
  readonly customerId: string
  readonly stage: number
  readonly orders: number
  readonly revenueMinor: number
  readonly repeatDays: number
  readonly firstAt: number
  readonly lastAt: number
  readonly reason: ReasonCode | null
  readonly sortValue: number | string
}

/** Behind every instant, for those that nothing comes next for. */
const NEVER = Number.MAX_SAFE_INTEGER

/** SQL of an order of the list. */
interface Order {
  readonly by: string
  readonly type: string
  /** What comes behind the customer $5, whose value is $4. */
  readonly behind: string
  readonly orderBy: string
}

const orderOf = (sort: CustomerSort, scoring: Scoring): Order =>
  ({
    risk: falling(riskInSql(scoring, '$1::bigint'), 'float8'),
    revenue: falling('revenue_minor', 'bigint'),
    lastOrder: falling('last_at', 'bigint'),
    next: rising(`COALESCE(next_at, ${NEVER})`, 'bigint'),
    // As the primary key can be walked: a file of all customers is read in this order.
    customer: {
      ...{ by: 'customer_id', type: 'text' },
      ...{ behind: 'customer_id > $5', orderBy: 'customer_id' },
    },
  })[sort]

const falling = (by: string, type: string): Order => ({
  ...{ by, type, behind: `${by} < $4 OR (${by} = $4 AND customer_id > $5)` },
  orderBy: '"sortValue" DESC, customer_id',
})

const rising = (by: string, type: string): Order => ({
  ...{ by, type, behind: `${by} > $4 OR (${by} = $4 AND customer_id > $5)` },
  orderBy: '"sortValue", customer_id',
})

/** $1 stands in for the instant, which not every order needs. */
const MATCHES = `$1::bigint IS NOT NULL AND last_at IS NOT NULL
  AND ($2::smallint IS NULL OR stage = $2)
  AND ($3::text IS NULL OR strpos(lower(customer_id), lower($3)) > 0
    OR strpos(lower(user_id), lower($3)) > 0)`

/** One page of customers. Throws `EBB_INSIGHTS_CURSOR`. */
export const listCustomers = async (
  source: ListSource,
  wish: ListWish,
  now: number,
): Promise<CustomerPage> => {
  const { postgres } = source
  const [[counted], page] = await Promise.all([
    postgres.query<{ total: number }>(`SELECT count(*) AS total FROM customers WHERE ${MATCHES}`, [
      now,
      ...filterOf(wish),
    ]),
    pageOf(source, wish, now),
  ])
  return { ...page, total: counted?.total ?? 0 }
}

/** A page without the number of all. Throws `EBB_INSIGHTS_CURSOR`. */
export const pageOf = async (
  { postgres, scoring }: ListSource,
  wish: ListWish,
  clock: number,
): Promise<Omit<CustomerPage, 'total'>> => {
  const { sort, limit, after } = wish
  const cursor = after === undefined ? undefined : parseCursor(after, sort)
  const now = cursor?.now ?? clock
  const { by, type, behind, orderBy } = orderOf(sort, scoring)
  const rows = await postgres.query<ListRow>(
    `SELECT customer_id AS "customerId", stage, orders, revenue_minor AS "revenueMinor",
       repeat_days AS "repeatDays", first_at AS "firstAt", last_at AS "lastAt",
       alert_reason AS reason, light_at AS light, moderate_at AS moderate, heavy_at AS heavy,
       lost_at AS lost, ${by} AS "sortValue"
     FROM customers
     WHERE ${MATCHES} AND ($4::${type} IS NULL OR ${behind})
     ORDER BY ${orderBy} LIMIT $6`,
    [now, ...filterOf(wish), cursor?.value ?? null, cursor?.customerId ?? null, limit + 1],
  )
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    customers: shown.map((row) => itemOf(row, now, scoring)),
    ...(rows.length > limit &&
      last !== undefined && {
        next: formatCursor({ sort, value: last.sortValue, customerId: last.customerId, now }),
      }),
  }
}

const filterOf = ({ standing, search }: ListWish): unknown[] => [
  standing === undefined ? null : STANDINGS.indexOf(standing),
  search === undefined || search === '' ? null : search,
]

const itemOf = (row: ListRow, now: number, scoring: Scoring): CustomerItem => {
  const { customerId, stage, orders, revenueMinor, lastAt, reason } = row
  const next = nextStanding(stage, row)
  return {
    customerId,
    standing: standingAt(stage),
    risk: riskAt(row, now, scoring),
    orders,
    revenueMinor,
    lastOrderAt: iso(lastAt),
    ...(stage > 0 && reason !== null && { reason }),
    ...(next && { next: next.standing, nextAt: iso(next.at) }),
  }
}

const iso = (instant: number): string => new Date(instant).toISOString()
