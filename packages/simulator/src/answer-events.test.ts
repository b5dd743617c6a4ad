import { describe, expect, test } from 'vitest'
import { answerEvents, answerTotalMinor } from './answer-events.ts'
import { answerTo } from './answer-offer.ts'
import { lastingLeavers, leavers, offerTo, SHOP } from './offer-fixture.ts'
import type { ShopEvent } from './shop-event.ts'
import { shopperOf } from './shopper.ts'
import { shopperTimeline } from './timeline.ts'

const CODE = 'ABCD'
const answered = (candidates: ReturnType<typeof leavers>, afterDays: number) =>
  candidates.flatMap((leaver) => {
    const answer = answerTo(SHOP, offerTo(leaver, { afterDays, code: CODE }))
    return answer === undefined ? [] : [{ answer, shopper: shopperOf(SHOP, leaver.index) }]
  })

const BROUGHT_BACK = answered(lastingLeavers(300, 25), 25)
const COMING_ANYWAY = answered(leavers(600), 20).filter(({ answer }) => answer.anyway)

const at = (event: ShopEvent) => Date.parse(event.timestamp)
const orderIn = (events: ShopEvent[]) => events.at(-1)!.properties!
const cents = (amount: unknown) => Math.round(100 * (amount as number))

describe('the events of an order that an offer brought about', () => {
  test('are a visit by somebody known, which ends in that order', () => {
    for (const { answer, shopper } of BROUGHT_BACK) {
      const events = answerEvents(SHOP, answer)
      const instants = events.map(at)
      expect(instants).toEqual(instants.toSorted((left, right) => left - right))
      expect(instants[0]).toBeGreaterThan(answer.offer.at)
      expect(instants.at(-1)).toBe(answer.at)
      expect(events[0]!.name).toBe('Home')
      expect(events.at(-1)!.event).toBe('Order Completed')
      expect(orderIn(events)['order_id']).toBe(answer.orderId)
      expect(events.every(({ type }) => type !== 'identify')).toBe(true)
      const said = events.map(({ userId, anonymousId, context }) => [
        userId,
        anonymousId,
        context.consent.categoryPreferences.marketing,
      ])
      expect(new Set(said.map(String))).toEqual(
        new Set([String([shopper.userId, undefined, shopper.marketingConsent])]),
      )
    }
    expect(BROUGHT_BACK.length).toBeGreaterThan(50)
  })

  test('have ids of their own, the same in every repetition', () => {
    const ids = BROUGHT_BACK.flatMap(({ answer }) =>
      answerEvents(SHOP, answer).map(({ messageId }) => messageId),
    )
    expect(new Set(ids).size).toBe(ids.length)
    for (const { answer } of BROUGHT_BACK) {
      expect(answerEvents(SHOP, structuredClone(answer))).toEqual(answerEvents(SHOP, answer))
      const life = [...shopperTimeline(SHOP, Number(answer.offer.userId.slice(8)))]
      expect(life.some(({ messageId }) => ids.includes(messageId))).toBe(false)
    }
  })

  test('carry the coupon and its discount, which the total is less by', () => {
    for (const { answer } of BROUGHT_BACK) {
      const full = answerTotalMinor(SHOP, answer)
      const without = orderIn(answerEvents(SHOP, answer))
      expect(cents(without['total'])).toBe(full)
      expect(without).not.toHaveProperty('coupon')
      const paid = answerEvents(SHOP, answer, 199)
      expect(orderIn(paid)).toEqual({
        ...without,
        ...{ total: (full - 199) / 100, coupon: CODE, discount: 1.99 },
      })
      expect(paid.slice(0, -1)).toEqual(answerEvents(SHOP, answer).slice(0, -1))
    }
  })
})

describe('the events of an order that is placed anyway', () => {
  test('are one that corrects its total, where a coupon was redeemed', () => {
    for (const { answer, shopper } of COMING_ANYWAY) {
      const life = [...shopperTimeline(SHOP, shopper.index)]
      const placed = life.find(
        ({ event, properties }) =>
          event === 'Order Completed' && properties!['order_id'] === answer.orderId,
      )!
      expect(cents(placed.properties!['total'])).toBe(answerTotalMinor(SHOP, answer))
      expect(answerEvents(SHOP, answer)).toEqual([])
      const [update, ...more] = answerEvents(SHOP, answer, 250)
      expect(more).toEqual([])
      expect(update).toMatchObject({ event: 'Order Updated', userId: shopper.userId })
      expect(at(update!)).toBe(answer.at)
      expect(at(update!)).toBeGreaterThan(at(placed))
      expect(update!.properties).toEqual({
        ...placed.properties,
        total: (answerTotalMinor(SHOP, answer) - 250) / 100,
        ...{ coupon: CODE, discount: 2.5 },
      })
    }
    expect(COMING_ANYWAY.length).toBeGreaterThan(20)
  })
})
