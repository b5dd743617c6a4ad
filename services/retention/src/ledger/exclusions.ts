import type { Exclusion } from '@ebb/contracts/winback-api'
import type { Queries } from '@ebb/postgres/transaction'

/** Those of these customers who are never to be treated. */
export const excludedOf = async (
  queries: Queries,
  customerIds: readonly string[],
): Promise<ReadonlySet<string>> => {
  const rows = await queries.query<{ id: string }>(
    'SELECT customer_id AS id FROM exclusions WHERE customer_id = ANY($1)',
    [customerIds],
  )
  return new Set(rows.map(({ id }) => id))
}

/** All who are never to be treated, the latest first. */
export const listExclusions = async (queries: Queries): Promise<Exclusion[]> => {
  const rows = await queries.query<{ customerId: string; note: string; since: number }>(
    'SELECT customer_id AS "customerId", note, since FROM exclusions ORDER BY since DESC, customer_id',
  )
  return rows.map((row) => ({ ...row, since: new Date(row.since).toISOString() }))
}

/** Never treats this customer from now on. Again, it changes the note. */
export const exclude = async (
  queries: Queries,
  { customerId, note, now }: { customerId: string; note: string; now: number },
): Promise<void> => {
  await queries.query(
    `INSERT INTO exclusions (customer_id, note, since) VALUES ($1, $2, $3)
     ON CONFLICT (customer_id) DO UPDATE SET note = excluded.note`,
    [customerId, note, now],
  )
}

/** Whether the customer was excluded, and is no longer. */
export const include = async (queries: Queries, customerId: string): Promise<boolean> => {
  const gone = await queries.query(
    'DELETE FROM exclusions WHERE customer_id = $1 RETURNING customer_id',
    [customerId],
  )
  return gone.length === 1
}
