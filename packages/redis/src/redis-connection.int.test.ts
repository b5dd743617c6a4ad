import { HaltError, TransientError } from '@ebb/streaming/faults'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { partitionStoreContract } from '@ebb/streaming/partition-store.contract'
import { retryTransient, waitFor } from '@ebb/streaming/retry'
import { uniqueName, useOwnRedis } from '@ebb/testkit/engines'
import type { NativeRedis } from '@ebb/testkit/native-redis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { forgetStates } from './forget-states.ts'
import { connectRedis, type RedisConnection } from './redis-connection.ts'
import { redisPartitionStore } from './redis-partition-store.ts'
import type { RedisSettings } from './redis-settings.ts'

const startRedis = await useOwnRedis()
let redis: NativeRedis
beforeAll(async () => {
  if (startRedis !== undefined) redis = await startRedis()
})
afterAll(() => redis?.stop())

const connections: RedisConnection[] = []
afterEach(async () => {
  await Promise.all(connections.splice(0).map(({ close }) => close()))
})

const connect = async (settings: Partial<RedisSettings> = {}): Promise<RedisConnection> => {
  const connection = await connectRedis({ url: redis.url, ...settings })
  connections.push(connection)
  return connection
}
const storeOn = (connection: RedisConnection): PartitionStore =>
  redisPartitionStore(connection, { prefix: `${uniqueName('own')}.`, processor: 'counter' })

/** One call as an operator. */
const redisCli = async (command: string, ...args: string[]) =>
  (await connect()).run((client) => client.call(command, ...args))

const firstCommit = (store: PartitionStore, epoch: number, state = Buffer.from('state')) =>
  store.commit(0, {
    epoch,
    expectedOffset: undefined,
    states: new Map([['a', state]]),
    position: { offset: 7, record: Buffer.from('record') },
  })

const untilItPasses = <T>(call: () => Promise<T>): Promise<T> =>
  retryTransient(call, { signal: new AbortController().signal, wait: waitFor, onRetry: () => {} })

describe.skipIf(startRedis === undefined)('a connection to Redis', () => {
  test('is refused where nobody listens, as something that may pass', async () => {
    const refused = await connectRedis({ url: 'redis://127.0.0.1:1' }).catch((error) => error)
    expect(refused).toBeInstanceOf(TransientError)
    expect(refused.message).toMatch(/^EBB_REDIS_AWAY: .*ECONNREFUSED/)
  })

  test('lasts: when Redis was killed and came back, it serves again by itself', async () => {
    const store = storeOn(await connect())
    const { epoch } = await store.acquire(0)
    await redis.kill('SIGKILL')
    await expect(store.acquire(0)).rejects.toMatchObject({ code: 'EBB_REDIS_AWAY' })
    await redis.restart()
    expect((await untilItPasses(() => store.acquire(0))).epoch).toBeGreaterThan(epoch)
  })

  test('fails what waits for an answer for 5 s, and shows later that it was carried out', async () => {
    const store = storeOn(await connect())
    const { epoch } = await store.acquire(0)
    await redis.kill('SIGSTOP')
    const unanswered = await firstCommit(store, epoch).catch((error) => error)
    await redis.kill('SIGCONT')
    expect(unanswered).toBeInstanceOf(TransientError)
    expect(await untilItPasses(() => firstCommit(store, epoch))).toBe('fenced')
    const again = await store.acquire(0)
    expect(again.position).toEqual({ offset: 7, record: Buffer.from('record') })
  })

  test('fails every call once it is closed', async () => {
    const connection = await connectRedis({ url: redis.url })
    await connection.close()
    await expect(storeOn(connection).acquire(0)).rejects.toBeInstanceOf(TransientError)
  })
})

describe.skipIf(startRedis === undefined)('a Redis without memory', () => {
  test('writes nothing of a commit, still reads, and goes on when there is memory', async () => {
    const store = storeOn(await connect())
    const { epoch } = await store.acquire(0)
    // A byte: an empty Redis 8 needs less than a megabyte.
    await redisCli('CONFIG', 'SET', 'maxmemory', '1')
    await expect(firstCommit(store, epoch)).rejects.toMatchObject({
      code: 'EBB_REDIS_FULL',
      message: expect.stringContaining('raise maxmemory'),
    })
    expect(await store.read(0, ['a'])).toEqual({ epoch, position: undefined, states: [undefined] })
    await redisCli('CONFIG', 'SET', 'maxmemory', '0')
    expect(await firstCommit(store, epoch)).toBe('committed')
  })
})

describe.skipIf(startRedis === undefined)('the notices at the start', () => {
  const noticesOf = async (url: string): Promise<string[]> => {
    const messages: string[] = []
    await connect({ url, onNotice: ({ message }) => messages.push(message) })
    return messages
  }

  test('are none for a Redis that keeps what it was given', async () => {
    expect(await noticesOf(redis.url)).toEqual([])
  })

  test('warn of a Redis that may forget, and name it', async () => {
    const args = ['--appendonly', 'no', '--maxmemory-policy', 'allkeys-lru']
    const forgetful = await startRedis!({ args })
    const notices = await noticesOf(forgetful.url)
    await forgetful.stop()
    expect(notices).toHaveLength(2)
    for (const notice of notices) expect(notice).toMatch(`127.0.0.1:${forgetful.port}`)
  })
})

describe.skipIf(startRedis === undefined)('a user of Redis', () => {
  const RIGHTS = ['+eval', '+evalsha', '+hmget', '+hset', '+hdel', '+hincrby', '+hscan', '+unlink']
  const connectAs = (password: string, database = 0) =>
    connect({ url: `${redis.url.replace('//', `//ebb:${password}@`)}/${database}` })
  const giveRights = (...rules: string[]) =>
    redisCli('ACL', 'SETUSER', 'ebb', 'reset', 'on', '>s3cret', ...rules)

  for (const { name, run } of partitionStoreContract)
    test(`needs few rights: the store ${name}`, async () => {
      await giveRights('~ebb:*', ...RIGHTS)
      const owner = { prefix: `${uniqueName('acl')}.`, processor: 'counter' }
      const open = async () => redisPartitionStore(await connectAs('s3cret'), owner)
      await run({ store: await open(), reopen: open })
      await forgetStates(await connectAs('s3cret'), { ...owner, partitions: 2 })
    })

  test.each(RIGHTS.filter((right) => right !== '+evalsha'))('needs %s', async (right) => {
    await giveRights('~ebb:*', ...RIGHTS.filter((other) => other !== right))
    const owner = { prefix: `${uniqueName('acl')}.`, processor: 'counter' }
    const everything = async () => {
      const connection = await connectAs('s3cret')
      const store = redisPartitionStore(connection, owner)
      const { epoch } = await store.acquire(0)
      await firstCommit(store, epoch)
      await store.commit(0, {
        epoch,
        expectedOffset: 7,
        states: new Map([['a', null]]),
        position: { offset: 8, record: Buffer.of() },
      })
      for await (const _ of store.scan(0));
      await forgetStates(connection, { ...owner, partitions: 1 })
    }
    await expect(everything()).rejects.toMatchObject({ code: 'EBB_REDIS_REFUSED' })
  })

  test('is refused with the keys of others', async () => {
    await giveRights('~ebb:{other.*', ...RIGHTS)
    const refused = storeOn(await connectAs('s3cret')).acquire(0)
    await expect(refused).rejects.toBeInstanceOf(HaltError)
    await expect(refused).rejects.toMatchObject({ code: 'EBB_REDIS_REFUSED' })
  })

  test('is never served from another database than was asked for', async () => {
    await giveRights('~ebb:*', ...RIGHTS)
    await expect(connectAs('s3cret', 3)).rejects.toMatchObject({ code: 'EBB_REDIS_REFUSED' })
    await giveRights('~ebb:*', ...RIGHTS, '+select')
    await expect(connectAs('s3cret', 99)).rejects.toMatchObject({ code: 'EBB_REDIS_SETTINGS' })
    const owner = { prefix: `${uniqueName('third')}.`, processor: 'counter' }
    await redisPartitionStore(await connectAs('s3cret', 3), owner).acquire(0)
    expect((await redisPartitionStore(await connect(), owner).read(0, [])).epoch).toBe(0)
  })

  test('is refused with a wrong password, which is not repeated', async () => {
    await giveRights('~ebb:*', ...RIGHTS)
    const refused = await connectAs('wr0ng').catch((error) => error)
    expect(refused).toMatchObject({ code: 'EBB_REDIS_REFUSED' })
    expect(refused.message).not.toContain('wr0ng')
  })
})
