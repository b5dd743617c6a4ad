import { tickRecord } from '@ebb/contracts/tick'
import type { LogRecord, NewRecord } from '@ebb/streaming/event-log'
import { faultFreeRun } from './fault-free-run.ts'
import { type Ledger, ledger, type StorefrontEvent } from './ledger.ts'
import { type Outcome, readOutcome } from './outcome.ts'
import type { TopicRecords } from './pipeline-view.ts'
import { returningOrders, shopTraffic } from './shop-traffic.ts'

/** A small run in which everything went well, to be spoilt. */
export interface GoodRun {
  readonly ledger: Ledger
  readonly events: TopicRecords
  readonly outcome: Outcome
}

const NOW = Date.UTC(2026, 10, 22, 12)

/** Some customers, a tick that crosses tiers, and a return; in one partition, all acknowledged. */
export const goodRun = async (): Promise<GoodRun> => {
  const traffic = shopTraffic({ seed: 'checked', now: NOW, atOnce: 3 })
  const history = traffic.take(200)
  const back = returningOrders(traffic.customers().slice(0, 5), NOW)
  const kept = ledger()
  kept.sent([...history, ...back])
  kept.acknowledged([...history, ...back])
  const records = [...history.map(eventRecord), tickRecord(NOW), ...back.map(eventRecord)]
  const events = [records.map(inLog)]
  return { ledger: kept, events, outcome: await readOutcome(await faultFreeRun(events, 0)) }
}

const inLog = (record: NewRecord, offset: number): LogRecord => ({
  headers: {},
  ...record,
  offset,
  appendedAt: NOW,
})

/** As the collector writes it. */
const eventRecord = (sent: StorefrontEvent): NewRecord => {
  const { messageId: id, event: name, userId, timestamp, properties } = sent
  const cents = Math.round(Number(properties.total) * 100)
  const money = { amountMinor: cents, currency: 'USD', baseMinor: cents }
  const event = {
    ...{ id, type: 'track', name, customer: { userId }, source: 'storefront', sourceRank: 1 },
    ...{ occurredAt: Date.parse(timestamp), receivedAt: NOW, properties, context: {} },
    ...(properties.order_id !== undefined && { order: { id: properties.order_id, ...money } }),
  }
  const value = Buffer.from(JSON.stringify(event))
  return { key: `u:${userId}`, value, headers: { ce_id: id } }
}
