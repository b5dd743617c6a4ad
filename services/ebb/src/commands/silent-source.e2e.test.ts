import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SourceSignal } from '@ebb/contracts/source-signal'
import { EVENTS, FEATURES, TRAFFIC, topicsOf } from '@ebb/contracts/topics'
import {
  COLLECTOR_KEY,
  collectorMinuteCodec,
  minuteOf,
  type TrafficRecord,
  trafficCodec,
} from '@ebb/contracts/traffic-record'
import { openEmbeddedEngines } from '@ebb/embedded/embedded-engines'
import { openKafkaEventLog } from '@ebb/kafka/kafka-event-log'
import type { EventLog, LogRecord, NewRecord } from '@ebb/streaming/event-log'
import { uniqueName, useKafka, useRedis } from '@ebb/testkit/engines'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ANY_PORTS, endAll, lastJson, runEbb, startEbb } from '../ebb-process.ts'
import { sharedOptions } from '../shared-options.ts'
import type { SourcesStanding } from '../survey/silent-sources.ts'
import { orderBy, postEvents, type StartedShop, seen, startedShop } from './live-shop.ts'

const kafka = await useKafka()
const redis = await useRedis()

const MINUTE_MS = 60_000
const DAY_MS = 1_440 * MINUTE_MS
const SILENT_MINUTES = 45
const MOST_AT_ONCE = 2_000

/** Engines that `ebb up` runs on, and a way into their log while it does not run. */
interface Place {
  readonly options: readonly string[]
  withLog<T>(work: (log: EventLog) => Promise<T>): Promise<T>
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-silent-'))
})
afterEach(async () => {
  await endAll()
  rmSync(folder, { recursive: true, force: true })
})

const embedded = (): Place => ({
  options: [],
  withLog: async (work) => {
    const owner = { what: 'the test', now: Date.now, durability: 'killed-process' } as const
    const engines = openEmbeddedEngines(folder, owner)
    return work(engines.log).finally(() => engines.close())
  },
})

const shared = (): Place => {
  const namespace = uniqueName('silent')
  return {
    options: sharedOptions(kafka!, redis!, namespace),
    withLog: async (work) => {
      const { brokers } = kafka!
      const settings = { brokers, clientId: namespace, prefix: `${namespace}.`, now: Date.now }
      const log = await openKafkaEventLog(settings)
      return work(log).finally(() => log.close())
    },
  }
}

const ENV = { ...process.env, ...ANY_PORTS, EBB_PARTITIONS: '4', EBB_LOG_LEVEL: 'warn' }

/** Runs `ebb up` for as long as `work` takes, and ends it in order. */
const up = async <T>({ options }: Place, work: (shop: StartedShop) => Promise<T>): Promise<T> => {
  const running = startEbb([...options, 'up', '--data', folder], { env: ENV })
  const result = await work(await startedShop(running))
  await running.kill('SIGTERM')
  expect(await running.ended).toMatchObject({ code: 0, signal: null })
  return result
}

const sourcesSeen = async ({ options }: Place): Promise<SourcesStanding | undefined> => {
  const ended = await runEbb([...options, 'status', '--json', '--data', folder], { env: ENV })
  return lastJson(ended)['sources'] as SourcesStanding | undefined
}

/** A minute as a collector tells it; each run of it tells each minute once. */
const minuteTold = (minute: number, sources: readonly string[], run = 1): NewRecord[] => {
  const of = { minute, collector: 'history', run }
  return [
    ...sources.map((source) => ({
      key: source,
      value: trafficCodec.encode({ source, ...of, accepted: 1 }),
    })),
    { key: COLLECTOR_KEY, value: collectorMinuteCodec.encode(of) },
  ]
}

const append = async (log: EventLog, records: readonly NewRecord[]): Promise<void> => {
  for (let from = 0; from < records.length; from += MOST_AT_ONCE)
    await log.append({ topic: TRAFFIC, partition: 0 }, records.slice(from, from + MOST_AT_ONCE))
}

const allOf = async (log: EventLog, topic: string, partition = 0): Promise<LogRecord[]> => {
  const all: LogRecord[] = []
  for (;;) {
    const from = (all.at(-1)?.offset ?? -1) + 1
    const { records, end } = await log.read({ topic, partition }, from, 5_000)
    all.push(...records)
    if (records.length === 0 || records.at(-1)!.offset + 1 >= end) return all
  }
}

const decoded = <T>({ value }: LogRecord): T => JSON.parse(Buffer.from(value).toString('utf8')) as T

/** Kinds of the signals in each partition of a topic; a signal that stands there twice is one. */
const signalsIn = (log: EventLog, topic: string): Promise<string[][]> =>
  Promise.all(
    [0, 1, 2, 3].map(async (partition) => {
      const signals = (await allOf(log, topic, partition)).filter(({ key }) => key === '~source')
      const byId = new Map(signals.map((record) => [record.headers['ce_id'], record]))
      return [...byId.values()].map((record) => decoded<SourceSignal>(record).kind)
    }),
  )

/** Fifteen days in which something came every other minute, and then nothing. */
const history = (died: number, now: number): NewRecord[] => {
  const told: NewRecord[] = []
  for (let minute = died - 15 * DAY_MS; minute < now; minute += MINUTE_MS)
    told.push(...minuteTold(minute, minute < died && isEven(minute) ? ['till'] : []))
  return told
}

const isEven = (minute: number): boolean => minute % (2 * MINUTE_MS) === 0

const tellsOfSilence = async (place: Place): Promise<void> => {
  const now = minuteOf(Date.now())
  const died = now - SILENT_MINUTES * MINUTE_MS
  await place.withLog((log) => append(log, history(died, now)))
  await up(place, async (shop) => {
    expect((await postEvents(shop, [orderBy('ann', 'o1'), {}])).status).toBe(200)
    const standing = await seen(async () => {
      const sources = await sourcesSeen(place)
      return sources?.silent.length === 1 && sources
    })
    const since = isEven(died) ? died - MINUTE_MS : died
    expect(standing.silent).toEqual([{ source: 'till', since }])
    const doctor = await runEbb([...place.options, 'doctor', '--data', folder], { env: ENV })
    expect(doctor.out).toMatch(/sources +silent: till since /)
  })
  await place.withLog(async (log) => {
    // The collector of `ebb up` has told what it took, and that it leaves.
    const told = (await allOf(log, TRAFFIC)).map((record) => decoded<TrafficRecord>(record))
    expect(told.filter(({ source }) => source === 'storefront')).toMatchObject([
      { accepted: 1, refused: 1 },
    ])
    expect(told.at(-1)).toMatchObject({ leaves: true })
    const last = minuteOf(Date.now())
    await append(
      log,
      [2, 1, 0].flatMap((ago) => minuteTold(last - ago * MINUTE_MS, ['till'], 2)),
    )
  })
  await up(place, () =>
    seen(async () => {
      const sources = await sourcesSeen(place)
      return sources?.silent.length === 0
    }),
  )
  await place.withLog(async (log) => {
    const each = ['silent', 'back']
    for (const topic of [EVENTS, FEATURES])
      expect(await signalsIn(log, topic)).toEqual([each, each, each, each])
  })
}

/** Two lives of `ebb up`, and somebody who looks on. */
const TIMEOUT_MS = 240_000

describe('a source that goes silent, and comes back', () => {
  test(
    'is told in every partition on the embedded engines',
    async () => {
      const owner = { what: 'the test', now: Date.now, durability: 'killed-process' } as const
      const engines = openEmbeddedEngines(folder, owner)
      await engines.makeTopics(topicsOf(4), 'writer').finally(() => engines.close())
      await tellsOfSilence(embedded())
    },
    TIMEOUT_MS,
  )

  test.skipIf(kafka === undefined || redis === undefined)(
    'is told in every partition on Kafka and Redis',
    async () => {
      const place = shared()
      await runEbb([...place.options, 'topics', 'apply'], { env: ENV })
      await tellsOfSilence(place)
    },
    TIMEOUT_MS,
  )
})
