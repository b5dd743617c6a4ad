import { once } from 'node:events'
import { openKafkaEventLog } from '@ebb/kafka/kafka-event-log'
import { applyTopics, planTopics } from '@ebb/kafka/kafka-topics'
import { engineLog } from '@ebb/runtime/engine-log'
import { createLogger } from '@ebb/runtime/logger'
import { processorLog } from '@ebb/runtime/processor-log'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import { observers } from '@ebb/streaming/observers'
import { runProcessor } from '@ebb/streaming/processor'
import { event } from '@ebb/streaming/processor-harness'
import { retryTransient, waitFor } from '@ebb/streaming/retry'
import { COUNTER_TOPICS, silenceCounter } from '@ebb/streaming/silence-counter'
import { useOwnKafka } from '@ebb/testkit/engines'
import { afterEach, describe, expect, test } from 'vitest'

const startKafka = await useOwnKafka()

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

interface Line {
  readonly level: string
  readonly msg: string
}

const PARTITIONS = 6

/** Resolves when something is so, which is looked at whenever something happens. */
const watched = () => {
  const changes = new EventTarget()
  return {
    changed: (): unknown => changes.dispatchEvent(new Event('change')),
    until: async (isSo: () => boolean): Promise<void> => {
      while (!isSo()) await once(changes, 'change')
    },
  }
}

/** A processor that logs as one of the services does, on a broker of its own. */
const startCounter = async () => {
  const broker = await startKafka!()
  ends.push(broker.stop)
  const { changed, until } = watched()
  const lines: Line[] = []
  const write = (line: string): void => {
    lines.push(JSON.parse(line))
    changed()
  }
  const logger = createLogger({ service: 'test', level: 'debug', destination: { write } })
  const settings = { brokers: broker.brokers, clientId: 'outage', now: () => 0 }
  const wanted = Object.values(COUNTER_TOPICS)
  const topics = wanted.map((name) => ({ name, partitions: PARTITIONS, config: {} }))
  await applyTopics(settings, await planTopics(settings, topics))
  const log = await openKafkaEventLog({ ...settings, onNotice: engineLog(logger) })
  ends.push(log.close)
  const handled = new Map<number, number>()
  const committed = ({ partition, offset }: { partition: number; offset: number }): void => {
    handled.set(partition, offset)
    changed()
  }
  const running = await runProcessor(
    silenceCounter,
    { log, store: memoryPartitionStore() },
    {
      observer: observers(processorLog(logger, silenceCounter.name), { committed }),
      onHalt: (error) => {
        throw error
      },
    },
  )
  ends.push(running.stop)
  const stopping = new AbortController()
  ends.push(async () => stopping.abort())
  const retrying = { signal: stopping.signal, wait: waitFor, onRetry: () => {} }
  /** One more record in every partition; resolves when all of them are handled. */
  const sendEverywhere = async (id: string): Promise<void> => {
    const places = Array.from({ length: PARTITIONS }, (_, partition) => partition)
    const send = async (partition: number): Promise<void> => {
      const to = { topic: COUNTER_TOPICS.input, partition }
      const append = () => log.append(to, [event(`customer ${partition}`, id)])
      const offset = await retryTransient(append, retrying)
      await until(() => (handled.get(partition) ?? 0) > offset)
    }
    await Promise.all(places.map(send))
  }
  return { broker, lines, until, sendEverywhere }
}

describe.skipIf(startKafka === undefined)('a broker that is away', () => {
  test('is a few lines of the log, however long kafkajs speaks of it', async () => {
    const { broker, lines, until, sendEverywhere } = await startCounter()
    await sendEverywhere('1')
    const before = lines.length
    await broker.kill('SIGKILL')
    const details = () => lines.slice(before).filter(({ msg }) => msg.startsWith('kafkajs'))
    const sent = sendEverywhere('2')
    await until(() => details().length >= 5)
    await broker.restart()
    await sent
    expect(details().map(({ level }) => level)).not.toContain('warn')
    const told = lines.slice(before).filter(({ level }) => level !== 'debug')
    expect(told.map(({ msg }) => msg)).toContain(
      'silence-counter.g0 cannot read counter.in for now, and joins again',
    )
    expect(told.length).toBeLessThanOrEqual(4)
  })
})
