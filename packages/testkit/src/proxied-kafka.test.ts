import { Redis } from 'ioredis'
import { CompressionTypes, Kafka, logLevel, type Producer } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { uniqueName, useOwnKafka, useRedis } from './engines.ts'
import { startFaultProxy } from './fault-proxy.ts'
import { KAFKA_API } from './kafka-frames.ts'
import { type ProxiedKafka, startProxiedKafka } from './proxied-kafka.ts'

const ownKafka = await useOwnKafka()
const redis = await useRedis()

describe.skipIf(ownKafka === undefined)('a fault proxy before a real broker', () => {
  let proxied: ProxiedKafka
  let client: Kafka
  let producer: Producer

  beforeAll(async () => {
    proxied = await startProxiedKafka()
    client = new Kafka({
      brokers: proxied.brokers,
      clientId: 'unlucky',
      logLevel: logLevel.NOTHING,
      requestTimeout: 500,
      retry: { retries: 0 },
    })
    producer = client.producer({ allowAutoTopicCreation: false })
    await producer.connect()
  })

  afterAll(async () => {
    await producer?.disconnect()
    await proxied?.stop()
  })

  const newTopic = async (): Promise<string> => {
    const topic = uniqueName('faults')
    const admin = client.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true })
    await admin.disconnect()
    return topic
  }

  const send = (topic: string, value: string): Promise<unknown> =>
    producer.send({
      topic,
      acks: -1,
      compression: CompressionTypes.None,
      messages: [{ partition: 0, value }],
    })

  const records = async (topic: string): Promise<string> => {
    const admin = client.admin()
    await admin.connect()
    const [partition] = await admin.fetchTopicOffsets(topic)
    await admin.disconnect()
    return partition!.high
  }

  for (const loss of ['cut', 'hang'] as const)
    test(`a response that is lost (${loss}) was appended all the same`, async () => {
      const topic = await newTopic()
      await send(topic, 'heard')
      const fault = proxied.proxy.dropResponses({
        apiKey: KAFKA_API.produce,
        judge: ({ clientId, nth }) => (clientId === 'unlucky' && nth === 2 ? loss : 'pass'),
      })
      await send(topic, 'heard too')
      await expect(send(topic, 'lost')).rejects.toThrow()
      expect(fault.dropped).toBe(1)
      expect(await records(topic)).toBe('3')
      fault.lift()
      await producer.connect()
      await send(topic, 'heard again')
      expect(await records(topic)).toBe('4')
    })

  test('a broker that was killed serves its log again behind the same proxy', async () => {
    const topic = await newTopic()
    await send(topic, 'kept')
    await proxied.kafka.kill('SIGKILL')
    await expect(send(topic, 'nobody there')).rejects.toThrow()
    await proxied.kafka.restart()
    await producer.connect()
    await send(topic, 'second')
    expect(await records(topic)).toBe('2')
  })
})

describe.skipIf(redis === undefined)('a fault proxy before a real Redis', () => {
  test('a reply that is lost does not undo the write', async () => {
    const { hostname, port } = new URL(redis!.url)
    const proxy = await startFaultProxy({ target: `${hostname}:${port}` })
    const options = { retryStrategy: () => null, maxRetriesPerRequest: 0 }
    const client = new Redis(`redis://${proxy.address}`, options).on('error', () => {})
    await client.ping()
    const key = uniqueName('fault')
    proxy.stall('responses')
    const set = client.set(key, 'there')
    const direct = new Redis(redis!.url)
    while ((await direct.get(key)) === null);
    proxy.cut()
    await expect(set).rejects.toThrow()
    expect(await direct.getdel(key)).toBe('there')
    await direct.quit()
    await proxy.close()
  })
})
