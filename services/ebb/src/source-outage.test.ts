import type { AlertRecord } from '@ebb/contracts/alert-record'
import { type CanonicalEvent, customerKey } from '@ebb/contracts/canonical-event'
import { SOURCE_SIGNAL_KEY, type SourceSignal } from '@ebb/contracts/source-signal'
import { tickRecord } from '@ebb/contracts/tick'
import { ALERTS, EVENTS, TRAFFIC, topicsOf } from '@ebb/contracts/topics'
import { COLLECTOR_KEY, collectorMinuteCodec, trafficCodec } from '@ebb/contracts/traffic-record'
import { featuresDefinition } from '@ebb/features/features-definition'
import { heartbeatDefinition } from '@ebb/features/heartbeat/heartbeat-definition'
import { crossings } from '@ebb/risk/silence/tiers'
import { scorerDefinition } from '@ebb/scorer/scorer-definition'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import type { LogRecord, NewRecord } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import { partitionOf } from '@ebb/streaming/partitioner'
import type { ProcessorDefinition } from '@ebb/streaming/processor-definition'
import { runProcessorToEnd } from '@ebb/streaming/run-to-end'
import { expect, test } from 'vitest'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const PARTITIONS = 2
const SHOP = { timeZone: 'UTC', currency: 'EUR' }
/** Everybody's first order. */
const ORDERED = Date.UTC(2026, 0, 5, 12)
const ONE_ORDER = { repeatDays: 0, firstAt: ORDERED, lastAt: ORDERED }
const { light } = crossings(ONE_ORDER, SHIPPED_SCORING.model, SHIPPED_SCORING.policy)
/** From two hours before they would be at risk until six hours behind. */
const DIED = Math.floor(light / MINUTE_MS) * MINUTE_MS - 2 * HOUR_MS
const RETURNED = DIED + 8 * HOUR_MS

const decoded = <T>({ value }: LogRecord): T => JSON.parse(Buffer.from(value).toString('utf8')) as T

/** Judge, features and scorer on one log in memory, handled hour by hour. */
const shopInMemory = () => {
  const log = memoryEventLog({ topics: topicsOf(PARTITIONS), now: () => Date.UTC(2100, 0) })
  const processor = <State>(definition: ProcessorDefinition<State>) => {
    const store = memoryPartitionStore()
    return () => runProcessorToEnd(definition, { log, store })
  }
  const chain = [
    processor(heartbeatDefinition({ timeZone: 'UTC', eventPartitions: PARTITIONS })),
    processor(featuresDefinition(SHOP)),
    processor(scorerDefinition(SHIPPED_SCORING)),
  ]
  const allOf = async (topic: string): Promise<LogRecord[][]> =>
    Promise.all(
      [0, 1].map(async (partition) => (await log.read({ topic, partition }, 0, 100_000)).records),
    ).then((all) => all.map((records) => [...records]))
  return {
    order: async (user: string, source: string, occurredAt: number): Promise<void> => {
      const record = orderRecord(user, source, occurredAt)
      await log.append({ topic: EVENTS, partition: partitionOf(record.key, PARTITIONS) }, [record])
    },
    /** All collectors told until then, and then the tick. */
    pass: async (traffic: readonly NewRecord[], at: number): Promise<void> => {
      await log.append({ topic: TRAFFIC, partition: 0 }, traffic)
      await chain[0]!()
      for (const partition of [0, 1])
        await log.append({ topic: EVENTS, partition }, [tickRecord(at)])
      await chain[1]!()
      await chain[2]!()
    },
    alerts: async () => (await allOf(ALERTS)).flat().map(decoded<AlertRecord>),
    signals: async () =>
      (await allOf(EVENTS)).map((records) =>
        records.filter(({ key }) => key === SOURCE_SIGNAL_KEY).map(decoded<SourceSignal>),
      ),
  }
}

const orderRecord = (userId: string, source: string, occurredAt: number): NewRecord => {
  const id = `${userId} ${occurredAt}`
  const event: CanonicalEvent = {
    ...{ id, type: 'track', name: 'Order Completed', customer: { userId } },
    ...{ source, sourceRank: 2, occurredAt, receivedAt: occurredAt },
    order: { id, baseMinor: 1_990 },
    ...{ properties: {}, context: {} },
  }
  return { key: customerKey(event.customer), value: Buffer.from(JSON.stringify(event)) }
}

/** Traffic of the minutes until `to`: both sources every fourth minute, the till but for its outage. */
const traffic = (from: number, to: number): NewRecord[] => {
  const told: NewRecord[] = []
  for (let minute = from; minute < to; minute += MINUTE_MS) {
    const of = { minute, collector: 'collector-1', run: 1 }
    const isActive = minute % (4 * MINUTE_MS) === 0
    const isDown = minute >= DIED && minute < RETURNED
    for (const source of isActive ? (isDown ? ['web'] : ['till', 'web']) : [])
      told.push({ key: source, value: trafficCodec.encode({ source, ...of, accepted: 1 }) })
    told.push({ key: COLLECTOR_KEY, value: collectorMinuteCodec.encode(of) })
  }
  return told
}

test('an outage raises one alarm of its source, no customer alert, and the still silent follow', async () => {
  const shop = shopInMemory()
  await shop.pass([], ORDERED)
  for (const user of ['ann', 'cat']) await shop.order(user, 'till', ORDERED)
  await shop.order('bob', 'web', ORDERED)
  let told = DIED - 15 * DAY_MS
  const until = async (end: number): Promise<void> => {
    for (let at = Math.min(end, told + 15 * DAY_MS); told < end; at = Math.min(end, at + HOUR_MS)) {
      await shop.pass(traffic(told, at), at)
      told = at
    }
  }
  // Whoever lies behind the light crossing would be told at once; the outage hides the till's.
  await until(RETURNED + HOUR_MS)
  const signals = await shop.signals()
  expect(signals.map((all) => all.map(({ kind, source }) => `${source} ${kind}`))).toEqual([
    ['till silent', 'till back'],
    ['till silent', 'till back'],
  ])
  expect((await shop.alerts()).map(({ userId }) => userId)).toEqual(['bob'])
  const { at, since } = signals[0]![1]!
  const release = at + (at - since)
  expect(release).toBeGreaterThan(RETURNED + 7 * HOUR_MS)
  await shop.order('cat', 'till', RETURNED + 2 * HOUR_MS)
  await until(release - 1)
  expect(await shop.alerts()).toHaveLength(1)
  await until(release + MINUTE_MS)
  const alerts = await shop.alerts()
  expect(alerts.map(({ userId, tier }) => `${userId} ${tier}`).sort()).toEqual([
    ...['ann light', 'bob light'],
  ])
  expect(alerts.find(({ userId }) => userId === 'ann')).toMatchObject({
    ...{ crossedAt: release, raisedAt: release + MINUTE_MS, silentSince: ORDERED },
  })
})
