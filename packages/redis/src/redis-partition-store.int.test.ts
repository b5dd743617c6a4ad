import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { partitionStoreContract } from '@ebb/streaming/partition-store.contract'
import { processorContract } from '@ebb/streaming/processor.contract'
import { COUNTER_TOPICS } from '@ebb/streaming/silence-counter'
import { uniqueName, useRedis } from '@ebb/testkit/engines'
import { afterEach, describe, expect, test } from 'vitest'
import { forgetStates } from './forget-states.ts'
import { connectRedis, type RedisConnection } from './redis-connection.ts'
import { redisPartitionStore } from './redis-partition-store.ts'

const redis = await useRedis()
const connections: RedisConnection[] = []
afterEach(async () => {
  await Promise.all(connections.splice(0).map(({ close }) => close()))
})

const connect = async (): Promise<RedisConnection> => {
  const connection = await connectRedis({ url: redis!.url })
  connections.push(connection)
  return connection
}

/** A store that nobody else uses, and how to open it again. */
const freshStore = async () => {
  const owner = { prefix: `${uniqueName('store')}.`, processor: 'counter' }
  const open = async (): Promise<PartitionStore> => redisPartitionStore(await connect(), owner)
  return { owner, store: await open(), reopen: open }
}

const commitAll = (store: PartitionStore, epoch: number, states: Map<string, Buffer | null>) =>
  store.commit(0, {
    epoch,
    expectedOffset: undefined,
    states,
    position: { offset: 1, record: Buffer.from('record') },
  })

describe.skipIf(redis === undefined)('the Redis partition store', () => {
  for (const { name, run } of partitionStoreContract)
    test(name, async () => run(await freshStore()))

  test('writes, reads, scans and deletes more states than Lua takes arguments', async () => {
    const { store } = await freshStore()
    const keys = Array.from({ length: 9_001 }, (_, i) => `u:${i}`)
    const value = (key: string) => Buffer.from(`state of ${key}`)
    const first = await store.acquire(0)
    const states = new Map(keys.map((key) => [key, value(key)]))
    expect(await commitAll(store, first.epoch, states)).toBe('committed')
    expect((await store.read(0, keys)).states).toEqual(keys.map(value))
    const scanned = new Map<string, Uint8Array>()
    for await (const [key, state] of store.scan(0)) scanned.set(key, state)
    expect(scanned).toEqual(states)

    const changes = new Map(keys.map((key, i) => [key, i % 2 === 0 ? null : Buffer.from('new')]))
    const next = { epoch: first.epoch, expectedOffset: 1, states: changes }
    await store.commit(0, { ...next, position: { offset: 2, record: Buffer.of() } })
    expect((await store.read(0, keys)).states).toEqual(
      keys.map((_, i) => (i % 2 === 0 ? undefined : Buffer.from('new'))),
    )
  })

  test('writes bytes that are part of a larger array, and no others', async () => {
    const { store } = await freshStore()
    const { epoch } = await store.acquire(0)
    const part = Uint8Array.from([1, 2, 255, 4]).subarray(1, 3)
    const position = { offset: 1, record: part }
    await store.commit(0, {
      epoch,
      expectedOffset: undefined,
      states: new Map([['a', part]]),
      position,
    })
    const found = await store.read(0, ['a'])
    expect(found.states).toEqual([Buffer.of(2, 255)])
    expect(found.position?.record).toEqual(Buffer.of(2, 255))
  })

  test('goes on when Redis has forgotten its scripts', async () => {
    const { store } = await freshStore()
    const { epoch } = await store.acquire(0)
    await store.read(0, [])
    const { run } = await connect()
    await run((client) => client.script('FLUSH'))
    expect((await store.read(0, [])).epoch).toBe(epoch)
    expect(await commitAll(store, epoch, new Map([['a', Buffer.of(1)]]))).toBe('committed')
  })

  test('forgets the states of one processor, and of no other', async () => {
    const { store, owner } = await freshStore()
    const connection = await connect()
    const other = redisPartitionStore(connection, { ...owner, processor: 'counter.g1' })
    for (const one of [store, other]) {
      const { epoch } = await one.acquire(0)
      await commitAll(one, epoch, new Map([['a', Buffer.of(1)]]))
    }
    await forgetStates(connection, { ...owner, partitions: 2 })
    expect(await store.read(0, ['a'])).toEqual({
      epoch: 0,
      position: undefined,
      states: [undefined],
    })
    expect((await other.read(0, ['a'])).states).toEqual([Buffer.of(1)])
  })
})

describe.skipIf(redis === undefined)('the processor on a memory log and Redis', () => {
  const topics = Object.values(COUNTER_TOPICS).map((name) => ({ name, partitions: 2 }))
  for (const { name, run } of processorContract)
    test(name, async () => {
      const { store } = await freshStore()
      await run({ log: memoryEventLog({ topics, now: () => 1_000 }), store })
    })
})
