import type { Commit, PartitionStore, Position } from '@ebb/streaming/partition-store'
import { type PartitionKeys, partitionKeys, type StatesOwner } from './partition-keys.ts'
import type { RedisConnection } from './redis-connection.ts'

const SCAN_COUNT = 500

/**
 * The partition store of one processor in Redis 7 or newer, Valkey, or a cluster of either.
 *
 * A partition is two hashes in one slot: states by key, and its position. Each method but `scan` is
 * one script, so it sees and makes one instant, and a commit cut off in the append-only file is left
 * out as a whole when Redis comes back.
 *
 * A commit whose answer was lost may have been carried out. Repeated, it then finds another offset
 * than it expects and answers `fenced`; the owner acquires again, finds its own commit there, and
 * goes on behind it.
 *
 * `scan` may give a key twice while the hash shrinks or grows. Throws as `RedisConnection.run` does.
 */
export const redisPartitionStore = (
  { run }: RedisConnection,
  owner: StatesOwner,
): PartitionStore => {
  const keysOf = (partition: number): PartitionKeys => partitionKeys(owner, partition)
  return {
    acquire: async (partition) => {
      const { position } = keysOf(partition)
      const [epoch, ...at] = await run((client) => client.ebbAcquireBuffer(position))
      return { epoch, position: positionOf(at) }
    },
    read: async (partition, keys) => {
      const { position, states } = keysOf(partition)
      const [epoch, offset, record, ...found] = await run((client) =>
        client.ebbReadBuffer(position, states, keys),
      )
      return {
        epoch: Number(epoch ?? 0),
        position: positionOf([offset, record]),
        states: found.flat().map((state) => state ?? undefined),
      }
    },
    commit: async (partition, commit) => {
      const { position, states } = keysOf(partition)
      const batch = argumentsOf(commit)
      const isCommitted = await run((client) => client.ebbCommit(position, states, batch))
      return isCommitted === 1 ? 'committed' : 'fenced'
    },
    scan: async function* (partition) {
      const { states } = keysOf(partition)
      let cursor = '0'
      do {
        const [next, found] = await run((client) =>
          client.hscanBuffer(states, cursor, 'COUNT', SCAN_COUNT),
        )
        for (let i = 0; i < found.length; i += 2) yield [found[i]!.toString(), found[i + 1]!]
        cursor = next.toString()
      } while (cursor !== '0')
    },
  }
}

const positionOf = ([offset, record]: readonly (Buffer | null)[]): Position | undefined =>
  offset && record ? { offset: Number(offset), record } : undefined

/** The ARGV of commit.lua. */
const argumentsOf = ({ epoch, expectedOffset, states, position }: Commit): (string | Buffer)[] => {
  const deleted: string[] = []
  const written: (string | Buffer)[] = []
  for (const [key, state] of states) {
    if (state === null) deleted.push(key)
    else written.push(key, bufferOf(state))
  }
  return [
    String(epoch),
    String(expectedOffset ?? ''),
    String(position.offset),
    bufferOf(position.record),
    String(deleted.length),
    ...deleted,
    ...written,
  ]
}

/** The same bytes; ioredis would write any other Uint8Array as text. */
const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)
