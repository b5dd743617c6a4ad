import { TransientError } from '@ebb/streaming/faults'
import { useOwnKafka } from '@ebb/testkit/engines'
import { KAFKA_API } from '@ebb/testkit/kafka-frames'
import { type ProxiedKafka, startProxiedKafka } from '@ebb/testkit/proxied-kafka'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { OpenKafkaEventLog } from './kafka-event-log.ts'
import { openLog, record, textOf, withTopics } from './kafka-log-fixture.ts'

const PARTITIONS = 4
const ownKafka = await useOwnKafka()
let broker: ProxiedKafka

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

const freshLog = async (): Promise<OpenKafkaEventLog> =>
  openLog(await withTopics(broker.brokers, [{ name: 'topic', partitions: PARTITIONS }]))

const read = async (log: OpenKafkaEventLog, partition: number): Promise<string[]> =>
  (await log.read({ topic: 'topic', partition }, 0, 100_000)).records.map(textOf)

interface Acknowledged {
  readonly partition: number
  readonly base: number
  readonly texts: readonly string[]
}

/**
 * Senders that each append pairs of records, one pair behind the other, until `isOver`. A pair whose
 * outcome is unknown is sent again. Gives what was acknowledged.
 */
const sendUntil = async (log: OpenKafkaEventLog, senders: number, isOver: () => boolean) => {
  const acknowledged: Acknowledged[] = []
  const send = async (sender: number): Promise<void> => {
    const partition = sender % PARTITIONS
    for (let i = 0; !isOver(); i += 1) {
      const texts = [`${sender}.${i}a`, `${sender}.${i}b`]
      for (let base = -1; base < 0; ) {
        base = await log
          .append(
            { topic: 'topic', partition },
            texts.map((text) => record(text)),
          )
          .catch(unlessTransient)
        if (base >= 0) acknowledged.push({ partition, base, texts })
      }
    }
  }
  await Promise.all(numbers(senders).map(send))
  return acknowledged
}

const unlessTransient = (error: unknown): number => {
  if (error instanceof TransientError) return -1
  throw error
}

/** All that was acknowledged stands where it was said to, and each sender's in the order it sent. */
const expectKept = async (log: OpenKafkaEventLog, acknowledged: readonly Acknowledged[]) => {
  const texts = await Promise.all(numbers(PARTITIONS).map((partition) => read(log, partition)))
  for (const { partition, base, texts: pair } of acknowledged)
    expect(texts[partition]!.slice(base, base + 2)).toEqual(pair)
  for (const inPartition of texts) {
    const firsts = [...new Set(inPartition)]
    const bySender = Map.groupBy(firsts, (text) => text.split('.')[0])
    for (const own of bySender.values())
      expect(own).toEqual(own.toSorted((a, b) => numberOf(a) - numberOf(b) || (a < b ? -1 : 1)))
  }
}

const numberOf = (text: string): number => Number.parseInt(text.split('.')[1]!, 10)

describe.skipIf(ownKafka === undefined)('appending while things break', () => {
  beforeAll(async () => {
    broker = await startProxiedKafka()
  })
  afterAll(() => broker?.stop())
  afterEach(() => broker?.proxy.resume())

  test('loses nothing that it acknowledged where every third answer is lost behind the append', async () => {
    const log = await freshLog()
    const fault = broker.proxy.dropResponses({
      apiKey: KAFKA_API.produce,
      judge: ({ nth }) => (nth % 3 === 0 ? 'cut' : 'pass'),
    })
    const acknowledged = await sendUntil(log, 64, () => fault.dropped >= 20)
    fault.lift()
    expect(acknowledged.length).toBeGreaterThan(64)
    await expectKept(log, acknowledged)
  })

  test('repeats what is never answered on a connection that lives', async () => {
    const log = await freshLog()
    await log.append({ topic: 'topic', partition: 0 }, [record('first')])
    const fault = broker.proxy.dropResponses({
      apiKey: KAFKA_API.produce,
      judge: ({ nth }) => (nth === 1 ? 'hang' : 'pass'),
    })
    const acknowledged = [
      log.append({ topic: 'topic', partition: 0 }, [record('second')]),
      log.append({ topic: 'topic', partition: 0 }, [record('third')]),
    ]
    const bases = await Promise.all(acknowledged)
    fault.lift()
    const texts = await read(log, 0)
    expect(bases.map((base) => texts[base])).toEqual(['second', 'third'])
    expect(texts.indexOf('second')).toBeLessThan(texts.indexOf('third'))
  })

  test('loses nothing that it acknowledged when the broker is killed and starts again', async () => {
    const log = await freshLog()
    const idle = await freshLog()
    await idle.append({ topic: 'topic', partition: 0 }, [record('a')])
    expect(await read(idle, 0)).toEqual(['a'])
    let isOver = false
    const sending = sendUntil(log, 16, () => isOver)
    await log.append({ topic: 'topic', partition: 0 }, [record('they.0 send')])
    await broker.kafka.kill('SIGKILL')
    await expect(idle.read({ topic: 'topic', partition: 0 }, 0, 1)).rejects.toMatchObject({
      code: 'EBB_KAFKA_UNAVAILABLE',
    })
    await broker.kafka.restart()
    expect(await read(idle, 0)).toEqual(['a'])
    expect(await idle.append({ topic: 'topic', partition: 0 }, [record('b')])).toBe(1)
    isOver = true
    await expectKept(log, await sending)
  })

  test('gives up in ten seconds where nothing moves, and closes all the same', async () => {
    const log = await freshLog()
    await log.append({ topic: 'topic', partition: 0 }, [record('a')])
    broker.proxy.stall()
    await expect(log.append({ topic: 'topic', partition: 0 }, [record('b')])).rejects.toMatchObject(
      {
        code: 'EBB_KAFKA_UNAVAILABLE',
      },
    )
    await log.close()
  })
})
