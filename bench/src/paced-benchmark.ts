import { eventRecord } from '@ebb/collector/log-records'
import { AlertRecord } from '@ebb/contracts/alert-record'
import { FeaturesRecord } from '@ebb/contracts/features-record'
import { messageCodec } from '@ebb/contracts/message-codec'
import { ALERTS, EVENTS, FEATURES, SHARED_PARTITIONS } from '@ebb/contracts/topics'
import { beginInstallation } from '@ebb/runtime/installation'
import type { EventLog, LogRecord } from '@ebb/streaming/event-log'
import { benchKafka, openNewNamespace } from './bench-kafka.ts'
import { canonicalEvent, intakeContext, SHOP } from './bench-shop.ts'
import type { Benchmark, Contestant, Scale, Setting, Workload } from './benchmark.ts'
import { listenForMarks, type MarkListener } from './mark-listener.ts'
import { type PacedRecord, type SentAt, sendPaced } from './paced-load.ts'
import { startService } from './service-process.ts'
import { shopTraffic } from './shop-traffic.ts'

const CUSTOMERS = { customers: 100_000, popularity: 'uniform', isUnderWay: true } as const
/** Orders of customers who had gone silent, among all events. */
const RETURNS_PER_SECOND = 100
const SECONDS = 8
/** Of the scale; a smaller one has shorter rounds. */
const EVENTS_A_SECOND = 2_500
const DAY_MS = 86_400_000
/** Who ordered twice, and then so long ago, is at risk by any measure. */
const LAPSED_DAYS = { first: 430, last: 400 }

const secondsOf = ({ events }: Scale): number =>
  Math.max(1, Math.min(SECONDS, events / EVENTS_A_SECOND))

const returnsOf = (scale: Scale): number => Math.floor(secondsOf(scale) * RETURNS_PER_SECOND)

/** The order of somebody who may have lapsed; its id is the mark. */
const orderOf = (customer: number, order: string, at: number): PacedRecord => {
  const mark = `lapsed-${customer}-${order}`
  const item = {
    type: 'track',
    event: 'Order Completed',
    messageId: mark,
    userId: `lapsed-${customer}`,
    timestamp: new Date(at).toISOString(),
    properties: { order_id: mark, total: '20.00', currency: SHOP.currency },
  }
  return { mark, record: eventRecord(canonicalEvent(item, intakeContext(Date.now()))) }
}

/** Clickstream of the shop, with returning customers evenly in between: each returns once. */
const pacedRecords = (round: number, perSecond: number, scale: Scale): PacedRecord[] => {
  const returns = returnsOf(scale)
  const every = perSecond / RETURNS_PER_SECOND
  const next = shopTraffic({ ...CUSTOMERS, name: `round-${round}` })
  const at = Date.now()
  return Array.from({ length: returns * every }, (_, index) =>
    index % every === every - 1
      ? orderOf(round * returns + Math.floor(index / every), 'return', at)
      : { record: eventRecord(canonicalEvent(next(at), intakeContext(at))) },
  )
}

interface Path {
  readonly log: EventLog
  readonly sentAt: SentAt
  /** By what the delay is of. */
  readonly listeners: Readonly<Record<string, MarkListener>>
  readonly helpers?: Readonly<Record<string, number>>
  readonly close: () => Promise<void>
}

/** Rounds of a path that is set up. */
const workloadOn = (path: Path, perSecond: number, scale: Scale): Workload => ({
  ...(path.helpers && { helpers: path.helpers }),
  prepare: async (round) => {
    const records = pacedRecords(round, perSecond, scale)
    let delaysMs: Readonly<Record<string, readonly number[]>> = {}
    return {
      run: async () => {
        const { log, sentAt, listeners } = path
        await sendPaced(log, { records, perSecond, sentAt })
        delaysMs = Object.fromEntries(
          await Promise.all(
            Object.entries(listeners).map(
              async ([of, listener]) => [of, await listener.heard(returnsOf(scale))] as const,
            ),
          ),
        )
        return records.length
      },
      delaysMs: () => delaysMs,
    }
  },
  close: path.close,
})

const BROKER_ALONE = 'its event, read from the broker'
const TO_FEATURES = 'features of the customer'
const TO_ALERT = '`recovered` alert, of a returning customer'

const openBroker =
  (perSecond: number) =>
  async ({ engines, scale }: Setting): Promise<Workload> => {
    const log = await openNewNamespace(benchKafka(engines, `broker-${perSecond}.`, Date.now), 'log')
    const sentAt: SentAt = new Map()
    const markOf = ({ headers }: LogRecord): string | undefined => headers['ce_id']
    const listener = await listenForMarks(log, { topic: EVENTS, markOf, sentAt })
    const close = async (): Promise<void> => {
      await listener.stop()
      await log.close()
    }
    return workloadOn(
      { log, sentAt, listeners: { [BROKER_ALONE]: listener }, close },
      perSecond,
      scale,
    )
  }

const features = messageCodec(FeaturesRecord)
const alerts = messageCodec(AlertRecord)

const causeOfFeatures = ({ key, value }: LogRecord): string | undefined =>
  key.startsWith('~') ? undefined : features.decode(value).causeOrderId

const causeOfAlert =
  (kind: AlertRecord['kind']) =>
  ({ value }: LogRecord): string | undefined => {
    const alert = alerts.decode(value)
    return alert.kind === kind ? alert.causeOrderId : undefined
  }

const openServices =
  (perSecond: number) =>
  async ({ engines, folder, scale }: Setting): Promise<Workload> => {
    const namespace = `paced-${perSecond}`
    const settings = benchKafka(engines, `${namespace}.`, Date.now)
    const log = await openNewNamespace(settings, 'log')
    const { timeZone, currency } = SHOP
    const begun = { timeZone, currency, partitions: SHARED_PARTITIONS, begunAt: Date.now() }
    await beginInstallation(log, { ...begun, kind: 'live' })
    const place = { engines, namespace, folder }
    const services = {
      features: startService('features', place),
      scorer: startService('scorer', place),
    }
    const sentAt: SentAt = new Map()
    const listen = (topic: string, markOf: (record: LogRecord) => string | undefined) =>
      listenForMarks(log, { topic, markOf, sentAt })
    await lapse(log, scale)
    const listeners = {
      [TO_FEATURES]: await listen(FEATURES, causeOfFeatures),
      [TO_ALERT]: await listen(ALERTS, causeOfAlert('recovered')),
    }
    return workloadOn(
      {
        log,
        sentAt,
        listeners,
        helpers: { features: services.features.pid, scorer: services.scorer.pid },
        close: async () => {
          await Promise.all(Object.values(listeners).map((listener) => listener.stop()))
          await log.close()
          await Promise.all(Object.values(services).map((service) => service.stop()))
        },
      },
      perSecond,
      scale,
    )
  }

/** Resolves when everybody who will return has ordered long ago, and was told to be at risk. */
const lapse = async (log: EventLog, scale: Scale): Promise<void> => {
  const customers = (scale.warmUps + scale.rounds) * returnsOf(scale)
  const daysAgo = (days: number): number => Date.now() - days * DAY_MS
  const records = Array.from({ length: customers }, (_, customer): PacedRecord[] => [
    { record: orderOf(customer, 'first', daysAgo(LAPSED_DAYS.first)).record },
    orderOf(customer, 'last', daysAgo(LAPSED_DAYS.last)),
  ]).flat()
  const sentAt: SentAt = new Map()
  const markOf = causeOfAlert('at_risk')
  const listener = await listenForMarks(log, { topic: ALERTS, markOf, sentAt })
  await sendPaced(log, { records, perSecond: 2_000, sentAt })
  await listener.heard(customers)
  await listener.stop()
}

const pacedAt = (perSecond: number, goals: NonNullable<Contestant['goals']>): Benchmark => ({
  name: `${perSecond.toLocaleString('en-US')} events/s`,
  needs: ['kafka', 'redis'],
  against: { name: 'broker alone', open: openBroker(perSecond) },
  contestants: [{ name: 'features and scorer', goals, open: openServices(perSecond) }],
})

/** How late an alert is while events come at a pace, against how late the broker alone is. */
export const pacedBenchmarks: readonly Benchmark[] = [
  pacedAt(2_000, { [TO_FEATURES]: 'p99 ≤ 50' }),
  pacedAt(5_000, { [TO_ALERT]: 'p99 ≤ twice the broker’s + 30' }),
]
