import { useOwnRedis, useRedis } from '@ebb/testkit/engines'
import { describe, expect, test } from 'vitest'
import { connectRedis } from './redis-connection.ts'
import { reportOnRedis } from './redis-diagnosis.ts'

const redis = await useRedis()
const startRedis = await useOwnRedis()

const reportAt = async (url: string) => {
  const connection = await connectRedis({ url })
  return reportOnRedis(connection).finally(connection.close)
}

describe.skipIf(redis === undefined)('a diagnosis of Redis', () => {
  test('tells which one it is, and how its clock stands', async () => {
    const { product, version, aheadMs } = await reportAt(redis!.url)
    expect(product).toMatch(/^(Redis|Valkey)$/)
    expect(version).toMatch(/^\d+\.\d+\.\d+$/)
    // On this machine, or in a container of it.
    expect(Math.abs(aheadMs!)).toBeLessThan(2_000)
  })
})

describe.skipIf(startRedis === undefined)('a diagnosis of a Redis of its own', () => {
  test('tells settings that endanger states, and leaves out what a user may not ask', async () => {
    const own = await startRedis!({ args: ['--maxmemory-policy', 'allkeys-lru'] })
    const { advice } = await reportAt(own.url)
    expect(advice).toEqual([expect.stringContaining('allkeys-lru')])
    const admin = await connectRedis({ url: own.url })
    const rights = ['reset', 'on', '>secret', '~ebb:*', '+@all', '-info', '-time', '-config|get']
    await admin.run((client) => client.call('ACL', 'SETUSER', 'shop', ...rights))
    expect(await reportAt(own.url.replace('//', '//shop:secret@'))).toEqual({
      ...{ product: 'Redis', advice: [] },
    })
    await admin.close()
    await own.stop()
  })
})
