import type { EngineReport } from '@ebb/streaming/engines'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { forgetStates } from './forget-states.ts'
import { connectRedis } from './redis-connection.ts'
import { reportOnRedis } from './redis-diagnosis.ts'
import { redisPartitionStore } from './redis-partition-store.ts'
import type { RedisSettings } from './redis-settings.ts'

/**
 * Redis for several installations, as a command line uses it: one connection for the states of all
 * processors. Throws as `RedisConnection.run` does.
 */
export const connectRedisEngine = async (settings: RedisSettings) => {
  const connection = await connectRedis(settings)
  return {
    /** `prefix` stands before every key. */
    store: (prefix: string, processor: string): PartitionStore =>
      redisPartitionStore(connection, { prefix, processor }),
    /** Removes the states of a processor that nobody runs. */
    forget: (prefix: string, { name, partitions }: { name: string; partitions: number }) =>
      forgetStates(connection, { prefix, processor: name, partitions }),
    /** What the servers are. */
    report: (): Promise<EngineReport> => reportOnRedis(connection),
    close: connection.close,
  }
}
