import { HaltError } from '@ebb/streaming/faults'
import { useKafka } from '@ebb/testkit/engines'
import { describe, expect, test } from 'vitest'
import { kafkaClient } from './kafka-client.ts'
import {
  closedAfterwards,
  freshSettings,
  openLog,
  record,
  textOf,
  withTopics,
} from './kafka-log-fixture.ts'
import type { KafkaSettings } from './kafka-settings.ts'

const kafka = await useKafka()
const to = { topic: 'topic', partition: 0 }
const oneTopic = (config: Record<string, string> = {}): Promise<KafkaSettings> =>
  withTopics(kafka!.brokers, [{ name: 'topic', partitions: 1 }], config)

/** What is done beside the log, by kafkajs alone. */
const rawKafka = (settings: KafkaSettings) => {
  const { kafka: client, cut } = kafkaClient(settings)
  closedAfterwards(async () => cut())
  return { client, topic: `${settings.prefix}topic` }
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

describe.skipIf(kafka === undefined)('appending to Kafka', () => {
  test('a call of several megabytes stands in the log as a whole, in its order', async () => {
    const log = await openLog(await oneTopic())
    const texts = numbers(350).map((i) => `${i}`.padStart(10_000, '.'))
    const before = log.append(to, [record('before')])
    const large = log.append(
      to,
      texts.map((text) => record(text)),
    )
    const behind = log.append(to, [record('behind')])
    expect(await Promise.all([before, large, behind])).toEqual([0, 1, 351])
    const { records } = await log.read(to, 1, 350)
    expect(records.map(textOf)).toEqual(texts)
  })

  test('a record that the topic does not take is refused; those around it are taken', async () => {
    const log = await openLog(await oneTopic({ 'max.message.bytes': '50000' }))
    const small = numbers(100).map((i) => record(`${i}`.padStart(2_000, '.')))
    const [first, large, last] = await Promise.allSettled([
      log.append(to, small),
      log.append(to, [record('x'.repeat(60_000))]),
      log.append(to, [record('last')]),
    ])
    expect(first).toEqual({ status: 'fulfilled', value: 0 })
    expect(large).toMatchObject({ reason: { code: 'EBB_RECORD_TOO_LARGE' } })
    expect(large).toMatchObject({ reason: expect.any(HaltError) })
    expect(last).toEqual({ status: 'fulfilled', value: 100 })
  })

  test.each(['gzip', 'zstd'] as const)(
    '%s makes records small, and they are read as they were',
    async (compression) => {
      const settings = await oneTopic({ 'max.message.bytes': '20000' })
      const text = 'much that is the same, '.repeat(10_000)
      const plain = await openLog(settings)
      await expect(plain.append(to, [record(text)])).rejects.toMatchObject({
        code: 'EBB_RECORD_TOO_LARGE',
      })
      const packing = await openLog({ ...settings, compression })
      await packing.append(to, [record(text), record('short')])
      const { records } = await plain.read(to, 0, 10)
      expect(records.map(textOf)).toEqual([text, 'short'])
    },
  )

  test('records bear the time of the clock that was given', async () => {
    const settings = await oneTopic()
    const at = Date.UTC(2026, 2, 1)
    const log = await openLog({ ...settings, now: () => at })
    await log.append(to, [record('a')])
    expect((await log.read(to, 0, 1)).records[0]!.appendedAt).toBe(at)
  })

  test('no record at all is appended to the end', async () => {
    const log = await openLog(await oneTopic())
    await log.append(to, [record('a'), record('b')])
    expect(await log.append(to, [])).toBe(2)
  })

  test('a partition that is not there is missing', async () => {
    const log = await openLog(await oneTopic())
    const beyond = { topic: 'topic', partition: 1 }
    await expect(log.append(beyond, [record('a')])).rejects.toMatchObject({
      code: 'EBB_TOPIC_MISSING',
    })
    await expect(log.read(beyond, 0, 1)).rejects.toMatchObject({ code: 'EBB_TOPIC_MISSING' })
  })

  test('closing sends what waits, and takes nothing more', async () => {
    const settings = await oneTopic()
    const log = await openLog(settings)
    await log.append(to, [record('0')])
    const waiting = numbers(50).map((i) => log.append(to, [record(`${i + 1}`)]))
    await log.close()
    expect(await Promise.all(waiting)).toEqual(numbers(50).map((i) => i + 1))
    await expect(log.append(to, [record('late')])).rejects.toMatchObject({
      code: 'EBB_KAFKA_UNAVAILABLE',
    })
    expect((await (await openLog(settings)).read(to, 0, 0)).end).toBe(51)
  })
})

describe.skipIf(kafka === undefined)('reading from Kafka', () => {
  test('begins with the first record that retention has left', async () => {
    const settings = await oneTopic()
    const log = await openLog(settings)
    await log.append(
      to,
      numbers(10).map((i) => record(`${i}`)),
    )
    const { client, topic } = rawKafka(settings)
    const admin = client.admin()
    await admin.connect()
    await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '6' }] })
    const { records, end } = await log.read(to, 0, 100)
    expect(records.map(({ offset }) => offset)).toEqual([6, 7, 8, 9])
    expect(end).toBe(10)
    await admin.disconnect()
  })

  test('passes over offsets without a record, and still knows the end', async () => {
    const settings = await oneTopic()
    const log = await openLog(settings)
    const { client, topic } = rawKafka(settings)
    const producer = client.producer({
      transactionalId: topic,
      idempotent: true,
      maxInFlightRequests: 1,
    })
    await producer.connect()
    for (const value of ['a', 'b']) {
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: [{ key: 'k', value }] })
      await transaction.commit()
    }
    await producer.disconnect()
    await log.append(to, [record('c')])
    const { records, end } = await log.read(to, 0, 100)
    expect(records.map((found) => [found.offset, textOf(found)])).toEqual([
      [0, 'a'],
      [2, 'b'],
      [4, 'c'],
    ])
    expect(end).toBe(5)
    expect((await log.read(to, 1, 1)).records.map(textOf)).toEqual(['b'])
  })

  test('gives what is asked for, though it comes in many answers', async () => {
    const log = await openLog(await oneTopic())
    const texts = numbers(600).map((i) => `${i}`.padStart(6_000, '.'))
    await log.append(
      to,
      texts.map((text) => record(text)),
    )
    expect((await log.read(to, 100, 450)).records.map(textOf)).toEqual(texts.slice(100, 550))
    expect((await log.read(to, 599, 450)).records.map(textOf)).toEqual(texts.slice(599))
  })

  test('at many places at once gives each its own', async () => {
    const log = await openLog(await oneTopic())
    await log.append(
      to,
      numbers(100).map((i) => record(`${i}`)),
    )
    const slices = await Promise.all(numbers(100).map((i) => log.read(to, i, 1)))
    expect(slices.map(({ records }) => textOf(records[0]!))).toEqual(numbers(100).map(String))
  })
})

test('without a broker, opening succeeds, calls say so, and closing does not wait', async () => {
  const log = await openLog(freshSettings(['127.0.0.1:1']))
  const unavailable = { code: 'EBB_KAFKA_UNAVAILABLE' }
  await expect(log.partitions('topic')).rejects.toMatchObject(unavailable)
  await expect(log.append(to, [record('a')])).rejects.toMatchObject(unavailable)
})
