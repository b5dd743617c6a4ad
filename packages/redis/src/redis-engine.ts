import type { PartitionStore } from '@ebb/streaming/partition-store'
import { forgetStates } from './forget-states.ts'
import { connectRedis } from './redis-connection.ts'
import { redisPartitionStore } from './redis-partition-store.ts'
import type { RedisSettings } from './redis-settings.ts'

/** The states of several installations and processors, over one connection. */
export interface RedisEngine {
  /** `prefix` stands before every key. */
  store(prefix: string, processor: string): PartitionStore
  /** Removes the states of a processor that nobody runs. */
  forget(prefix: string, states: { name: string; partitions: number }): Promise<void>
  close(): Promise<void>
}

/** Redis as a command line uses it. Throws as `RedisConnection.run` does. */
export const connectRedisEngine = async (settings: RedisSettings): Promise<RedisEngine> => {
  const connection = await connectRedis(settings)
  return {
    store: (prefix, processor) => redisPartitionStore(connection, { prefix, processor }),
    forget: (prefix, { name, partitions }) =>
      forgetStates(connection, { prefix, processor: name, partitions }),
    close: connection.close,
  }
}
