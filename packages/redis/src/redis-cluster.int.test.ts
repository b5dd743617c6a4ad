import { setTimeout } from 'node:timers/promises'
import { TransientError } from '@ebb/streaming/faults'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { partitionStoreContract } from '@ebb/streaming/partition-store.contract'
import { retryTransient, waitFor } from '@ebb/streaming/retry'
import { useOwnRedis } from '@ebb/testkit/engines'
import type { NativeRedis } from '@ebb/testkit/native-redis'
import { freePort, withFreePorts } from '@ebb/testkit/ports'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { partitionKeys, type StatesOwner } from './partition-keys.ts'
import { connectRedis, type RedisConnection } from './redis-connection.ts'
import { redisPartitionStore } from './redis-partition-store.ts'

const startRedis = await useOwnRedis()
const PARTITIONS = Array.from({ length: 24 }, (_, partition) => partition)
const SLOTS = 16_384

let nodes: NativeRedis[] = []
const connections: RedisConnection[] = []

/** A connection to one node, as if it stood alone. */
const nodeConnection = async ({ url }: NativeRedis): Promise<RedisConnection> => {
  const connection = await connectRedis({ url })
  connections.push(connection)
  return connection
}
const redisCli = async (node: NativeRedis, command: string, ...args: (string | number)[]) =>
  (await nodeConnection(node)).run((client) => client.call(command, args))

const startNode = (): Promise<NativeRedis> =>
  withFreePorts(async () => {
    const cluster = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000']
    const others = ['--cluster-require-full-coverage', 'no']
    const bus = ['--cluster-port', String(await freePort())]
    return startRedis!({ args: [...cluster, ...others, ...bus] })
  })

const infoOf = async (node: NativeRedis): Promise<string> =>
  String(await redisCli(node, 'CLUSTER', 'INFO'))
const idOf = async (node: NativeRedis): Promise<string> =>
  String(await redisCli(node, 'CLUSTER', 'MYID'))

/** Waits until every node knows all slots of all nodes, and that they are served. */
const untilFormed = async (): Promise<void> => {
  const formed = [/cluster_state:ok/, /cluster_slots_ok:16384/, /cluster_known_nodes:3/]
  for (const node of nodes)
    for (;;) {
      const info = await infoOf(node)
      if (formed.every((pattern) => pattern.test(info))) break
      await setTimeout(20)
    }
}

const formCluster = async (): Promise<void> => {
  for (const [i, node] of nodes.entries()) {
    const share = SLOTS / nodes.length
    await redisCli(node, 'CLUSTER', 'SET-CONFIG-EPOCH', i + 1)
    const [first, last] = [Math.ceil(i * share), Math.ceil((i + 1) * share) - 1]
    await redisCli(node, 'CLUSTER', 'ADDSLOTSRANGE', first, last)
    const [, bus] = (await redisCli(node, 'CONFIG', 'GET', 'cluster-port')) as string[]
    await redisCli(nodes[0]!, 'CLUSTER', 'MEET', '127.0.0.1', node.port, bus!)
  }
  await untilFormed()
}

beforeAll(async () => {
  if (startRedis === undefined) return
  nodes = await Promise.all([startNode(), startNode(), startNode()])
  await formCluster()
})
afterAll(() => Promise.all(nodes.map((node) => node.stop())))
afterEach(async () => {
  await Promise.all(connections.splice(0).map(({ close }) => close()))
})

const connectToCluster = async (): Promise<RedisConnection> => {
  const url = nodes.map(({ url }) => url).join(',')
  const connection = await connectRedis({ url, cluster: true })
  connections.push(connection)
  return connection
}
/** The cluster is ours alone: names that are the same in each run lie in the same slots. */
const freshOwner = (): StatesOwner => {
  owners += 1
  return { prefix: `owner${owners}.`, processor: 'counter' }
}
let owners = 0

const firstCommit = (store: PartitionStore, partition: number, epoch: number) =>
  store.commit(partition, {
    epoch,
    expectedOffset: undefined,
    states: new Map([[`of ${partition}`, Buffer.from('state')]]),
    position: { offset: 1, record: Buffer.from('record') },
  })
const untilItPasses = <T>(call: () => Promise<T>): Promise<T> =>
  retryTransient(call, { signal: new AbortController().signal, wait: waitFor, onRetry: () => {} })

/** The node that serves a partition. */
const nodeOf = async (owner: StatesOwner, partition: number): Promise<NativeRedis> => {
  const slot = Number(
    await redisCli(nodes[0]!, 'CLUSTER', 'KEYSLOT', partitionKeys(owner, partition).states),
  )
  return nodes[Math.floor(slot / (SLOTS / nodes.length))]!
}

describe.skipIf(startRedis === undefined)('the partition store on a cluster', () => {
  for (const { name, run } of partitionStoreContract)
    test(name, async () => {
      const owner = freshOwner()
      const open = async () => redisPartitionStore(await connectToCluster(), owner)
      await run({ store: await open(), reopen: open })
    })

  test('keeps each partition in one slot, and spreads partitions over the nodes', async () => {
    const owner = freshOwner()
    const slots = await Promise.all(
      PARTITIONS.map(async (partition) => {
        const { position, states } = partitionKeys(owner, partition)
        const slotOf = (key: string) => redisCli(nodes[0]!, 'CLUSTER', 'KEYSLOT', key)
        expect(await slotOf(states)).toBe(await slotOf(position))
        return Number(await slotOf(states))
      }),
    )
    const used = new Set(slots.map((slot) => Math.floor(slot / (SLOTS / nodes.length))))
    expect(used.size).toBe(nodes.length)
  })

  test('goes on while a partition moves to another node', async () => {
    const owner = freshOwner()
    const store = redisPartitionStore(await connectToCluster(), owner)
    const { epoch } = await store.acquire(0)
    await firstCommit(store, 0, epoch)
    const { position, states } = partitionKeys(owner, 0)
    const from = await nodeOf(owner, 0)
    const to = nodes.find((node) => node !== from)!
    const slot = Number(await redisCli(from, 'CLUSTER', 'KEYSLOT', states))
    const move = async (key: string) =>
      redisCli(from, 'MIGRATE', '127.0.0.1', to.port, key, 0, 5_000)
    await redisCli(to, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', await idOf(from))
    await redisCli(from, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', await idOf(to))
    await move(position)
    // One key here, one there: nobody can see both at one instant.
    await expect(store.read(0, ['of 0'])).rejects.toBeInstanceOf(TransientError)
    await move(states)
    expect((await store.read(0, ['of 0'])).states).toEqual([Buffer.from('state')])
    for (const node of nodes)
      await redisCli(node, 'CLUSTER', 'SETSLOT', slot, 'NODE', await idOf(to))
    const next = await store.commit(0, {
      epoch,
      expectedOffset: 1,
      states: new Map([['of 0', null]]),
      position: { offset: 2, record: Buffer.of() },
    })
    expect(next).toBe('committed')
  })

  test('pauses the partitions of a node that is away, no others, until it is back', async () => {
    const owner = freshOwner()
    const store = redisPartitionStore(await connectToCluster(), owner)
    const away = nodes[1]!
    const homes = await Promise.all(PARTITIONS.map((partition) => nodeOf(owner, partition)))
    const paused = homes.indexOf(away)
    const served = homes.indexOf(nodes[2]!)
    for (const partition of [paused, served])
      await firstCommit(store, partition, (await store.acquire(partition)).epoch)
    await away.kill('SIGKILL')
    await expect(store.acquire(paused)).rejects.toBeInstanceOf(TransientError)
    expect((await store.acquire(served)).position?.offset).toBe(1)
    await away.restart()
    expect((await untilItPasses(() => store.acquire(paused))).position?.offset).toBe(1)
  })
})

describe.skipIf(startRedis === undefined)('a wrong idea of what is a cluster', () => {
  test('is told where a cluster is addressed as a single server', async () => {
    const owner = freshOwner()
    const elsewhere = await Promise.all(PARTITIONS.map((partition) => nodeOf(owner, partition)))
    const store = redisPartitionStore(await nodeConnection(nodes[0]!), owner)
    const partition = elsewhere.indexOf(nodes[1]!)
    await expect(store.acquire(partition)).rejects.toMatchObject({ code: 'EBB_REDIS_SETTINGS' })
  })

  test('is told where a single server is addressed as a cluster', async () => {
    const single = await startRedis!()
    const refused = connectRedis({ url: single.url, cluster: true })
    await expect(refused).rejects.toMatchObject({ code: 'EBB_REDIS_SETTINGS' })
    await single.stop()
  })
})
