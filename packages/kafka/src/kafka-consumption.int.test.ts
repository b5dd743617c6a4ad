import { once } from 'node:events'
import type { Consumption } from '@ebb/streaming/event-log'
import { HaltError } from '@ebb/streaming/faults'
import { useKafka } from '@ebb/testkit/engines'
import { afterEach, describe, expect, test } from 'vitest'
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
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const openTopic = async (partitions: number): Promise<TestTopic> => {
  const opened = await openTestTopic(kafka!.brokers, partitions)
  closing.push(opened.close)
  return opened
}

const consume = async (at: TestTopic, recorder: Recorder): Promise<Consumption> => {
  const { topic, group } = at
  const consumption = await kafkaConsumption({
    kafka: at.kafka,
    topic,
    group,
    listener: recorder.listener,
    sessionTimeoutMs: 6_000,
    heartbeatIntervalMs: 300,
  })
  closing.push(consumption.stop)
  return consumption
}

const offsets = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i)

/** Partitions that a member holds now. */
const held = (member: Recorder): number[] =>
  [0, 1, 2, 3, 4, 5].filter((p) => member.count('assigned', p) > member.count('revoked', p))

describe.skipIf(kafka === undefined)('a consumption of a Kafka topic', () => {
  test('is given every partition, also those without records', async () => {
    const at = await openTopic(3)
    const member = recordedListener()
    await consume(at, member)
    await member.until(() => member.count('begun') === 3)
    expect(held(member)).toEqual([0, 1, 2])
    await at.append(1, 1)
    await member.until(() => member.count('handled') > 0)
    expect(member.handled(1)).toEqual([0])
  })

  test('begins where the listener says, whatever was advised', async () => {
    const at = await openTopic(1)
    await at.append(0, 10)
    const earlier = recordedListener({ assigned: async () => 7 })
    const first = await consume(at, earlier)
    await earlier.until(() => earlier.handled(0).length === 3)
    await first.stop()
    expect(await at.advised(0)).toBe(10)
    const later = recordedListener({ assigned: async () => 2 })
    await consume(at, later)
    await later.until(() => later.handled(0).length >= 8)
    expect(later.handled(0)).toEqual(offsets(2, 10))
  })

  test('goes on where a batch resolves to, back and forth', async () => {
    const at = await openTopic(1)
    await at.append(0, 1_200)
    const goTo = [600, 50]
    const member = recordedListener({
      batch: async (_partition, records) => goTo.shift() ?? behind(records),
    })
    await consume(at, member)
    await member.until(() => member.handled(0).at(-1) === 1_199)
    const seen = member.handled(0)
    expect(seen.slice(0, 500)).toEqual(offsets(0, 500))
    expect(seen[500]).toBe(600)
    expect(seen.slice(seen.lastIndexOf(50))).toEqual(offsets(50, 1_200))
  })

  test('hands on all records in order, 500 at most, one batch of a partition at a time', async () => {
    const at = await openTopic(3)
    for (const partition of [0, 1, 2]) await at.append(partition, 6_000)
    const running = new Set<number>()
    let most = 0
    const member = recordedListener({
      batch: async (partition, records) => {
        expect(running.has(partition)).toBe(false)
        running.add(partition)
        most = Math.max(most, running.size)
        await new Promise((resolve) => setImmediate(resolve))
        running.delete(partition)
        expect(records.length).toBeLessThanOrEqual(500)
        return behind(records)
      },
    })
    await consume(at, member)
    await member.until(() => [0, 1, 2].every((p) => member.handled(p).at(-1) === 5_999))
    for (const partition of [0, 1, 2]) expect(member.handled(partition)).toEqual(offsets(0, 6_000))
    expect(most).toBeGreaterThan(1)
  })

  test('waits with one partition that is slow to assign, and with no other', async () => {
    const at = await openTopic(2)
    for (const partition of [0, 1]) await at.append(partition, 5)
    const slow = Promise.withResolvers<number>()
    const member = recordedListener({
      assigned: async (partition) => (partition === 0 ? slow.promise : 0),
    })
    await consume(at, member)
    await member.until(() => member.handled(1).length === 5)
    await at.append(1, 1)
    await member.until(() => member.handled(1).length === 6)
    expect(member.count('batch', 0)).toBe(0)
    slow.resolve(3)
    await member.until(() => member.handled(0).length > 0)
    expect(member.handled(0)).toEqual([3, 4])
  })

  test('holds back one partition whose batch takes long, and no other', async () => {
    const at = await openTopic(2)
    await at.append(0, 9_000)
    const slow = Promise.withResolvers<void>()
    const member = recordedListener({
      batch: async (partition, records) => {
        if (partition === 0) await slow.promise
        return behind(records)
      },
    })
    await consume(at, member)
    await member.until(() => member.count('batch', 0) === 1)
    for (let i = 1; i <= 5; i += 1) {
      await at.append(1, 1)
      await member.until(() => member.handled(1).length === i)
    }
    slow.resolve()
    await member.until(() => member.handled(0).length === 9_000)
    expect(member.handled(0)).toEqual(offsets(0, 9_000))
  })

  test('shares the partitions among members, and has those of one that leaves', async () => {
    const at = await openTopic(6)
    const members = [recordedListener(), recordedListener(), recordedListener()]
    const [first, second, third] = members as [Recorder, Recorder, Recorder]
    await consume(at, first)
    await first.until(() => held(first).length === 6)
    const leaving = await consume(at, second)
    await Promise.all([first, second].map((m) => m.until(() => held(m).length === 3)))
    await consume(at, third)
    await Promise.all(members.map((m) => m.until(() => held(m).length === 2)))
    expect(members.flatMap(held).sort()).toEqual([0, 1, 2, 3, 4, 5])
    await leaving.stop()
    expect(held(second)).toEqual([])
    await Promise.all([first, third].map((m) => m.until(() => held(m).length === 3)))
    expect([first, third].flatMap(held).sort()).toEqual([0, 1, 2, 3, 4, 5])
  })

  test('is not disturbed by a member that goes empty, which has the partition when it is free', async () => {
    const at = await openTopic(1)
    const [first, second] = [recordedListener(), recordedListener()]
    const one = { member: first, heir: second, consumption: await consume(at, first) }
    await first.until(() => first.count('assigned') === 1)
    const other = { member: second, heir: first, consumption: await consume(at, second) }
    const { member, heir, consumption } = await Promise.race([
      first.until(() => first.count('assigned') === 2).then(() => one),
      second.until(() => second.count('assigned') === 1).then(() => other),
    ])
    await at.append(0, 5)
    await member.until(() => member.handled(0).length === 5)
    await consumption.stop()
    await heir.until(() => heir.handled(0).length === 5)
    expect(one.member.count('assigned') + other.member.count('assigned')).toBe(3)
  })

  test('aborts all batches when the group rebalances, and assigns again behind their end', async () => {
    const at = await openTopic(2)
    for (const partition of [0, 1]) await at.append(partition, 3)
    const ends = Promise.withResolvers<void>()
    const isFirst = [true, true]
    const member = recordedListener({
      batch: async (partition, records, signal) => {
        if (!isFirst[partition]) return behind(records)
        isFirst[partition] = false
        await once(signal, 'abort')
        await ends.promise
        throw new Error('taken away')
      },
    })
    await consume(at, member)
    await member.until(() => member.count('batch') === 2)
    let abortedBefore = 0
    const other = recordedListener({
      assigned: async () => {
        abortedBefore = member.count('aborted')
        return 0
      },
    })
    await consume(at, other)
    await other.until(() => other.count('handled') > 0)
    expect(abortedBefore).toBe(2)
    expect(member.count('revoked')).toBe(0)
    expect(member.count('assigned')).toBe(2)
    ends.resolve()
    await member.until(() => member.count('handled') > 0)
    const [kept] = held(member)
    const ofKept = member.heard.filter((event) => 'partition' in event && event.partition === kept)
    expect(ofKept.map(({ what }) => what)).toEqual([
      ...['assigned', 'begun', 'batch', 'aborted', 'revoked'],
      ...['assigned', 'begun', 'batch', 'handled'],
    ])
  })

  test('halts when a batch or an assignment fails, and leaves the group', async () => {
    const at = await openTopic(1)
    await at.append(0, 1)
    const broken = recordedListener({
      batch: async () => {
        throw new HaltError('EBB_TEST', 'a broken invariant')
      },
    })
    await consume(at, broken)
    await expect(broken.until(() => false)).rejects.toThrow('a broken invariant')
    const refused = recordedListener({
      assigned: async () => {
        throw new HaltError('EBB_TEST', 'no state')
      },
    })
    const halted = await consume(at, refused)
    await expect(refused.until(() => false)).rejects.toThrow('no state')
    await halted.stop()
    for (const member of [broken, refused]) expect(held(member)).toEqual([])
    const next = recordedListener()
    await consume(at, next)
    await next.until(() => next.handled(0).length === 1)
  })

  test('stops behind the last batch, more than once, and has advised by then', async () => {
    const at = await openTopic(1)
    await at.append(0, 20)
    const member = recordedListener({
      batch: async (_partition, _records, signal) => {
        await once(signal, 'abort')
        await at.advised(0)
        return 13
      },
    })
    const consumption = await consume(at, member)
    await member.until(() => member.count('batch') === 1)
    await Promise.all([consumption.stop(), consumption.stop()])
    expect(member.heard.map(({ what }) => what).slice(-3)).toEqual([
      'aborted',
      'handled',
      'revoked',
    ])
    expect(await at.advised(0)).toBe(13)
    await consumption.stop()
  })

  test('can be stopped before it has joined', async () => {
    const at = await openTopic(1)
    const member = recordedListener()
    const consumption = await consume(at, member)
    await consumption.stop()
    const next = recordedListener()
    await consume(at, next)
    await next.until(() => held(next).length === 1)
    expect(held(member)).toEqual([])
  })

  test('refuses a topic that nobody made', async () => {
    const at = await openTopic(1)
    const missing = { ...at, topic: `${at.topic}_not` }
    await expect(consume(missing, recordedListener())).rejects.toThrow('EBB_TOPIC_MISSING')
  })
})
