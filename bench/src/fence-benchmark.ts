import { SHARED_PARTITIONS } from '@ebb/contracts/topics'
import { connectRedis, type RedisConnection } from '@ebb/redis/redis-connection'
import { redisPartitionStore } from '@ebb/redis/redis-partition-store'
import { encodePartitionRecord } from '@ebb/streaming/partition-record'
import type { Position } from '@ebb/streaming/partition-store'
import { BEGIN } from './bench-shop.ts'
import type { Benchmark, Contestant, Scale } from './benchmark.ts'
import { packedHistory } from './history-states.ts'

/** A batch of the processor in which each event is of another customer. */
const BATCH = 500
/** States of a round for one event of the scale: writing alone is short. */
const STATES_EACH = 5

/** What one batch changes. */
interface Batch {
  readonly partition: number
  readonly states: ReadonlyMap<string, Uint8Array>
}

/** Prepares to write; what it gives writes one batch. */
type Writing = (connection: RedisConnection) => Promise<(batch: Batch) => Promise<unknown>>

/** Every state under a key of its own: nothing says where they stand, or who may write. */
const plainly: Writing =
  async ({ run }) =>
  ({ states }) => {
    const pairs: (string | Buffer)[] = []
    for (const [customer, { buffer, byteOffset, byteLength }] of states)
      pairs.push(`plain:${customer}`, Buffer.from(buffer, byteOffset, byteLength))
    return run((client) => client.mset(...pairs))
  }

/** As the processor commits: states and offset at once, under a fence of epoch and offset. */
const fenced: Writing = async (connection) => {
  const store = redisPartitionStore(connection, { prefix: 'fence.', processor: 'features' })
  const held = await Promise.all(
    Array.from({ length: SHARED_PARTITIONS }, async (_, partition) => {
      const { epoch } = await store.acquire(partition)
      return { epoch, expectedOffset: undefined as number | undefined }
    }),
  )
  return async ({ partition, states }) => {
    const { epoch, expectedOffset } = held[partition]!
    const position = positionAt((expectedOffset ?? 0) + states.size)
    const outcome = await store.commit(partition, { epoch, expectedOffset, states, position })
    if (outcome === 'fenced') throw new Error('A commit was fenced')
    held[partition] = { epoch, expectedOffset: position.offset }
  }
}

const positionAt = (offset: number): Position => ({
  offset,
  record: encodePartitionRecord({
    clock: BEGIN,
    generation: 0,
    partitions: SHARED_PARTITIONS,
    producers: {},
  }),
})

const contestant = (name: string, writing: Writing): Contestant => ({
  name,
  open: async ({ engines, scale }) => {
    const connection = await connectRedis(engines.redis!)
    const write = await writing(connection)
    const batches = batchesOf(scale)
    return {
      prepare: async () => ({
        run: async () => {
          let states = 0
          for (const batch of batches) {
            await write(batch)
            states += batch.states.size
          }
          return states
        },
      }),
      close: connection.close,
    }
  },
})

const batchesOf = ({ events }: Scale): readonly Batch[] => {
  const states = [...packedHistory(events * STATES_EACH)]
  return Array.from({ length: Math.ceil(states.length / BATCH) }, (_, index) => ({
    partition: index % SHARED_PARTITIONS,
    states: new Map(states.slice(index * BATCH, (index + 1) * BATCH)),
  }))
}

/** What it costs that a batch counts once: our commit against a write that promises nothing. */
export const fenceBenchmark: Benchmark = {
  name: 'one commit of 500 states',
  needs: ['redis'],
  against: contestant('MSET of the same states', plainly),
  contestants: [
    {
      ...contestant('commit with offset and fence', fenced),
      goal: '≥ 87 %',
      goals: { Redis: '≥ 67 %' },
    },
  ],
}
