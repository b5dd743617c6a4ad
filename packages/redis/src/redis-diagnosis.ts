import type { EngineReport } from '@ebb/streaming/engines'
import { Cluster, type Redis } from 'ioredis'
import { adviceOn, settingsOf } from './redis-advice.ts'
import type { RedisConnection } from './redis-connection.ts'

/**
 * What the servers are: the oldest version and the clock that is furthest off among them. What a user
 * may not ask (`+info`, `+time`, `+config|get`) is left out. Throws as `RedisConnection.run` does.
 */
export const reportOnRedis = ({ run }: RedisConnection): Promise<EngineReport> =>
  run(async (client) => {
    const servers = client instanceof Cluster ? client.nodes('master') : [client]
    const reports = await Promise.all(servers.map(reportOn))
    const versions = reports.flatMap(({ version }) => version ?? []).sort(byNumbers)
    const skews = reports.flatMap(({ aheadMs }) => aheadMs ?? [])
    const worst = skews.sort((a, b) => Math.abs(b) - Math.abs(a))[0]
    return {
      product: reports[0]?.product ?? 'Redis',
      ...(versions[0] !== undefined && { version: versions[0] }),
      ...(worst !== undefined && { aheadMs: worst }),
      advice: [...new Set(reports.flatMap(({ advice }) => advice))],
    }
  })

const byNumbers = (a: string, b: string): number =>
  a.localeCompare(b, 'en', { numeric: true, sensitivity: 'base' })

const reportOn = async (server: Redis): Promise<EngineReport> => {
  const info = (await unlessDenied(server.info('server'))) ?? ''
  const valkey = /^valkey_version:(\S+)/m.exec(info)?.[1]
  const version = valkey ?? /^redis_version:(\S+)/m.exec(info)?.[1]
  const aheadMs = await unlessDenied(clockOf(server))
  return {
    product: valkey === undefined ? 'Redis' : 'Valkey',
    ...(version !== undefined && { version }),
    ...(aheadMs !== undefined && { aheadMs }),
    advice: adviceOn((await unlessDenied(settingsOf(server))) ?? new Map()),
  }
}

/** Against the middle of the time that the answer took. */
const clockOf = async (server: Redis): Promise<number> => {
  const asked = Date.now()
  const [seconds, micros] = await server.time()
  return Number(seconds) * 1_000 + Number(micros) / 1_000 - (asked + Date.now()) / 2
}

const unlessDenied = <T>(answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((error: Error) => {
    if (/^NOPERM|unknown command/i.test(error.message)) return undefined
    throw error
  })
