import assert from 'node:assert/strict'
import type { ContractCase } from './contract.ts'
import type { PartitionStore } from './partition-store.ts'

/** What an adapter hands to a contract case: an empty store. */
export interface PartitionStoreHarness {
  readonly store: PartitionStore
  /** Closes the store and opens it again on the same data; absent where it does not last. */
  readonly reopen?: () => Promise<PartitionStore>
}

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8')
const plain = (value: Uint8Array | undefined): number[] | undefined =>
  value === undefined ? undefined : [...value]

const statesOf = async (store: PartitionStore, partition: number, keys: readonly string[]) => [
  ...(await store.read(partition, keys)).states,
]
const positionOf = async (store: PartitionStore, partition: number) =>
  (await store.read(partition, [])).position

/** Commits `states` as an owner that has just acquired the partition would. */
const commitAs = (
  store: PartitionStore,
  partition: number,
  { epoch, expected, offset, states }: CommitShape,
) =>
  store.commit(partition, {
    epoch,
    expectedOffset: expected,
    states: new Map(states),
    position: { offset, record: bytes(`at ${offset}`) },
  })

interface CommitShape {
  readonly epoch: number
  readonly expected: number | undefined
  readonly offset: number
  readonly states: readonly (readonly [string, Uint8Array | null])[]
}

const scanned = async (store: PartitionStore, partition: number): Promise<string[]> => {
  const keys: string[] = []
  for await (const [key] of store.scan(partition)) keys.push(key)
  return keys.sort()
}

/** What every partition store keeps. */
export const partitionStoreContract: readonly ContractCase<PartitionStoreHarness>[] = [
  {
    name: 'knows nothing of a partition that was never committed',
    run: async ({ store }) => {
      assert.equal((await store.acquire(0)).position, undefined)
      assert.equal(await positionOf(store, 0), undefined)
      assert.deepEqual(await statesOf(store, 0, ['a']), [undefined])
      assert.deepEqual(await scanned(store, 0), [])
    },
  },
  {
    name: 'raises the epoch with every acquisition, each partition for itself',
    run: async ({ store }) => {
      const first = await store.acquire(0)
      const second = await store.acquire(0)
      assert.ok(second.epoch > first.epoch)
      const other = await store.acquire(1)
      const states = [['a', bytes('1')]] as const
      const commit = { expected: undefined, offset: 1, states }
      assert.equal(await commitAs(store, 1, { ...commit, epoch: other.epoch }), 'committed')
      assert.equal(await commitAs(store, 0, { ...commit, epoch: second.epoch }), 'committed')
    },
  },
  {
    name: 'writes states and position together, byte for byte',
    run: async ({ store }) => {
      const { epoch } = await store.acquire(3)
      const binary = Uint8Array.from([0, 1, 254, 255])
      const states = [
        ['u:é', binary],
        ['empty', new Uint8Array(0)],
      ] as const
      await commitAs(store, 3, { epoch, expected: undefined, offset: 42, states })
      const found = await statesOf(store, 3, ['empty', 'none', 'u:é'])
      assert.deepEqual(found.map(plain), [[], undefined, [...binary]])
      const position = await positionOf(store, 3)
      assert.equal(position?.offset, 42)
      assert.deepEqual(plain(position?.record), [...bytes('at 42')])
      assert.equal((await store.acquire(3)).position?.offset, 42)
    },
  },
  {
    name: 'shows with every read the epoch and the position that the states stand at',
    run: async ({ store }) => {
      const { epoch } = await store.acquire(0)
      const states = [['a', bytes('1')]] as const
      await commitAs(store, 0, { epoch, expected: undefined, offset: 3, states })
      const seen = await store.read(0, ['a'])
      assert.deepEqual([seen.epoch, seen.position?.offset], [epoch, 3])
      const next = await store.acquire(0)
      assert.equal((await store.read(0, [])).epoch, next.epoch)
    },
  },
  {
    name: 'refuses a zombie: an older epoch writes neither state nor offset',
    run: async ({ store }) => {
      const zombie = await store.acquire(0)
      const owner = await store.acquire(0)
      const states = [['a', bytes('stale')]] as const
      const stale = { epoch: zombie.epoch, expected: undefined, offset: 9, states }
      assert.equal(await commitAs(store, 0, stale), 'fenced')
      assert.equal(await positionOf(store, 0), undefined)
      assert.deepEqual(await statesOf(store, 0, ['a']), [undefined])
      const fresh = { ...stale, epoch: owner.epoch, offset: 1 }
      assert.equal(await commitAs(store, 0, fresh), 'committed')
      assert.equal(await commitAs(store, 0, { ...stale, expected: 1 }), 'fenced')
    },
  },
  {
    name: 'refuses a commit that expects another offset, and changes nothing',
    run: async ({ store }) => {
      const { epoch } = await store.acquire(0)
      const first = { epoch, expected: undefined, offset: 5, states: [['a', bytes('1')]] as const }
      assert.equal(await commitAs(store, 0, first), 'committed')
      for (const expected of [undefined, 4, 6])
        assert.equal(
          await commitAs(store, 0, { epoch, expected, offset: 7, states: [['a', bytes('2')]] }),
          'fenced',
        )
      assert.deepEqual((await statesOf(store, 0, ['a'])).map(plain), [[...bytes('1')]])
      assert.equal((await positionOf(store, 0))?.offset, 5)
    },
  },
  {
    name: 'lets exactly one of many commits win that expect the same offset',
    run: async ({ store }) => {
      const { epoch } = await store.acquire(0)
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          commitAs(store, 0, {
            epoch,
            expected: undefined,
            offset: i + 1,
            states: [['winner', bytes(`${i + 1}`)]],
          }),
        ),
      )
      assert.equal(outcomes.filter((outcome) => outcome === 'committed').length, 1)
      const winner = outcomes.indexOf('committed') + 1
      assert.deepEqual((await statesOf(store, 0, ['winner'])).map(plain), [[...bytes(`${winner}`)]])
      assert.equal((await positionOf(store, 0))?.offset, winner)
    },
  },
  {
    name: 'overwrites and deletes',
    run: async ({ store }) => {
      const { epoch } = await store.acquire(0)
      const two = [
        ['a', bytes('1')],
        ['b', bytes('1')],
      ] as const
      await commitAs(store, 0, { epoch, expected: undefined, offset: 1, states: two })
      const change = [
        ['a', bytes('2')],
        ['b', null],
      ] as const
      await commitAs(store, 0, { epoch, expected: 1, offset: 2, states: change })
      assert.deepEqual((await statesOf(store, 0, ['a', 'b'])).map(plain), [
        [...bytes('2')],
        undefined,
      ])
      assert.deepEqual(await scanned(store, 0), ['a'])
    },
  },
  {
    name: 'scans all of one partition and nothing of another',
    run: async ({ store }) => {
      const keys = Array.from({ length: 700 }, (_, i) => `k${i}`)
      for (const partition of [0, 1]) {
        const { epoch } = await store.acquire(partition)
        const states = keys.map((key) => [`${key}/${partition}`, bytes(key)] as const)
        await commitAs(store, partition, { epoch, expected: undefined, offset: 1, states })
      }
      assert.deepEqual(await scanned(store, 1), keys.map((key) => `${key}/1`).sort())
    },
  },
  {
    name: 'has after a restart what it committed, and goes on counting epochs',
    durableOnly: true,
    run: async ({ store, reopen }) => {
      const { epoch } = await store.acquire(0)
      const states = [['a', bytes('kept')]] as const
      await commitAs(store, 0, { epoch, expected: undefined, offset: 8, states })
      const again = await reopen!()
      assert.deepEqual((await statesOf(again, 0, ['a'])).map(plain), [[...bytes('kept')]])
      const acquired = await again.acquire(0)
      assert.equal(acquired.position?.offset, 8)
      assert.ok(acquired.epoch > epoch)
    },
  },
]
