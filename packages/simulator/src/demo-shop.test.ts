import { describe, expect, test } from 'vitest'
import { demoShop } from './demo-shop.ts'
import { DAY_MS } from './habit.ts'
import { truthOf } from './purchase-history.ts'
import { joinsAt } from './shopper.ts'
import { shopTimeline } from './timeline.ts'

const START = Date.parse('2026-01-05T00:00:00Z')
const HISTORY_DAYS = 120
const LIVE_DAYS = 60
const LIVE_FROM = START + HISTORY_DAYS * DAY_MS
const LIVE_UNTIL = LIVE_FROM + LIVE_DAYS * DAY_MS
const SHOP = demoShop(START)

const history = [...shopTimeline(SHOP, { from: START, until: LIVE_FROM })]
const live = [...shopTimeline(SHOP, { from: LIVE_FROM, until: LIVE_UNTIL })]

const indices = Array.from({ length: 1_000 }, (_, index) => index)
const shoppers = indices.filter((index) => joinsAt(SHOP, index) < LIVE_UNTIL)
const isLive = (instant: number | undefined) =>
  instant !== undefined && instant >= LIVE_FROM && instant < LIVE_UNTIL

describe('the demonstration shop, with its committed seed', () => {
  test('has a history of the size that the documentation says', () => {
    const orders = history.filter((event) => event.event === 'Order Completed')
    const perBuyer = Map.groupBy(orders, (event) => event.userId)
    const once = [...perBuyer.values()].filter((list) => list.length === 1).length
    expect(history).toHaveLength(17_830)
    expect(orders).toHaveLength(745)
    expect(perBuyer.size).toBe(247)
    expect(once).toBe(85)
  })

  test('has 100 to 200 live events a day on average, and on most single days', () => {
    expect(live.length / LIVE_DAYS).toBeGreaterThan(100)
    expect(live.length / LIVE_DAYS).toBeLessThan(200)
    const perDay = Map.groupBy(live, (event) => event.timestamp.slice(0, 10))
    const usual = [...perDay.values()].filter((day) => day.length >= 80 && day.length <= 210)
    expect(usual.length).toBeGreaterThan(0.9 * LIVE_DAYS)
  })

  test('has about 150 active shoppers when it goes live', () => {
    const active = shoppers.filter((index) => {
      const away = truthOf(SHOP, index).some(
        ({ from, returnsAt = Number.POSITIVE_INFINITY }) =>
          from <= LIVE_FROM && returnsAt > LIVE_FROM,
      )
      return joinsAt(SHOP, index) <= LIVE_FROM && !away
    })
    expect(active.length).toBeGreaterThan(130)
    expect(active.length).toBeLessThan(170)
  })

  test('loses some shoppers and sees others return in the first live minute', () => {
    const silences = shoppers.flatMap((index) => truthOf(SHOP, index))
    const leaving = silences.filter((silence) => isLive(silence.from))
    const returning = silences.filter((silence) => isLive(silence.returnsAt))
    expect(leaving.length).toBeGreaterThan(20)
    expect(new Set(leaving.map((silence) => silence.cause)).size).toBeGreaterThan(4)
    expect(returning.length).toBeGreaterThan(10)
  })
})
