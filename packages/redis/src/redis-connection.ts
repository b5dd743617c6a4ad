import { adviseOnServers } from './redis-advice.ts'
import { redisClient } from './redis-client.ts'
import { redisFault } from './redis-faults.ts'
import type { RedisClient } from './redis-scripts.ts'
import type { RedisSettings } from './redis-settings.ts'

/** A connection that lasts until it is closed: what breaks is made anew by itself. */
export interface RedisConnection {
  /**
   * Makes a call, once. Throws `TransientError` where the fault may pass and the outcome is unknown,
   * `HaltError` where it will not pass; codes: `redisFault`.
   */
  run<T>(call: (client: RedisClient) => Promise<T>): Promise<T>
  /** Waits for what is in flight, 5 s at most; then every call fails. */
  close(): Promise<void>
}

/**
 * Connects to a server or a cluster, and tells `onNotice` what threatens the states there. Throws as
 * `RedisConnection.run` does: `TransientError` where nobody answers, so that the caller may try again.
 *
 * An ACL user needs, on the keys `~ebb:*`: `+eval +evalsha +hmget +hset +hdel +hincrby +hscan`, for
 * `forgetStates` `+unlink`; on a cluster also `+cluster|slots +asking`, for another database than 0
 * `+select`. Without `+config|get` nothing is told.
 */
export const connectRedis = async (settings: RedisSettings): Promise<RedisConnection> => {
  const client = redisClient(settings)
  let lost: Error | undefined
  const onLoss = (error: Error): void => {
    lost = error
    // ioredis would go on in database 0, among the states of somebody else.
    if (isAstray(error)) client.disconnect()
  }
  client.on('error', onLoss).on('node error', onLoss)
  const run: RedisConnection['run'] = async (call) => {
    try {
      const answer = await call(client)
      if (isAstray(lost)) throw lost
      lost = undefined
      return answer
    } catch (error) {
      throw redisFault(error as Error, lost)
    }
  }
  try {
    await run(() => client.connect())
  } catch (fault) {
    client.disconnect()
    throw fault
  }
  await adviseOnServers(client, settings.onNotice ?? (() => {}))
  return { run, close: () => closed(client) }
}

/** Whether a new connection is not in the database that was asked for. */
const isAstray = (error: Error | undefined): boolean =>
  (error as { command?: { name?: string } } | undefined)?.command?.name === 'select'

const closed = async (client: RedisClient): Promise<void> => {
  await client.quit().catch(() => {})
  client.disconnect()
}
