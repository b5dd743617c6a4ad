import { SHARED_PARTITIONS } from '@ebb/contracts/topics'
import { partitionKeys, type StatesOwner } from '@ebb/redis/partition-keys'
import type { RedisConnection } from '@ebb/redis/redis-connection'

/** Copies the states of a processor on shared engines, with where each partition stands. */
export const copyStates = async (
  { run }: RedisConnection,
  from: StatesOwner,
  to: StatesOwner,
): Promise<void> => {
  for (let partition = 0; partition < SHARED_PARTITIONS; partition += 1) {
    const [source, copy] = [partitionKeys(from, partition), partitionKeys(to, partition)]
    await run((client) => client.copy(source.states, copy.states))
    await run((client) => client.copy(source.position, copy.position))
  }
}
