import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Consumption } from '@ebb/streaming/event-log'
import { useKafka } from '@ebb/testkit/engines'
import type { Producer, Transaction } from 'kafkajs'
import { afterAll, describe, expect, test } from 'vitest'
import { kafkaConsumption } from './kafka-consumption.ts'
import {
  behind,
  openTestTopic,
  type Recorder,
  recordedListener,
  type TestTopic,
} from './kafka-consumption-fixture.ts'

const kafka = await useKafka()
const closing: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

const openTopic = async (brokers: readonly string[], partitions: number): Promise<TestTopic> => {
  const opened = await openTestTopic(brokers, partitions)
  closing.push(opened.close)
  return opened
}

const SESSION = { sessionTimeoutMs: 6_000, heartbeatIntervalMs: 300 }

const consume = async (at: TestTopic, { listener }: Recorder): Promise<Consumption> => {
  const { topic, group } = at
  const consumption = await kafkaConsumption({
    kafka: at.kafka,
    topic,
    group,
    listener,
    ...SESSION,
  })
  closing.push(consumption.stop)
  return consumption
}

const LARGE = Buffer.alloc(600_000)

const offsets = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i)

/** A member of a group in a process of its own; `heard` are its lines, such as `assigned 0`. */
const startMember = (brokers: readonly string[], { topic, group }: TestTopic) => {
  const script = `
    import { kafkaClient } from './kafka-client.ts'
    import { kafkaConsumption } from './kafka-consumption.ts'
    const [topic, group, ...brokers] = process.argv.slice(1)
    const say = (what) => (partition) => console.log(what, partition)
    await kafkaConsumption({
      kafka: kafkaClient({ brokers, clientId: 'child', now: () => 0 }).kafka,
      topic, group, ...${JSON.stringify(SESSION)},
      listener: {
        assigned: async (partition) => { say('assigned')(partition); return 0 },
        batch: (partition, _records, signal) => new Promise((_, reject) => {
          say('batch')(partition)
          signal.addEventListener('abort', () => { say('aborted')(partition); reject(new Error()) })
        }),
        revoked: say('revoked'),
        halted: say('halted'),
      },
    })`
  const args = ['--input-type=module', '-e', script, topic, group, ...brokers]
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: new URL('.', import.meta.url),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  closing.push(async () => void child.kill('SIGKILL'))
  const heard: string[] = []
  let change = Promise.withResolvers<void>()
  createInterface(child.stdout!).on('line', (line) => {
    heard.push(line)
    change.resolve()
    change = Promise.withResolvers()
  })
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await change.promise
  }
  return { heard, until, kill: (signal: NodeJS.Signals) => child.kill(signal) }
}

describe.skipIf(kafka === undefined).concurrent('a consumption of a Kafka topic', () => {
  const brokers = kafka?.brokers ?? []

  test('has what a killed member had, and keeps its own through a batch as long as that took', async () => {
    const [mine, shared] = [await openTopic(brokers, 1), await openTopic(brokers, 2)]
    await mine.append(0, 1)
    const long = Promise.withResolvers<void>()
    const steady = recordedListener({
      batch: async (_partition, records, signal) => {
        await Promise.race([long.promise, once(signal, 'abort')])
        return behind(records)
      },
    })
    await consume(mine, steady)
    await steady.until(() => steady.count('batch') === 1)

    const child = startMember(brokers, shared)
    await child.until(() => child.heard.includes('assigned 1'))
    child.kill('SIGKILL')
    const heir = recordedListener()
    await consume(shared, heir)
    // The broker gives them away when the session of the killed one is over.
    await heir.until(() => heir.count('assigned') === 2)

    long.resolve()
    await steady.until(() => steady.count('handled') === 1)
    await mine.append(0, 1)
    await steady.until(() => steady.count('handled') === 2)
    expect(steady.heard.map(({ what }) => what)).toEqual([
      ...['assigned', 'begun', 'batch', 'handled', 'batch', 'handled'],
    ])
  })

  test('aborts what it did when it stood still for longer than its session, and joins again', async () => {
    const at = await openTopic(brokers, 2)
    await at.append(0, 1)
    const child = startMember(brokers, at)
    await child.until(() => child.heard.includes('batch 0'))
    child.kill('SIGSTOP')
    const heir = recordedListener()
    await consume(at, heir)
    await heir.until(() => heir.count('assigned') === 2 && heir.handled(0).length === 1)
    expect(child.heard).not.toContain('aborted 0')
    child.kill('SIGCONT')
    await heir.until(() => heir.count('revoked') === 2 && heir.count('assigned') === 3)
    await child.until(() => child.heard.filter((line) => line.startsWith('assigned')).length === 3)
    const again = child.heard.slice(child.heard.indexOf('aborted 0'))
    expect(again.slice(0, 3).sort()).toEqual(['aborted 0', 'revoked 0', 'revoked 1'])
    expect(child.heard.some((line) => line.startsWith('halted'))).toBe(false)
  })

  test('halts where records below the log were to be read', async () => {
    const at = await openTopic(brokers, 1)
    await at.append(0, 10)
    await at.truncate(0, 10)
    const member = recordedListener({ assigned: async () => 9 })
    await consume(at, member)
    await expect(member.until(() => false)).rejects.toThrow('EBB_LOG_TRUNCATED')
    expect(member.count('batch')).toBe(0)
    await at.append(0, 1)
    const next = recordedListener({ assigned: async () => 10 })
    await consume(at, next)
    await next.until(() => next.handled(0).length === 1)
  })

  test('halts when records are deleted before it came to them, behind all that it had', async () => {
    const at = await openTopic(brokers, 1)
    for (let i = 0; i < 10; i += 1) await at.append(0, 1_000, 1_000)
    const deleted = Promise.withResolvers<void>()
    const member = recordedListener({
      batch: async (_partition, records) => {
        await deleted.promise
        return behind(records)
      },
    })
    const consumption = await consume(at, member)
    await member.until(() => member.count('batch') === 1)
    await at.truncate(0, 9_500)
    deleted.resolve()
    await expect(member.until(() => false)).rejects.toThrow('EBB_LOG_TRUNCATED')
    const seen = member.handled(0)
    expect(seen.length).toBeLessThan(9_500)
    expect(seen).toEqual(offsets(0, seen.length))
    await consumption.stop()
    expect(await at.advised(0)).toBe(seen.length)
  })

  test('halts where the log ends before what was read of it', async () => {
    const at = await openTopic(brokers, 1)
    await at.append(0, 10)
    const member = recordedListener({ assigned: async () => 11 })
    await consume(at, member)
    await expect(member.until(() => false)).rejects.toThrow('EBB_LOG_LOST')
    expect(member.count('batch')).toBe(0)
  })

  test('goes over transactions that were aborted, also where they fill a whole fetch', async () => {
    const at = await openTopic(brokers, 1)
    const producer = at.kafka.producer({
      transactionalId: at.topic,
      maxInFlightRequests: 1,
      idempotent: true,
      retry: { retries: 50, maxRetryTime: 500 },
      createPartitioner: () => () => 0,
    })
    await producer.connect()
    const transact = async (how: 'commit' | 'abort'): Promise<void> => {
      const transaction = await begun(producer)
      for (let i = 0; i < 3; i += 1)
        await transaction.send({ topic: at.topic, messages: [{ key: how, value: LARGE }] })
      await transaction[how]()
    }
    const member = recordedListener()
    await consume(at, member)
    await member.until(() => member.count('begun') === 1)
    for (const rounds of [1, 2]) {
      await transact('abort')
      await transact('abort')
      await transact('commit')
      await member.until(() => member.handled(0).length === 3 * rounds)
    }
    await producer.disconnect()
    expect(member.handled(0)).toEqual([8, 9, 10, 20, 21, 22])
    expect(member.count('assigned')).toBe(1)
  })
})

/** Tries until the broker has made what it keeps transactions in. */
const begun = (producer: Producer): Promise<Transaction> =>
  producer.transaction().catch(() => begun(producer))
