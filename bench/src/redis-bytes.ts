import { SHARED_PARTITIONS } from '@ebb/contracts/topics'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import { forgetStates } from '@ebb/redis/forget-states'
import { partitionKeys } from '@ebb/redis/partition-keys'
import type { RedisConnection } from '@ebb/redis/redis-connection'
import { redisPartitionStore } from '@ebb/redis/redis-partition-store'
import { fillStore } from './history-states.ts'
import { quantile } from './statistics.ts'

/** Bytes that Redis takes for one customer, by its own accounts (MEMORY USAGE). */
export interface RedisBytes {
  /** All memory of the states and positions, by customers. */
  readonly mean: number
  /** Key and state in the middle, and the mean of what Redis adds to each. */
  readonly median: number
}

const OWNER = { prefix: 'sizes.', processor: FEATURES_PROCESSOR }
const ALL_ENTRIES = 0

/** Keeps packed states as the feature service does, asks what that takes, and removes them. */
export const redisBytes = async (
  connection: RedisConnection,
  states: ReadonlyMap<string, Uint8Array>,
): Promise<RedisBytes> => {
  await fillStore(redisPartitionStore(connection, OWNER), states, SHARED_PARTITIONS)
  let used = 0
  for (let partition = 0; partition < SHARED_PARTITIONS; partition += 1)
    for (const key of Object.values(partitionKeys(OWNER, partition)))
      used += await connection.run(async (client) =>
        Number(await client.memory('USAGE', key, 'SAMPLES', ALL_ENTRIES)),
      )
  await forgetStates(connection, { ...OWNER, partitions: SHARED_PARTITIONS })
  const sizes = [...states].map(([key, state]) => key.length + state.length).sort((a, b) => a - b)
  const held = sizes.reduce((sum, size) => sum + size, 0)
  const addedToEach = (used - held) / sizes.length
  return { mean: used / sizes.length, median: quantile(sizes, 0.5) + addedToEach }
}
