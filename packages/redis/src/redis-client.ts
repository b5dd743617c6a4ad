import { Cluster, Redis } from 'ioredis'
import { PARTITION_SCRIPTS, type RedisClient } from './redis-scripts.ts'
import { type RedisSettings, readRedisUrl } from './redis-settings.ts'

const ANSWER_WITHIN_MS = 5_000
const LONGEST_WAIT_MS = 2_000

/**
 * Nothing is queued while there is no connection, and nothing is sent a second time when one breaks:
 * each call then fails at once, and whoever made it decides. A connection on which nothing comes back
 * for 5 s is given up and made anew.
 */
const OPTIONS = {
  lazyConnect: true,
  connectTimeout: ANSWER_WITHIN_MS,
  commandTimeout: ANSWER_WITHIN_MS,
  socketTimeout: ANSWER_WITHIN_MS,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  // A server that loads says so to every call, and INFO would be one more right to ask for.
  enableReadyCheck: false,
  disableClientInfo: true,
  retryStrategy: (attempt: number) => Math.min(100 * attempt, LONGEST_WAIT_MS),
  // Behind a name that a failover moved, the same connection would stay with the old primary.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
}

/** A client that is not connected yet. Throws a `HaltError` `EBB_REDIS_SETTINGS`. */
export const redisClient = (settings: RedisSettings): RedisClient => {
  const { nodes, username, password, database, isTls } = readRedisUrl(settings)
  const options = {
    ...OPTIONS,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isTls && { tls: { ...settings.tls } }),
  }
  const scripts = PARTITION_SCRIPTS
  const client = settings.cluster
    ? new Cluster([...nodes], { ...CLUSTER_OPTIONS, redisOptions: options, scripts })
    : new Redis({ ...options, ...nodes[0], db: database, scripts })
  return client as RedisClient
}

const CLUSTER_OPTIONS = {
  lazyConnect: true,
  enableOfflineQueue: false,
  enableReadyCheck: false,
  slotsRefreshTimeout: ANSWER_WITHIN_MS,
  // What was in flight when a node went away is not sent to another one by itself.
  retryDelayOnFailover: 0,
}
