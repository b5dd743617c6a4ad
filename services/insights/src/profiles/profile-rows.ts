import type { Queries, Transaction } from '@ebb/postgres/transaction'
import type { Attributes, Said } from './profile-fold.ts'

/** What is known of these customers, by customer; those of whom nothing was said are not in it. */
export const readProfiles = async (
  postgres: Queries,
  customerIds: readonly string[],
): Promise<Map<string, Attributes>> => {
  const rows = await postgres.query<{ customerId: string; attributes: Record<string, Said> }>(
    'SELECT customer_id AS "customerId", attributes FROM profiles WHERE customer_id = ANY($1)',
    [customerIds],
  )
  return new Map(
    rows.map(({ customerId, attributes }) => [customerId, new Map(Object.entries(attributes))]),
  )
}

/** Writes profiles, each of them once; by key, so that two writers never wait in a ring. */
export const writeProfiles = async (
  tx: Transaction,
  profiles: ReadonlyMap<string, Attributes>,
): Promise<void> => {
  if (profiles.size === 0) return
  const customerIds = [...profiles.keys()]
  await tx.query(
    `INSERT INTO profiles (customer_id, attributes)
     SELECT customer_id, attributes FROM unnest($1::text[], $2::jsonb[]) AS sent (customer_id, attributes)
     ORDER BY customer_id COLLATE "C"
     ON CONFLICT (customer_id) DO UPDATE SET attributes = EXCLUDED.attributes`,
    [
      customerIds,
      [...profiles.values()].map((attributes) => JSON.stringify(Object.fromEntries(attributes))),
    ],
  )
  await noteChanges(tx, customerIds)
}

/** Tags are told from profiles, too. */
const noteChanges = async (tx: Transaction, customerIds: readonly string[]): Promise<void> => {
  await tx.query(
    `UPDATE customers SET changes = customers.changes + 1
     FROM (SELECT customer_id FROM customers WHERE customer_id = ANY($1)
       ORDER BY customer_id FOR NO KEY UPDATE) AS held
     WHERE customers.customer_id = held.customer_id`,
    [customerIds],
  )
}
