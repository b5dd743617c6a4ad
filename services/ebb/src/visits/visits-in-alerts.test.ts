import type { AlertRecord } from '@ebb/contracts/alert-record'
import { type CanonicalEvent, customerKey } from '@ebb/contracts/canonical-event'
import { type ModelSignal, modelSignalRecord } from '@ebb/contracts/model-signal'
import { ALERTS, EVENTS, topicsOf } from '@ebb/contracts/topics'
import { DAY_MS } from '@ebb/customer/calendar'
import { featuresDefinition } from '@ebb/features/features-definition'
import { scorerDefinition } from '@ebb/scorer/scorer-definition'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import { demoShop } from '@ebb/simulator/demo-shop'
import type { EventLog } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import { runProcessorToEnd } from '@ebb/streaming/run-to-end'
import { beforeAll, describe, expect, test } from 'vitest'
import { demonstrationBeginning, endOfHistory, sendHistory } from '../demonstration.ts'

const PARTITIONS = 2
const SHOP = demoShop(demonstrationBeginning(Date.UTC(2026, 4, 20)))
/** By and large what the visits of this shop give: docs/risk-models.md. */
const VISITS = { shape: 1.87, rate: 16.5 }

const recordsOf = async (log: EventLog, topic: string) =>
  (
    await Promise.all(
      [0, 1].map(async (partition) => (await log.read({ topic, partition }, 0, 1e6)).records),
    )
  ).flat()

const json = <T>({ value }: { readonly value: Uint8Array }): T =>
  JSON.parse(Buffer.from(value).toString('utf8')) as T

/** Four months of the simulator's shop, by a model that was promoted before the first event. */
const playedBy = async (promoted: Pick<ModelSignal, 'visits'>) => {
  const log = memoryEventLog({ topics: topicsOf(PARTITIONS), now: () => endOfHistory(SHOP) })
  const signal = { version: 'own', at: SHOP.startAt, model: SHIPPED_SCORING.model, ...promoted }
  for (let partition = 0; partition < PARTITIONS; partition += 1)
    await log.append({ topic: EVENTS, partition }, [modelSignalRecord(signal)])
  await sendHistory(log, SHOP, new AbortController().signal)
  const features = featuresDefinition({ timeZone: 'UTC', currency: SHOP.currency })
  await runProcessorToEnd(features, { log, store: memoryPartitionStore() })
  await runProcessorToEnd(scorerDefinition(SHIPPED_SCORING), { log, store: memoryPartitionStore() })
  const alerts = (await recordsOf(log, ALERTS)).map(json<AlertRecord>)
  return { log, alerts: new Map(alerts.map((alert) => [alert.alertId, alert])) }
}

describe("the simulator's shop", () => {
  let log: EventLog
  let ofOrders: Map<string, AlertRecord>
  let withVisits: Map<string, AlertRecord>
  /** When each customer did something in the storefront, ms. */
  const seen = new Map<string, number[]>()
  beforeAll(async () => {
    const plain = await playedBy({})
    ;({ log, alerts: ofOrders } = plain)
    withVisits = (await playedBy({ visits: VISITS })).alerts
    for (const record of await recordsOf(log, EVENTS)) {
      if (record.key.startsWith('~')) continue
      const { customer, occurredAt } = json<CanonicalEvent>(record)
      const key = customerKey(customer)
      seen.set(key, [...(seen.get(key) ?? []), occurredAt])
    }
  }, 300_000)

  /** Alerts of light that both models raise, as the one and as the other has them. */
  const told = () =>
    [...ofOrders.values()].flatMap((orders) => {
      const visits = withVisits.get(orders.alertId)
      return orders.tier === 'light' && orders.kind === 'at_risk' && visits
        ? [{ orders, visits }]
        : []
    })
  const lastSeen = ({ customerId }: AlertRecord, at: number) =>
    Math.max(...seen.get(customerId)!.filter((instant) => instant <= at))

  test('is told earlier of who stopped browsing as well', () => {
    const earlier = told().filter(({ orders, visits }) => visits.crossedAt < orders.crossedAt)
    expect(earlier.length).toBeGreaterThan(5)
    for (const { orders, visits } of earlier) {
      expect([visits.signal, visits.risk < orders.risk]).toEqual(['visits', true])
      const away = visits.crossedAt - lastSeen(visits, visits.crossedAt)
      expect(away).toBeGreaterThan(2 * DAY_MS)
    }
  })

  test('is told when the orders say so of who browses on', () => {
    const browsing = told().filter(
      ({ orders }) => orders.crossedAt - lastSeen(orders, orders.crossedAt) < 2 * DAY_MS,
    )
    expect(browsing.length).toBeGreaterThan(20)
    for (const { orders, visits } of browsing) {
      expect(visits.crossedAt).toBe(orders.crossedAt)
      expect(visits).not.toHaveProperty('signal')
    }
  })

  test('is told of nobody later, and of the other tiers as ever', () => {
    for (const { orders, visits } of told())
      expect(visits.crossedAt).toBeLessThanOrEqual(orders.crossedAt)
    const behind = (alerts: ReadonlyMap<string, AlertRecord>) =>
      [...alerts.values()]
        .filter(({ kind, tier }) => kind === 'lost' || (kind === 'at_risk' && tier !== 'light'))
        .map(({ previousTier: _, ...alert }) => alert)
    expect(behind(withVisits)).toEqual(behind(ofOrders))
    expect([...ofOrders.values()].some((alert) => 'signal' in alert)).toBe(false)
  })
})
