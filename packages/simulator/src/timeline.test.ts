import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEMO_SEED, demoShop } from './demo-shop.ts'
import { DAY_MS, HOUR_MS } from './habit.ts'
import { purchasesOf, type Silence, truthOf } from './purchase-history.ts'
import type { ShopEvent } from './shop-event.ts'
import type { Cause } from './shop-spec.ts'
import { shopperOf } from './shopper.ts'
import { shopperTimeline, shopTimeline } from './timeline.ts'

const START = Date.parse('2026-01-05T00:00:00Z')
const SHOP = demoShop(START)
const LIVES = Array.from({ length: 250 }, (_, index) => [...shopperTimeline(SHOP, index)])

const at = (event: ShopEvent) => Date.parse(event.timestamp)
const named = (name: string) => (event: ShopEvent) => event.event === name
const smallShop = (seed: number) => ({
  ...demoShop(START, seed),
  arrivals: { founders: 6, foundingDays: 20, perDayAfterwards: 0.1 },
})

describe('one shopper’s timeline', () => {
  test('is in order of time, numbered, and begins with joining', () => {
    for (const [index, life] of LIVES.entries()) {
      const instants = life.map(at)
      expect(instants).toEqual(instants.toSorted((left, right) => left - right))
      expect(life.map((event) => event.messageId)).toEqual(
        life.map((_, number) => `sim-${DEMO_SEED}-${index}-${number}`),
      )
      expect(instants[0]).toBe(shopperOf(SHOP, index).joinsAt)
    }
  })

  test('completes exactly the orders of the history, worth what is in the basket', () => {
    for (const [index, life] of LIVES.entries()) {
      const orders = life.filter(named('Order Completed'))
      const purchases = [...purchasesOf(SHOP, shopperOf(SHOP, index))]
      expect(orders.map((event) => [event.properties!['order_id'], at(event)])).toEqual(
        purchases.map((purchase) => [purchase.orderId, purchase.at]),
      )
      for (const { properties } of orders) {
        const products = properties!['products'] as { price: number; quantity: number }[]
        const worth = products.reduce((sum, line) => sum + line.price * line.quantity, 0)
        expect(properties!['total']).toBeCloseTo(worth, 6)
        expect(properties!['currency']).toBe('USD')
      }
    }
  })

  test('is anonymous until one identify before the first checkout, and known from then on', () => {
    for (const [index, life] of LIVES.entries()) {
      const { userId, anonymousId } = shopperOf(SHOP, index)
      const identified = life.findIndex((event) => event.type === 'identify')
      const checkout = life.findIndex(named('Checkout Started'))
      expect(identified).toBeLessThan(checkout)
      expect(life.map((event) => [event.anonymousId, event.userId])).toEqual(
        life.map((_, number) => [
          number <= identified ? anonymousId : undefined,
          number >= identified ? userId : undefined,
        ]),
      )
    }
  })

  test('consists of visits of 3 to 15 events within minutes', () => {
    const clicks = LIVES.flat().filter(
      (event) => !/^(Order (Ref|Can)|Ticket|Delivery|Product Rev)/.test(event.event ?? ''),
    )
    const visits: ShopEvent[][] = []
    for (const click of clicks) {
      if (click.name === 'Home') visits.push([])
      visits.at(-1)!.push(click)
    }
    for (const visit of visits) {
      expect(visit.length).toBeGreaterThanOrEqual(3)
      expect(visit.length).toBeLessThanOrEqual(15)
      expect(at(visit.at(-1)!) - at(visit[0]!)).toBeLessThan(30 * 60_000)
    }
  })

  test('carries the shopper’s consent on every event', () => {
    for (const [index, life] of LIVES.entries()) {
      const marketing = shopperOf(SHOP, index).marketingConsent
      const said = life.map((event) => event.context.consent.categoryPreferences)
      expect(said.every((consent) => consent.marketing === marketing)).toBe(true)
    }
  })
})

const EVIDENCE: Partial<Record<Cause, string[]>> = {
  QUALITY: ['Order Refunded', 'Product Reviewed'],
  SERVICE: ['Delivery Late', 'Ticket Opened'],
  UX: ['Page Error', 'Payment Failed'],
  PRICE: ['Coupon Denied', 'Coupon Denied'],
}
const FRICTION = new Set(Object.values(EVIDENCE).flat())
/** What the shop does of its own accord, even while a shopper stays away. */
const FROM_THE_SHOP = /^(Delivery Late|Ticket|Order Refunded|Product Reviewed)/

const silencesOf = (index: number): { silence: Silence; life: ShopEvent[] }[] =>
  truthOf(SHOP, index).map((silence) => ({ silence, life: LIVES[index]! }))

describe('a silence', () => {
  const silences = LIVES.flatMap((_, index) => silencesOf(index))

  test('is preceded by the friction of its cause, after the last order', () => {
    for (const { silence, life } of silences) {
      const before = life.filter((event) => at(event) > silence.lastOrderAt)
      const seen = before.filter((event) => at(event) <= silence.from)
      const friction = seen.map((event) => event.event!).filter((name) => FRICTION.has(name))
      const expected = EVIDENCE[silence.cause]
      if (expected) expect(friction).toEqual(expect.arrayContaining(expected))
      else expect(silence.from).toBe(silence.lastOrderAt)
    }
  })

  test('begins with one or two stars for QUALITY and an unresolved ticket for SERVICE', () => {
    for (const { silence, life } of silences) {
      const last = life.findLast((event) => at(event) <= silence.from)!
      if (silence.cause === 'QUALITY') expect([1, 2]).toContain(last.properties!['rating'])
      if (silence.cause !== 'SERVICE') continue
      const ticketId = last.properties!['ticket_id']
      const mentions = life.filter((event) => event.properties?.['ticket_id'] === ticketId)
      expect(mentions.map((event) => event.event)).toEqual(['Ticket Opened'])
    }
  })

  test('is silent until the return, but for what the shop itself has to say', () => {
    for (const { silence, life } of silences) {
      const end = (silence.returnsAt ?? Number.POSITIVE_INFINITY) - 5 * DAY_MS
      const during = life.filter((event) => at(event) > silence.from && at(event) < end)
      expect(during.every((event) => FROM_THE_SHOP.test(event.event ?? ''))).toBe(true)
    }
  })
})

describe('the shop’s timeline', () => {
  const upTo = (seed: number, from: number, until: number) => [
    ...shopTimeline(smallShop(seed), { from, until }),
  ]

  test('is the same for the same seed and another for another', () => {
    const until = START + 60 * DAY_MS
    expect(upTo(1, START, until)).toEqual(upTo(1, START, until))
    expect(upTo(1, START, until).map(at)).not.toEqual(upTo(2, START, until).map(at))
  })

  test('holds every shopper’s events, each once, in order of time', () => {
    const until = START + 90 * DAY_MS
    const merged = upTo(3, START, until)
    const single = Array.from({ length: 20 }, (_, index) => [
      ...shopperTimeline(smallShop(3), index),
    ]).flat()
    const expected = single.filter((event) => at(event) < until)
    expect(merged.map(at)).toEqual(expected.map(at).toSorted((left, right) => left - right))
    expect(new Set(merged.map((event) => event.messageId)).size).toBe(expected.length)
  })

  test('resumed anywhere goes on exactly as the uninterrupted run', () => {
    const anyHour = fc.integer({ min: -24, max: 130 * 24 })
    fc.assert(
      fc.property(fc.nat(50), fc.tuple(anyHour, anyHour), fc.boolean(), (seed, hours, onEvents) => {
        const whole = upTo(seed, START, START + 130 * DAY_MS)
        const bound = (hour: number) => {
          const near = START + hour * HOUR_MS
          return (onEvents && whole.map(at).find((instant) => instant >= near)) || near
        }
        const [from, until] = [bound(hours[0]), bound(hours[1])]
        const between = whole.filter((event) => at(event) >= from && at(event) < until)
        expect(upTo(seed, from, until)).toEqual(between)
      }),
      { numRuns: 60 },
    )
  })

  test('ends when nobody joins any more and all have left', () => {
    const arrivals = { founders: 3, foundingDays: 1, perDayAfterwards: 0 }
    const events = [...shopTimeline({ ...SHOP, arrivals }, { from: START })]
    expect(events).toHaveLength(LIVES.slice(0, 3).flat().length)
  })
})
