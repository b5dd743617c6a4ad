import { EventEmitter, once } from 'node:events'
import { readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type { EventLog } from '@ebb/streaming/event-log'
import type { HaltError } from '@ebb/streaming/faults'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { runProcessor } from '@ebb/streaming/processor'
import { event, runToEnd, send, tick } from '@ebb/streaming/processor-harness'
import { COUNTER_TOPICS, silenceCounter } from '@ebb/streaming/silence-counter'
import { useOwnRedis } from '@ebb/testkit/engines'
import type { NativeRedis } from '@ebb/testkit/native-redis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connectRedis, type RedisConnection } from './redis-connection.ts'
import { redisPartitionStore } from './redis-partition-store.ts'

const startRedis = await useOwnRedis()
const PARTITIONS = [0, 1]
const topics = Object.values(COUNTER_TOPICS).map((name) => ({ name, partitions: 2 }))
const emptyLog = (): EventLog => memoryEventLog({ topics, now: () => 1_000 })

let redis: NativeRedis
let connection: RedisConnection
let store: PartitionStore
let log: EventLog
beforeEach(async () => {
  if (startRedis === undefined) return
  // Else the file may still be shorter than what was answered for when the test looks at it.
  redis = await startRedis({ args: ['--appendfsync', 'always'] })
  connection = await connectRedis({ url: redis.url })
  store = redisPartitionStore(connection, { processor: silenceCounter.name })
  log = emptyLog()
})
afterEach(async () => {
  await connection?.close()
  await redis?.stop()
})

/** Two known customers of each partition order, others than in the last round; time goes on. */
const sendRound = async (round: number): Promise<void> => {
  for (const partition of PARTITIONS) {
    const orders = Array.from({ length: 20 }, (_, i) =>
      event(`u:${partition}-${(round % 5) + (i % 2)}`, `${partition}/${round}/${i}`),
    )
    await send(log, partition, ...orders, tick(round * 60))
  }
}

/** A processor that goes on running, whatever happens to Redis. */
const startCounter = async () => {
  const committed = new EventEmitter()
  const at = [0, 0]
  let fences = 0
  const halted = Promise.withResolvers<HaltError>()
  const running = await runProcessor(
    silenceCounter,
    { log, store },
    {
      onHalt: halted.resolve,
      observer: {
        fenced: () => {
          fences += 1
        },
        committed: ({ partition, offset }) => {
          at[partition] = offset
          committed.emit('commit')
        },
      },
    },
  )
  /** Resolves when everything in the log is in the states. */
  const caughtUp = async (): Promise<void> => {
    for (const partition of PARTITIONS) {
      const { end } = await log.read({ topic: COUNTER_TOPICS.input, partition }, 0, 0)
      while (at[partition] !== end) await once(committed, 'commit')
    }
  }
  return { caughtUp, halted: halted.promise, stop: running.stop, fences: () => fences }
}

const statesOf = async (of: PartitionStore) => {
  const found: Record<string, unknown> = {}
  for (const partition of PARTITIONS)
    for await (const [key, state] of of.scan(partition)) found[key] = silenceCounter.unpack(state)
  return found
}

/** What a run that nothing disturbed makes of the same records. */
const faultFreeStates = async () => {
  const ports = { log: emptyLog(), store: memoryPartitionStore() }
  for (const partition of PARTITIONS) {
    const from = { topic: COUNTER_TOPICS.input, partition }
    await send(ports.log, partition, ...(await log.read(from, 0, 10_000)).records)
  }
  await runToEnd(ports)
  return statesOf(ports.store)
}

const appendOnlyFile = (): string => {
  const folder = join(redis.folder, 'appendonlydir')
  return join(folder, readdirSync(folder).find((name) => name.endsWith('.incr.aof'))!)
}
const sizeOfFile = (): number => statSync(appendOnlyFile()).size

describe.skipIf(startRedis === undefined)('the processor', () => {
  test('halts when Redis was wiped, rather than take every customer for a new one', async () => {
    const counter = await startCounter()
    await sendRound(1)
    await counter.caughtUp()
    await connection.run((client) => client.flushall())
    await sendRound(2)
    expect(await counter.halted).toMatchObject({ code: 'EBB_STATE_LOST' })
    await counter.stop()
  })

  test.each([0.001, 0.137, 0.271, 0.414, 0.577, 0.719, 0.866, 0.999])(
    'heals by itself when Redis lost the last %d of what came behind the first commits',
    async (lost) => {
      const counter = await startCounter()
      await sendRound(1)
      await counter.caughtUp()
      const kept = sizeOfFile()
      for (let round = 2; round <= 6; round += 1) {
        await sendRound(round)
        await counter.caughtUp()
      }
      await redis.kill('SIGKILL')
      truncateSync(appendOnlyFile(), kept + Math.floor((sizeOfFile() - kept) * (1 - lost)))
      await redis.restart()
      await sendRound(7)
      await counter.caughtUp()
      await counter.stop()
      expect(counter.fences()).toBeGreaterThan(0)
      expect(await statesOf(store)).toEqual(await faultFreeStates())
    },
  )
})
