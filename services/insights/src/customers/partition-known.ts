import type { ModelSignal } from '@ebb/contracts/model-signal'
import type { Queries, Transaction } from '@ebb/postgres/transaction'
import { type Hold, NONE_SILENT, type SilentSources } from '@ebb/risk/silence/holds'

/** What concerns all customers of a partition of `ebb.features.v1`, as far as it was read. */
export interface PartitionKnown extends SilentSources {
  /** Its last tick, ms; 0 before the first. */
  readonly clock: number
  /** The model in force; null while it is the shipped one. */
  readonly promoted: ModelSignal | null
}

/** A partition of a generation of the topic. */
export interface PartitionOf {
  readonly partition: number
  readonly generation: number
}

const NOTHING: PartitionKnown = { clock: 0, promoted: null, ...NONE_SILENT }

/** What is known of a partition; of another generation than the one that was read, nothing. */
export const readPartition = async (
  tx: Transaction,
  { partition, generation }: PartitionOf,
): Promise<PartitionKnown> => {
  const [row] = await tx.query<PartitionKnown>(
    `SELECT clock, promoted, told_at AS "toldAt", holds FROM partition_clocks
     WHERE partition = $1 AND generation = $2`,
    [partition, generation],
  )
  return row ?? NOTHING
}

/** Keeps what is known of a partition. */
export const writePartition = async (
  tx: Transaction,
  { partition, generation }: PartitionOf,
  { clock, promoted, toldAt, holds }: PartitionKnown,
): Promise<void> => {
  await tx.query(
    `INSERT INTO partition_clocks (partition, generation, clock, promoted, told_at, holds)
     VALUES ($1, $2, $3, $4::jsonb, $5, $6::jsonb)
     ON CONFLICT (partition) DO UPDATE SET generation = $2, clock = $3, promoted = $4::jsonb,
       told_at = $5, holds = $6::jsonb`,
    [
      ...[partition, generation, clock, promoted && JSON.stringify(promoted)],
      ...[toldAt, JSON.stringify(holds)],
    ],
  )
}

/** Holds by the partition that was told of sources last. */
export const holdsNow = async (queries: Queries): Promise<readonly Hold[]> => {
  const [row] = await queries.query<{ holds: readonly Hold[] }>(
    'SELECT holds FROM partition_clocks ORDER BY told_at DESC, partition LIMIT 1',
  )
  return row?.holds ?? []
}
