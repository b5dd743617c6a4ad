import type { Transaction } from '@ebb/postgres/transaction'
import type { Valuing } from '@ebb/risk/expected-loss'
import { holdOf, passedUntil, type SilentSources } from '@ebb/risk/silence/holds'
import type { Scoring } from '@ebb/risk/silence/tiers'
import { partitionOf } from '@ebb/streaming/partitioner'
import { type CustomerFeatures, type Place, scoredAnew } from './customer-fold.ts'
import { readFeatures, writeFeatures } from './customer-rows.ts'

/** A promotion of a model, in one partition of `ebb.features.v1`. */
export interface Promotion {
  readonly partition: number
  /** Of the topic. */
  readonly partitions: number
  readonly scoring: Scoring & Valuing
  /** What the partition's clock shows, ms. */
  readonly clock: number
  readonly place: Place
  readonly holds: SilentSources
}

const PAGE = 1_000

/**
 * Writes what silence leads to by another model, and the stage that the scorer puts them into, for all
 * customers of the partition that the generation tells of; and who they are.
 */
export const scoreAnew = async (
  tx: Transaction,
  { partition, partitions, scoring, clock, place, holds }: Promotion,
): Promise<CustomerFeatures[]> => {
  const all: CustomerFeatures[] = []
  for (let after = ''; ; ) {
    const page = await tx.query<{ customerId: string }>(
      `SELECT customer_id AS "customerId" FROM customers
       WHERE customer_id > $1 AND last_at IS NOT NULL AND features_version[1] = $3
       ORDER BY customer_id LIMIT $2`,
      [after, PAGE, place.generation],
    )
    const last = page.at(-1)
    if (last === undefined) return all
    after = last.customerId
    const own = page.map(({ customerId }) => customerId)
    const known = await readFeatures(
      tx,
      own.filter((customerId) => partitionOf(customerId, partitions) === partition),
    )
    const scored = [...known.values()].map((each) => {
      const passed = passedUntil(clock, holdOf(holds, each.rhythm?.source))
      return scoredAnew(each, { place, passedUntil: passed }, scoring)
    })
    await writeFeatures(tx, scored)
    all.push(...scored)
  }
}
