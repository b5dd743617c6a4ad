import { minorUnitExponent } from '@ebb/contracts/currency'
import { lifecycleAt } from '@ebb/customer/lifecycle'
import type { TagFacts, TagMoment } from '@ebb/customer/tag-fields'
import type { Queries, Transaction } from '@ebb/postgres/transaction'
import { standingAt } from '../customers/standing.ts'
import { type Attributes, valuesOf } from '../profiles/profile-fold.ts'
import { readProfiles } from '../profiles/profile-rows.ts'

/** What features knows of a customer, as far as tags are told from it. */
export interface HeardCustomer extends Pick<TagFacts, 'windows' | 'tastes'> {
  readonly customerId: string
  /** Clock of the partition, ISO 8601: what the windows end at. */
  readonly asOf: string
  readonly rhythm: { readonly orders: number; readonly lastOrderId: string } | null
}

/** A customer's row, as far as tags are told from it. */
export interface TaggedRow {
  readonly customerId: string
  readonly tags: readonly string[]
  readonly changes: number
  readonly stage: number
  readonly recoveredAt: number | null
  readonly analytics: boolean | null
  readonly marketing: boolean | null
  readonly orders: number | null
  readonly repeatDays: number | null
  readonly firstAt: number | null
  readonly lastAt: number | null
  readonly lastOrderId: string | null
}

const COLUMNS = `customer_id AS "customerId", tags, changes, stage, recovered_at AS "recoveredAt",
  analytics, marketing, orders, repeat_days AS "repeatDays", first_at AS "firstAt",
  last_at AS "lastAt", last_order_id AS "lastOrderId"`

/** Which rows: those behind a key that a condition holds for. */
export interface RowWish {
  readonly after: string
  readonly limit: number
  /** SQL over the columns of customers; $3 and behind are `values`. */
  readonly where: string
  readonly values: readonly unknown[]
}

/** Rows in the order of their keys. Of alerts alone there are no tags. */
export const readTagged = (
  queries: Queries,
  { after, limit, where, values }: RowWish,
): Promise<TaggedRow[]> =>
  queries.query<TaggedRow>(
    `SELECT ${COLUMNS} FROM customers
     WHERE customer_id > $1 AND features_version IS NOT NULL AND ${where}
     ORDER BY customer_id LIMIT $2`,
    [after, limit, ...values],
  )

/** What tags are told from, of the row, features and the profile; and when that is. */
export interface Telling {
  readonly facts: TagFacts
  readonly at: TagMoment
}

/** A row together with what else is known of the customer. */
export interface KnownCustomer {
  readonly row: TaggedRow
  readonly heard: HeardCustomer
  readonly attributes: Attributes | undefined
}

/**
 * Whether features says what the row says of orders. It publishes before it commits, so for a moment
 * it may not: then the customer is told later.
 */
const isInStep = ({ row, heard }: Pick<KnownCustomer, 'row' | 'heard'>): boolean =>
  (heard.rhythm?.orders ?? null) === row.orders &&
  (heard.rhythm?.lastOrderId ?? null) === row.lastOrderId

/** Puts together what tags are told from. */
export const tellingOf = ({ row, heard, attributes }: KnownCustomer, currency: string): Telling => {
  const { stage, recoveredAt, repeatDays, firstAt, lastAt, analytics, marketing } = row
  const now = Date.parse(heard.asOf)
  const { windows, tastes } = heard
  const consent = {
    ...(analytics !== null && { analytics }),
    ...(marketing !== null && { marketing }),
  }
  const facts: TagFacts = {
    ...{ windows, tastes, consent },
    ...(repeatDays === null || firstAt === null || lastAt === null
      ? { rhythm: null }
      : {
          rhythm: { repeatDays, firstAt, lastAt },
          lifecycle: lifecycleAt({ repeatDays, stage, recoveredAt }, now),
          tier: standingAt(stage),
        }),
    attributes: attributes === undefined ? {} : valuesOf(attributes),
  }
  return { facts, at: { now, minorUnits: 10 ** minorUnitExponent(currency) } }
}

/** Rows of which features knows as much as they say, each with its profile. */
export const knownCustomers = async (
  queries: Queries,
  rows: readonly TaggedRow[],
  heard: ReadonlyMap<string, HeardCustomer>,
): Promise<readonly KnownCustomer[]> => {
  const profiles = await readProfiles(
    queries,
    rows.map(({ customerId }) => customerId),
  )
  return rows.flatMap((row) => {
    const of = heard.get(row.customerId)
    if (of === undefined || !isInStep({ row, heard: of })) return []
    return [{ row, heard: of, attributes: profiles.get(row.customerId) }]
  })
}

/** Tags of a customer, as they were told. */
export interface ToldTags {
  readonly customerId: string
  readonly tags: readonly string[]
  /** Of the row that they were told from. */
  readonly changes: number
}

/** By which rules, and for which day, tags were told. */
export interface ToldBy {
  readonly version: number
  readonly day: number
}

/**
 * Writes tags; by key, so that two writers never wait in a ring. What newer rules gave stays: a
 * process that is late may be gone before it reads them itself.
 */
export const writeTags = async (
  tx: Transaction,
  told: readonly ToldTags[],
  { version, day }: ToldBy,
): Promise<void> => {
  if (told.length === 0) return
  await tx.query(
    `UPDATE customers SET tags = sent.tags::text[], tagged_changes = sent.changes,
       tagged_rules = $4, tagged_day = $5
     FROM unnest($1::text[], $2::text[], $3::bigint[]) AS sent (customer_id, tags, changes)
       JOIN (SELECT customer_id FROM customers WHERE customer_id = ANY($1)
         ORDER BY customer_id FOR NO KEY UPDATE) AS held USING (customer_id)
     WHERE customers.customer_id = sent.customer_id AND customers.tagged_rules <= $4`,
    [
      told.map(({ customerId }) => customerId),
      // Names of tags are letters, digits, - and _: they need no quotation marks.
      told.map(({ tags }) => `{${tags.join(',')}}`),
      told.map(({ changes }) => changes),
      ...[version, day],
    ],
  )
}
