import type { NoticeListener } from '@ebb/streaming/engine-notice'
import { Cluster, type Redis } from 'ioredis'
import type { RedisClient } from './redis-scripts.ts'

/** What is wrong with a server's settings for somebody who keeps states in it. */
export const adviceOn = (setting: ReadonlyMap<string, string>): string[] => {
  const policy = setting.get('maxmemory-policy') ?? 'noeviction'
  const advice: string[] = []
  if (policy !== 'noeviction')
    advice.push(
      `maxmemory-policy is ${policy}: when memory runs short, Redis will throw customers' states ` +
        'away without a word; set it to noeviction',
    )
  if (setting.get('appendonly') === 'no')
    advice.push(
      'appendonly is no: a Redis that restarts comes back empty, or as it was at its last ' +
        'snapshot; set it to yes',
    )
  return advice
}

/**
 * Tells what `adviceOn` finds on each server. Never throws: settings may be hidden from this user,
 * and a server that is away shows in the first call that needs it.
 */
export const adviseOnServers = async (
  client: RedisClient,
  onNotice: NoticeListener,
): Promise<void> => {
  const servers = client instanceof Cluster ? client.nodes('master') : [client]
  await Promise.allSettled(
    servers.map(async (server) => {
      for (const advice of adviceOn(await settingsOf(server)))
        onNotice({ message: `Redis at ${server.options.host}:${server.options.port}: ${advice}` })
    }),
  )
}

/** The settings that the advice is about. */
export const settingsOf = async (server: Redis): Promise<ReadonlyMap<string, string>> => {
  const found = (await server.config('GET', 'maxmemory-policy', 'appendonly')) as string[]
  const names = found.filter((_, i) => i % 2 === 0)
  return new Map(names.map((name, i) => [name, found[2 * i + 1] ?? '']))
}
