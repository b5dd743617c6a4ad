import { start as startCollector } from '@ebb/collector/collector'
import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { EVENTS, topicsOf } from '@ebb/contracts/topics'
import type { CouponView } from '@ebb/contracts/winback-api'
import { alertOf, DAY_MS, NOON, startRig, waitUntil } from '@ebb/retention/retention-fixture'
import { createLogger } from '@ebb/runtime/logger'
import { answerTotalMinor } from '@ebb/simulator/answer-events'
import { answerTo, type Offer, type OfferAnswer } from '@ebb/simulator/answer-offer'
import { demoShop } from '@ebb/simulator/demo-shop'
import { truthOf } from '@ebb/simulator/purchase-history'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { usePostgres } from '@ebb/testkit/engines'
import { afterEach, describe, expect, test } from 'vitest'
import { answerOffers } from './answer-offers.ts'
import { measuredArms } from './measured-arms.ts'
import { answeredInMemory } from './offers-fixture.ts'

const server = await usePostgres()

const SHOP = { ...demoShop(Date.UTC(2026, 0, 5)), currency: 'EUR' }
/** Who left for good, weeks before noon. */
const GONE = Array.from({ length: 300 }, (_, index) => index).filter((index) => {
  const { from } = truthOf(SHOP, index).at(-1)!
  return from < NOON - 20 * DAY_MS
})
/** When it is looked at: the coupons, good for 14 days, have not expired. */
const LATER = NOON + 13 * DAY_MS

const cleanUps: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

const startShop = async () => {
  const rig = await startRig(server!.url)
  cleanUps.push(rig.end)
  const clock = { now: () => rig.clock.at }
  const log = memoryEventLog({ topics: topicsOf(1), now: clock.now })
  const find = () => ({ id: 'w', kind: 'write', source: 'storefront', scopes: [] }) as const
  const collector = await startCollector(
    { log, keys: { find }, clock, logger: createLogger({ service: 'test', level: 'silent' }) },
    { host: '127.0.0.1', port: 0, currency: SHOP.currency, rates: {} },
  )
  cleanUps.push(collector.stop)
  const orders = async (): Promise<CanonicalEvent[]> => {
    const { records } = await log.read({ topic: EVENTS, partition: 0 }, 0, 100_000)
    const events = records.map(({ value }) => JSON.parse(Buffer.from(value).toString()))
    return events.filter(({ name }: CanonicalEvent) => name === 'Order Completed')
  }
  /** As one process would, until there are so many orders. */
  const answerUntil = async (count: number): Promise<void> => {
    const closing = new AbortController()
    const ended = answerOffers({
      ...{ shop: SHOP, log: rig.log, clock, signal: closing.signal, answered: answeredInMemory() },
      till: { url: rig.service.url, key: 'shop' },
      collector: { url: collector.url, writeKey: 'w' },
      onFault: (error) => {
        throw error
      },
    })
    await waitUntil(async () => (await orders()).length >= count)
    closing.abort()
    await ended
  }
  return { rig, orders, answerUntil }
}

describe.skipIf(server === undefined)('the answers of a simulated shop, to real services', () => {
  test('redeem each coupon once, and post what is left, also when repeated', async () => {
    const { rig, orders, answerUntil } = await startShop()
    await rig.alerts(...GONE.map((index) => alertOf({ customerId: `u:shopper-${index}` })))
    const triggers = await rig.triggers(GONE.length)
    const answers = triggers.flatMap(({ decisionId, userId, decidedAt, treatment }) => {
      const coupon = { code: treatment.coupon!.code }
      const told = { decisionId, userId: userId!, kind: 'coupon', decidedAt, at: decidedAt }
      const answer = answerTo(SHOP, { ...told, ...coupon } as Offer)
      return answer !== undefined && answer.at <= LATER ? [answer] : []
    })
    expect(answers.length).toBeGreaterThan(10)
    const { treated } = await measuredArms({ url: rig.service.url, key: 'reader' })
    expect(treated.map(({ customerId }) => customerId).toSorted()).toEqual(
      triggers.map(({ customerId }) => customerId).toSorted(),
    )
    rig.clock.at = LATER

    await answerUntil(answers.length)
    const couponOf = async ({ offer }: OfferAnswer): Promise<CouponView> =>
      (await rig.ask('GET', `/v1/winbacks/coupons/${offer.code}`, { key: 'reader' })).body
    const first = await orders()
    for (const answer of answers) {
      const coupon = await couponOf(answer)
      expect(coupon).toMatchObject({ status: 'redeemed', orderId: answer.orderId })
      const order = first.find((event) => event.order?.id === answer.orderId)!.order!
      expect(order.amountMinor).toBe(answerTotalMinor(SHOP, answer) - coupon.discountMinor!)
      expect(coupon.discountMinor).toBeGreaterThan(0)
    }
    const budgets = async () =>
      (await rig.ask('GET', '/v1/winbacks/summary', { key: 'reader' })).body.budgets
    const spent = await budgets()

    // A process that remembers nothing: all is known by its ids.
    await answerUntil(2 * answers.length)
    const again = (await orders()).slice(answers.length)
    const said = (events: CanonicalEvent[]) => events.map(({ id, order }) => ({ id, order }))
    expect(said(again)).toEqual(said(first))
    expect(await budgets()).toEqual(spent)
  })
})
