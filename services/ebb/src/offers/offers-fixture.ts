import { topicsOf, WINBACKS } from '@ebb/contracts/topics'
import type { WinbackRecord } from '@ebb/contracts/winback-record'
import { DAY_MS } from '@ebb/customer/calendar'
import { answerTo, type Offer, type OfferAnswer } from '@ebb/simulator/answer-offer'
import { demoShop } from '@ebb/simulator/demo-shop'
import { truthOf } from '@ebb/simulator/purchase-history'
import type { EventLog } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import type { AnsweredOffers } from './answered-offers.ts'

export const SHOP = demoShop(Date.UTC(2026, 0, 5))

/** Offers with a coupon to shoppers who answer, each only because of it, the first answer first. */
export const answersOf = (shoppers: number): OfferAnswer[] =>
  Array.from({ length: shoppers }, (_, index) => answerTo(SHOP, offerTo(index)))
    .filter((answer) => answer !== undefined && answer.anyway === undefined)
    .map((answer) => answer!)
    .toSorted((left, right) => left.at - right.at)

const offerTo = (index: number): Offer => {
  const decidedAt = truthOf(SHOP, index).at(-1)!.from + 30 * DAY_MS
  return {
    ...{ decisionId: `decision-${index}`, userId: `shopper-${index}`, kind: 'coupon' },
    ...{ decidedAt, at: decidedAt + 3_600_000, code: `CODE-${index}` },
  }
}

/** The trigger of an offer, as retention publishes it. */
export const winbackOf = ({ decisionId, userId, decidedAt, at, code }: Offer): WinbackRecord => ({
  ...{ decisionId, alertId: `a ${decisionId}`, episodeId: `e ${decisionId}` },
  ...{ customerId: `u:${userId}`, userId, tier: 'light', channels: ['email'] },
  treatment: {
    ...{ id: 'ten', kind: 'coupon', messageKey: 'ten' },
    coupon: {
      ...{ code: code!, currency: SHOP.currency, validUntil: decidedAt + 30 * DAY_MS },
      discount: { kind: 'percent', percent: 10, maximumMinor: 500 },
    },
  },
  reasons: [{ code: 'UNKNOWN', share: 1 }],
  experiment: { id: 'one', arm: 'treated', propensity: 0.9 },
  ...{ policyVersion: 1, decidedAt, notBefore: at, expiresAt: decidedAt + 3 * DAY_MS },
})

/** A log in memory with these triggers, over all partitions. */
export const logOf = async (records: readonly WinbackRecord[]): Promise<EventLog> => {
  const log = memoryEventLog({ topics: topicsOf(2), now: () => 0 })
  for (const [i, record] of records.entries())
    await log.append({ topic: WINBACKS, partition: i % 2 }, [
      { key: record.customerId, value: Buffer.from(JSON.stringify(record)) },
    ])
  return log
}

/** Remembers for as long as the test. */
export const answeredInMemory = (...known: string[]): AnsweredOffers & { ids: Set<string> } => {
  const ids = new Set(known)
  return { ids, has: (id) => ids.has(id), add: (id) => ids.add(id) }
}
