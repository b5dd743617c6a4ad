import { join } from 'node:path'
import { eventRecord } from '@ebb/collector/log-records'
import { EVENTS, SHARED_PARTITIONS } from '@ebb/contracts/topics'
import { kafkaClient } from '@ebb/kafka/kafka-client'
import { partitionOf } from '@ebb/streaming/partitioner'
import { startBenchCollector } from './bench-collector.ts'
import { benchKafka, openNewNamespace, recordsIn } from './bench-kafka.ts'
import { BEGIN, canonicalEvent, intakeContext } from './bench-shop.ts'
import type { Benchmark, Contestant, Scale, Setting, Workload } from './benchmark.ts'
import { BARE, BATCHES, bodiesOf, type IntakeShape, SENDERS, SINGLES } from './intake-shapes.ts'
import { TOGETHER } from './results.ts'
import { shopTraffic } from './shop-traffic.ts'

const now = (): number => BEGIN

const openCollector =
  ({ name, share }: IntakeShape) =>
  async ({ engines, folder, scale }: Setting): Promise<Workload> => {
    const settings = benchKafka(engines, `collector-${name.replaceAll(' ', '-')}.`, now)
    const log = await openNewNamespace(settings, 'writer')
    const collector = await startBenchCollector({
      log,
      clock: { now },
      folder,
      spoolFolder: join(folder, 'spool'),
    })
    const events = scale.events * share
    let held = 0
    return {
      target: collector.target,
      prepare: async () => ({
        run: async (load) => {
          await load()
          return events
        },
        // Asking the broker costs as much as a few hundred events.
        end: async () => {
          held += events
          const found = await recordsIn(log)
          // What a send repeated because its outcome was unknown stands there twice.
          if (found < held) throw new Error(`The log holds ${found} of ${held} events`)
        },
      }),
      close: async () => {
        await collector.stop()
        await log.close()
      },
    }
  }

const SEND_RECORDS = 500
const ALL_REPLICAS = -1

/** What the client alone costs, at its best: large sends of records that are made already. */
const openProducer = async ({ engines, scale }: Setting): Promise<Workload> => {
  const settings = benchKafka(engines, 'producer-alone.', now)
  await (await openNewNamespace(settings, 'writer')).close()
  const topic = `${settings.prefix}${EVENTS}`
  const messages = recordsOf(scale)
  const sends = Array.from({ length: Math.ceil(messages.length / SEND_RECORDS) }, (_, index) =>
    messages.slice(index * SEND_RECORDS, (index + 1) * SEND_RECORDS),
  )
  const { kafka } = kafkaClient(settings)
  const producer = kafka.producer()
  await producer.connect()
  return {
    prepare: async () => ({
      run: async () => {
        for (const send of sends) await producer.send({ topic, acks: ALL_REPLICAS, messages: send })
        return messages.length
      },
    }),
    close: () => producer.disconnect(),
  }
}

const recordsOf = ({ events }: Scale) => {
  const next = shopTraffic(SENDERS)
  return Array.from({ length: events }, () => {
    const { key, value, headers } = eventRecord(canonicalEvent(next(BEGIN), intakeContext(BEGIN)))
    const partition = partitionOf(key, SHARED_PARTITIONS)
    return { key, value: Buffer.from(value), headers: { ...headers }, partition }
  })
}

const intakeOf = (shape: IntakeShape, goals: Pick<Contestant, 'goal' | 'goals'>): Benchmark => ({
  name: `collector on Kafka, ${shape.name}`,
  needs: ['kafka'],
  bodies: (_round, scale) => bodiesOf(shape, scale),
  against: BARE,
  contestants: [
    { name: 'collector', ...goals, open: openCollector(shape) },
    ...(shape === BATCHES
      ? [{ name: 'kafkajs alone, 500 a send', isExtra: true as const, open: openProducer }]
      : []),
  ],
})

/** The HTTP intake on a real broker, acknowledged by all replicas. */
export const kafkaCollectorBenchmarks: readonly Benchmark[] = [
  intakeOf(BATCHES, { goal: '≥ 40 %, ≤ 20 µs', goals: { [TOGETHER]: '≤ 35 µs' } }),
  intakeOf(SINGLES, { goal: '≥ 55 %, ≤ 130 µs' }),
]
