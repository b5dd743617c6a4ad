import type { Transaction } from '@ebb/postgres/transaction'
import type { CustomerFeatures, Place, Rhythm, StageKnown, Visits } from './customer-fold.ts'

interface FeaturesRow {
  readonly customer_id: string
  readonly features_version: readonly [number, number, number]
  readonly user_id: string | null
  readonly as_of: number
  readonly revenue_minor: number
  readonly analytics: boolean | null
  readonly marketing: boolean | null
  readonly orders: number
  readonly repeat_days: number
  readonly first_at: number
  readonly last_at: number | null
  readonly last_order_id: string
  readonly visit_repeat_days: number
  readonly first_visit_at: number
  readonly last_visit_at: number | null
  readonly light_at: number | null
  readonly moderate_at: number | null
  readonly heavy_at: number | null
  readonly lost_at: number
  readonly horizon_revenue: number | null
  readonly rhythm_place: readonly [number, number]
  readonly source: string | null
  readonly stage_place: readonly [number, number]
  readonly stage_there: number
  readonly below_light: readonly [number, number] | null
  readonly below_moderate: readonly [number, number] | null
  readonly below_heavy: readonly [number, number] | null
}

/** Keeps other writers from these customers until the transaction ends; by key, so that none waits in a ring. */
export const lockCustomers = async (
  tx: Transaction,
  customerIds: readonly string[],
): Promise<void> => {
  await tx.query(
    'SELECT 1 FROM customers WHERE customer_id = ANY($1) ORDER BY customer_id FOR UPDATE',
    [customerIds],
  )
}

/**
 * Lets one transaction at a time make rows for the customers of a partition, of those that ask: a row
 * that is not there yet cannot be locked, and two that make the same ones may wait in a ring.
 */
export const lockPartition = async (tx: Transaction, partition: number): Promise<void> => {
  await tx.query(
    `SELECT pg_advisory_xact_lock(
       hashtextextended('ebb customers ' || current_schema() || $1::text, 0))`,
    [partition],
  )
}

/** What the features of these customers came to so far. */
export const readFeatures = async (
  tx: Transaction,
  customerIds: readonly string[],
): Promise<Map<string, CustomerFeatures>> => {
  const rows = await tx.query<FeaturesRow>(
    `SELECT customer_id, features_version, user_id, as_of, revenue_minor, analytics, marketing,
       orders, repeat_days, first_at, last_at, last_order_id,
       visit_repeat_days, first_visit_at, last_visit_at,
       light_at, moderate_at, heavy_at, lost_at, horizon_revenue, rhythm_place,
       source, stage_place, stage_there, below_light, below_moderate, below_heavy
     FROM customers WHERE customer_id = ANY($1) AND features_version IS NOT NULL`,
    [customerIds],
  )
  return new Map(rows.map((row) => [row.customer_id, featuresOf(row)]))
}

const featuresOf = (row: FeaturesRow): CustomerFeatures => {
  const [generation, offset, index] = row.features_version
  const { light_at: light, moderate_at: moderate, heavy_at: heavy, lost_at: lost } = row
  return {
    customerId: row.customer_id,
    version: { generation, offset, index },
    userId: row.user_id,
    asOf: row.as_of,
    revenueMinor: row.revenue_minor,
    consent: {
      ...(row.analytics !== null && { analytics: row.analytics }),
      ...(row.marketing !== null && { marketing: row.marketing }),
    },
    rhythm: rhythmOf(row),
    visits: visitsOf(row),
    crossings: row.last_at === null ? null : { light, moderate, heavy, lost },
    horizonRevenue: row.horizon_revenue,
    rhythmPlace: placeOf(row.rhythm_place),
    stageKnown: {
      place: placeOf(row.stage_place),
      there: row.stage_there,
      lastBelow: [
        row.below_light && placeOf(row.below_light),
        row.below_moderate && placeOf(row.below_moderate),
        row.below_heavy && placeOf(row.below_heavy),
      ],
    },
  }
}

const placeOf = ([generation, offset]: readonly [number, number]): Place => ({ generation, offset })

const rhythmOf = (row: FeaturesRow): Rhythm | null =>
  row.last_at === null
    ? null
    : {
        orders: row.orders,
        repeatDays: row.repeat_days,
        firstAt: row.first_at,
        lastAt: row.last_at,
        lastOrderId: row.last_order_id,
        ...(row.source !== null && { source: row.source }),
      }

const visitsOf = (row: FeaturesRow): Visits | null =>
  row.last_visit_at === null
    ? null
    : {
        repeatDays: row.visit_repeat_days,
        firstAt: row.first_visit_at,
        lastAt: row.last_visit_at,
      }

/** Columns that features write, with how each is read from a customer's features. */
const COLUMNS: readonly (readonly [string, string, (of: CustomerFeatures) => unknown])[] = [
  ['customer_id', 'text', ({ customerId }) => customerId],
  ['user_id', 'text', ({ userId }) => userId],
  ['as_of', 'bigint', ({ asOf }) => asOf],
  ['revenue_minor', 'bigint', ({ revenueMinor }) => revenueMinor],
  ['analytics', 'boolean', ({ consent }) => consent.analytics ?? null],
  ['marketing', 'boolean', ({ consent }) => consent.marketing ?? null],
  ['orders', 'integer', ({ rhythm }) => rhythm?.orders ?? null],
  ['repeat_days', 'integer', ({ rhythm }) => rhythm?.repeatDays ?? null],
  ['first_at', 'bigint', ({ rhythm }) => rhythm?.firstAt ?? null],
  ['last_at', 'bigint', ({ rhythm }) => rhythm?.lastAt ?? null],
  ['last_order_id', 'text', ({ rhythm }) => rhythm?.lastOrderId ?? null],
  ['visit_repeat_days', 'integer', ({ visits }) => visits?.repeatDays ?? null],
  ['first_visit_at', 'bigint', ({ visits }) => visits?.firstAt ?? null],
  ['last_visit_at', 'bigint', ({ visits }) => visits?.lastAt ?? null],
  ['light_at', 'bigint', ({ crossings }) => crossings?.light ?? null],
  ['moderate_at', 'bigint', ({ crossings }) => crossings?.moderate ?? null],
  ['heavy_at', 'bigint', ({ crossings }) => crossings?.heavy ?? null],
  ['lost_at', 'bigint', ({ crossings }) => crossings?.lost ?? null],
  ['horizon_revenue', 'float8', ({ horizonRevenue }) => horizonRevenue],
  ['source', 'text', ({ rhythm }) => rhythm?.source ?? null],
  ['stage_there', 'smallint', ({ stageKnown }) => stageKnown.there],
]

const placeText = ({ generation, offset }: Place): string => `{${generation},${offset}}`

const belowText = ({ lastBelow }: StageKnown, tier: 0 | 1 | 2): string | null =>
  lastBelow[tier] && placeText(lastBelow[tier])

/** As `COLUMNS`. Arrays of arrays cannot be unnested one level: each is sent as text. */
const ARRAYS: readonly (readonly [string, (of: CustomerFeatures) => string | null])[] = [
  ['features_version', ({ version: v }) => `{${v.generation},${v.offset},${v.index}}`],
  ['rhythm_place', ({ rhythmPlace }) => placeText(rhythmPlace)],
  ['stage_place', ({ stageKnown }) => placeText(stageKnown.place)],
  ['below_light', ({ stageKnown }) => belowText(stageKnown, 0)],
  ['below_moderate', ({ stageKnown }) => belowText(stageKnown, 1)],
  ['below_heavy', ({ stageKnown }) => belowText(stageKnown, 2)],
]

const ALL = [...COLUMNS.map(([name]) => name), ...ARRAYS.map(([name]) => name)]
const SENT = [...COLUMNS.map(([, type]) => type), ...ARRAYS.map(() => 'text')]
  .map((type, i) => `$${i + 1}::${type}[]`)
  .join(', ')
const NAMES = ALL.join(', ')
const READ = [
  ...COLUMNS.map(([name]) => name),
  ...ARRAYS.map(([name]) => `${name}::bigint[]`),
].join(', ')
const SET = ALL.slice(1)
  .map((name) => `${name} = EXCLUDED.${name}`)
  .join(', ')

/** Writes the features of customers, each of them once; by key, so that two writers never wait in a ring. */
export const writeFeatures = async (
  tx: Transaction,
  customers: readonly CustomerFeatures[],
): Promise<void> => {
  if (customers.length === 0) return
  await tx.query(
    `INSERT INTO customers AS kept (${NAMES})
     SELECT ${READ} FROM unnest(${SENT}) AS sent (${NAMES}) ORDER BY customer_id COLLATE "C"
     ON CONFLICT (customer_id) DO UPDATE SET ${SET}, changes = kept.changes + 1`,
    [
      ...COLUMNS.map(([, , read]) => customers.map(read)),
      ...ARRAYS.map(([, read]) => customers.map(read)),
    ],
  )
}
