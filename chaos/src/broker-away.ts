import { setTimeout as wait } from 'node:timers/promises'

import type { NativeEngine } from '@ebb/testkit/native-engine'
import type { NodeProcess } from '@ebb/testkit/node-process'
import { checkLedger, mustHold } from './check.ts'
import { type Ledger, ledger as newLedger, type StorefrontEvent } from './ledger.ts'
import { readEvents } from './outcome.ts'
import { openPipelineView, type TopicRecords } from './pipeline-view.ts'
import type { OwnEngines, Report, ScenarioSettings } from './scenario.ts'
import { logOf } from './service-log.ts'
import { type Shop, withShop } from './shop.ts'
import { type Storefront, storefront } from './storefront.ts'
import { until } from './until.ts'

const PARTITIONS = 4
const PACE = { eventsPerSecond: 500, batch: 5, lanes: 10, seconds: 0 }
/** Fills the smallest spool that the collector takes, 64 MiB, in a few seconds. */
const FLOOD = { eventsPerSecond: 1_500, batch: 15, lanes: 6, seconds: 0 }
const SPOOL_LIMIT_BYTES = 64 * 1_024 * 1_024
const LARGE_TEXT = 'x'.repeat(30_000)
const REFUSALS = 5

/** What the phases of the scenario work with. */
interface Stage {
  readonly shop: Shop
  readonly kafka: NativeEngine
  readonly ledger: Ledger
  readonly front: Storefront
  /** The collector that runs. */
  readonly running: { collector: NodeProcess }
  readonly settings: ScenarioSettings
}

/**
 * R4: Kafka is killed and stays away for 60 s (short: 5 s) at 500 events/s; in the middle of it the
 * collector is killed, too. Every request is answered with 2xx, from the fsynced spool, which
 * drains in order when Kafka is back. In another outage (short: in the same one) large events fill
 * the spool: 503 with Retry-After, until Kafka is back. Every event that was answered with 2xx is
 * in the log.
 */
export const brokerAway = async (
  settings: ScenarioSettings,
  { kafka, redis }: OwnEngines,
): Promise<Report> => {
  const { brokers } = kafka
  const place = { brokers, redisUrl: redis.url, name: 'away', partitions: PARTITIONS }
  return withShop(place, (shop) => runBrokerAway(shop, kafka, settings))
}

const startCollector = (shop: Shop): Promise<NodeProcess> =>
  shop.start('collector', { EBB_SPOOL_LIMIT_BYTES: String(SPOOL_LIMIT_BYTES) })

const runBrokerAway = async (
  shop: Shop,
  kafka: NativeEngine,
  settings: ScenarioSettings,
): Promise<Report> => {
  const ledger = newLedger()
  const front = storefront({ url: shop.collectorUrl, writeKey: shop.writeKey, ledger })
  const running = { collector: await startCollector(shop) }
  const stage = { shop, kafka, ledger, front, running, settings }
  const paced = await front.under({ ...PACE, next: numbered('paced') }, () => outage(stage))
  const refusedWhilePaced = front.answers().get('503') ?? 0
  mustHold(refusedWhilePaced === 0, `${refusedWhilePaced} requests were refused with room to spool`)
  const flood = await front.under({ ...FLOOD, next: numbered('flood', LARGE_TEXT) }, () =>
    fill(stage),
  )
  mustHold(front.withoutRetryAfter() === 0, 'a 503 without Retry-After')
  const view = await openPipelineView(shop)
  try {
    const events = await readEvents(view)
    const check = checkLedger(ledger, events)
    mustHold(areInOrder(events), 'a storefront finds its events in another order')
    return { ...paced, ...flood, ...check }
  } finally {
    await view.close()
  }
}

/** The events of a lane, numbered as it sends them. */
const numbered = (name: string, text = '') => {
  const sent = new Map<number, number>()
  const timestamp = new Date().toISOString()
  return (count: number, lane: number): StorefrontEvent[] =>
    Array.from({ length: count }, () => {
      const n = (sent.get(lane) ?? 0) + 1
      sent.set(lane, n)
      const userId = `${name}-${lane}`
      const properties = { text }
      return { messageId: `${userId}/${n}`, event: 'Product Viewed', userId, timestamp, properties }
    })
}

const outage = async (stage: Stage): Promise<Report> => {
  const { shop, kafka, ledger, running, settings } = stage
  const seconds = settings.isLong ? 60 : 5
  await until({ what: 'events in the log' }, () => ledger.acknowledgedCount() > 100)
  const before = ledger.acknowledgedCount()
  await kafka.kill('SIGKILL')
  settings.say('Kafka is killed')
  // The outage itself; nothing is waited for.
  await wait(seconds * 500)
  await running.collector.kill('SIGKILL')
  const atKill = ledger.acknowledgedCount()
  running.collector = await startCollector(shop)
  await wait(seconds * 500)
  const whileAway = ledger.acknowledgedCount() - before
  mustHold(atKill > before, 'nothing was acknowledged before the collector was killed')
  mustHold(whileAway > atKill - before, 'nothing was acknowledged after the collector was killed')
  const report = { awaySeconds: seconds, acknowledgedWhileAway: whileAway }
  if (!settings.isLong) return report
  const drainMs = await bringBack(stage)
  mustHold(drainMs <= seconds * 1_000, `it took ${drainMs} ms to catch up`)
  return { ...report, drainMs }
}

const fill = async (stage: Stage): Promise<Report> => {
  const { shop, kafka, front, settings } = stage
  const refused = (): number => front.answers().get('503') ?? 0
  if (settings.isLong) await kafka.kill('SIGKILL')
  await until({ what: 'a spool that is full' }, () => refused() >= REFUSALS)
  settings.say('the spool is full')
  const { status } = await fetch(`${shop.collectorUrl}/readyz`)
  mustHold(status === 503, 'a collector that can take nothing says that it is ready')
  const fullDrainMs = await bringBack(stage)
  return { refusedWhileFull: refused(), fullDrainMs }
}

/** Resolves to how long the spool took to drain when Kafka was back. */
const bringBack = async ({ kafka, running, settings }: Stage): Promise<number> => {
  const drained = (): number => logOf(running.collector).filter(({ msg }) => msg === DRAINED).length
  const before = drained()
  await kafka.restart()
  const since = performance.now()
  await until({ what: 'a spool that is drained' }, () => drained() > before)
  const drainMs = Math.round(performance.now() - since)
  settings.say(`Kafka is back; the spool was drained in ${drainMs} ms`)
  return drainMs
}

const DRAINED = 'the spool is drained'

/** Whether the first copies of each lane's events stand in the order in which they were sent. */
const areInOrder = (events: TopicRecords): boolean => {
  const due = new Map<string, number>()
  return events.flat().every(({ headers }) => {
    const [lane = '', n] = headers['ce_id']!.split('/')
    const next = due.get(lane) ?? 1
    if (Number(n) === next) due.set(lane, next + 1)
    return Number(n) <= next
  })
}
