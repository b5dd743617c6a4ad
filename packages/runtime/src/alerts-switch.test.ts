import { INSTALLATION } from '@ebb/contracts/topics'
import type { EventLog, PartitionListener } from '@ebb/streaming/event-log'
import { onlyGeneration } from '@ebb/streaming/generation'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import { alertsSwitch, switchesRecord } from './alerts-switch.ts'

const FEATURES = 'features'
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const shop = () => {
  const log = memoryEventLog({
    topics: [INSTALLATION, FEATURES].map((name) => ({ name, partitions: 1 })),
    now: Date.now,
  })
  const switchTo = async (isPaused: boolean) => {
    const { topic, key, value } = switchesRecord(isPaused)
    await log.append({ topic, partition: 0 }, [{ key, value }])
  }
  const send = (key: string) =>
    log.append({ topic: FEATURES, partition: 0 }, [{ key, value: new Uint8Array() }])
  return { log, switchTo, send }
}

/** Follows the features through a switch; resolves `heard(n)` when n keys came. */
const follow = async (log: EventLog, logger = pino({ level: 'silent' })) => {
  const generations = onlyGeneration({ generation: 0, log, store: memoryPartitionStore })
  const alerts = await alertsSwitch({ generations, logger, lookEveryMs: 5 })
  ends.push(alerts.stop)
  const keys: string[] = []
  let came = Promise.withResolvers<void>()
  const listener: PartitionListener = {
    assigned: async () => 0,
    batch: async (_partition, records) => {
      keys.push(...records.map(({ key }) => key))
      came.resolve()
      came = Promise.withResolvers<void>()
      return records.at(-1)!.offset + 1
    },
    revoked: () => {},
    halted: (error) => {
      throw error
    },
  }
  const running = await alerts.generations.follow(({ log }) =>
    log.consume('scorer', FEATURES, listener),
  )
  ends.push(running.stop)
  const heard = async (count: number): Promise<string[]> => {
    while (keys.length < count) await came.promise
    return keys
  }
  return { heard, keys, stop: running.stop }
}

/** Enough turns of the event loop for a consumer in memory to be given what there is. */
const turns = async (): Promise<void> => {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve))
}

test('nothing is handled while alerts are paused, and all of it afterwards, in order', async () => {
  const { log, switchTo, send } = shop()
  await switchTo(true)
  await send('a')
  const { heard, keys } = await follow(log)
  await send('b')
  await turns()
  expect(keys).toEqual([])
  await switchTo(false)
  expect(await heard(2)).toEqual(['a', 'b'])
})

test('a pause outlives a restart, and a paused consumer can be stopped', async () => {
  const { log, switchTo, send } = shop()
  await switchTo(true)
  await send('a')
  const { keys, stop } = await follow(log)
  await turns()
  await stop()
  expect(keys).toEqual([])
})

test('a log that is away is one incident, not one with each look', async () => {
  const { log } = shop()
  const lines: string[] = []
  const failed = Promise.withResolvers<void>()
  let looks = 0
  const away: EventLog = {
    ...log,
    read: async (...place) => {
      looks += 1
      if (looks === 1) return log.read(...place)
      if (looks === 5) failed.resolve()
      throw new Error(`no answer to request ${looks}`)
    },
  }
  await follow(away, pino({}, { write: (line) => lines.push(line) }))
  await failed.promise
  await turns()
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
    'cannot ask whether alerts are paused',
  ])
})
