import { partitionKeys, type StatesOwner } from './partition-keys.ts'
import type { RedisConnection } from './redis-connection.ts'

/** Whose states, and in how many partitions they lie. */
interface ForgottenStates extends StatesOwner {
  readonly partitions: number
}

/**
 * Deletes all states of a processor, positions and epochs included, without a look through the key
 * space. Nobody may own a partition meanwhile: epochs begin at 1 again. Idempotent; stops half-way
 * where it throws, as `RedisConnection.run` does.
 */
export const forgetStates = async (
  { run }: RedisConnection,
  { partitions, ...owner }: ForgottenStates,
): Promise<void> => {
  for (let partition = 0; partition < partitions; partition += 1) {
    const { position, states } = partitionKeys(owner, partition)
    await run((client) => client.unlink(states, position))
  }
}
