import type { Queries, Transaction } from '@ebb/postgres/transaction'
import type { CountRow } from './counter.ts'
import type { VisitorMinute } from './visitor-rate.ts'

/** Adds counts to those that are there: one statement, in the order of the key, so that nobody waits in a ring. */
export const addCounts = async (tx: Transaction, rows: readonly CountRow[]): Promise<void> => {
  if (rows.length === 0) return
  await tx.query(
    `INSERT INTO quality_counts AS kept (day, source, counter, count)
     SELECT day, source, counter, count
     FROM unnest($1::integer[], $2::text[], $3::text[], $4::bigint[])
       AS sent (day, source, counter, count)
     ORDER BY day, source COLLATE "C", counter COLLATE "C"
     ON CONFLICT (day, source, counter) DO UPDATE SET count = kept.count + EXCLUDED.count`,
    [
      rows.map(({ day }) => day),
      rows.map(({ source }) => source),
      rows.map(({ counter }) => counter),
      rows.map(({ count }) => count),
    ],
  )
}

/** Counts of the days from `from` to `to`, both among them, of all sources or of one. */
export const readCounts = (
  queries: Queries,
  { from, to, source }: { readonly from: number; readonly to: number; readonly source?: string },
): Promise<CountRow[]> =>
  queries.query<CountRow>(
    `SELECT day, source, counter, count FROM quality_counts
     WHERE day BETWEEN $1 AND $2 AND ($3::text IS NULL OR source = $3)`,
    [from, to, source ?? null],
  )

/** Sources of which something was counted from one day to another. */
export const readSources = async (
  queries: Queries,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<string[]> => {
  const rows = await queries.query<{ source: string }>(
    'SELECT DISTINCT source FROM quality_counts WHERE day BETWEEN $1 AND $2 ORDER BY source',
    [from, to],
  )
  return rows.map(({ source }) => source)
}

/** A visitor as a source knows them. */
export interface Visitor {
  readonly source: string
  readonly customerId: string
}

/** The latest minute of those of these visitors who are known. */
export const readVisitors = (
  tx: Transaction,
  visitors: readonly Visitor[],
): Promise<(Visitor & VisitorMinute)[]> =>
  visitors.length === 0
    ? Promise.resolve([])
    : tx.query(
        `SELECT source, customer_id AS "customerId", minute, views FROM quality_visitors
         JOIN unnest($1::text[], $2::text[]) AS asked (source, customer_id)
           USING (source, customer_id)`,
        [visitors.map(({ source }) => source), visitors.map(({ customerId }) => customerId)],
      )

/** Writes the latest minute of visitors of one partition. */
export const writeVisitors = async (
  tx: Transaction,
  partition: number,
  visitors: readonly (Visitor & VisitorMinute)[],
): Promise<void> => {
  if (visitors.length === 0) return
  await tx.query(
    `INSERT INTO quality_visitors (source, customer_id, minute, views, partition)
     SELECT source, customer_id, minute, views, $5
     FROM unnest($1::text[], $2::text[], $3::bigint[], $4::integer[])
       AS sent (source, customer_id, minute, views)
     ON CONFLICT (source, customer_id) DO UPDATE SET minute = EXCLUDED.minute, views = EXCLUDED.views`,
    [
      visitors.map(({ source }) => source),
      visitors.map(({ customerId }) => customerId),
      visitors.map(({ minute }) => minute),
      visitors.map(({ views }) => views),
      partition,
    ],
  )
}

/** Removes visitors of a partition who were last seen before a minute. */
export const forgetVisitors = async (
  tx: Transaction,
  partition: number,
  before: number,
): Promise<void> => {
  await tx.query('DELETE FROM quality_visitors WHERE partition = $1 AND minute < $2', [
    partition,
    before,
  ])
}
