import { describe, expect, test } from 'vitest'
import { demoShop } from './demo-shop.ts'
import { DAY_MS } from './habit.ts'
import { purchasesOf, truthOf } from './purchase-history.ts'
import type { Cause } from './shop-spec.ts'
import { shopperOf } from './shopper.ts'

const SHOP = demoShop(Date.parse('2026-01-05T00:00:00Z'))
const SHOPPERS = Array.from({ length: 1_500 }, (_, index) => shopperOf(SHOP, index))
const HISTORIES = SHOPPERS.map((shopper) => [...purchasesOf(SHOP, shopper)])
const TRUTHS = SHOPPERS.map((shopper) => truthOf(SHOP, shopper.index))

/** Four standard deviations of a share among so many: passed by any seed but 1 in 16,000. */
const tolerance = (share: number, among: number) => 4 * Math.sqrt((share * (1 - share)) / among)

describe('the population', () => {
  test('is drawn from the seed', () => {
    const character = (seed: number, index: number) => {
      const { random: _, ...rest } = shopperOf({ ...SHOP, seed }, index)
      return rest
    }
    expect(character(1, 3)).toEqual(character(1, 3))
    expect(character(1, 3)).not.toEqual(character(2, 3))
    expect(character(1, 3).ordersPerDay).not.toBe(character(1, 4).ordersPerDay)
  })

  test('joins by index, the founders in the first days, others for ever after', () => {
    const joined = SHOPPERS.map((shopper) => (shopper.joinsAt - SHOP.startAt) / DAY_MS)
    expect(joined).toEqual(joined.toSorted((left, right) => left - right))
    const { founders, foundingDays, perDayAfterwards } = SHOP.arrivals
    expect(joined.filter((day) => day < foundingDays)).toHaveLength(founders)
    const trickle = joined.filter((day) => day >= foundingDays && day < foundingDays + 500)
    expect(Math.abs(trickle.length - 500 * perDayAfterwards)).toBeLessThanOrEqual(1)
  })

  test('lets itself be written to for marketing as often as the shop says', () => {
    const consenting = SHOPPERS.filter((shopper) => shopper.marketingConsent).length
    expect(Math.abs(consenting / SHOPPERS.length - 0.7)).toBeLessThan(tolerance(0.7, 1_500))
  })

  test('holds some weekly buyers, and most intend to order every two to eight weeks', () => {
    const days = SHOPPERS.map((shopper) => 1 / shopper.ordersPerDay)
    const share = (low: number, high: number) =>
      days.filter((interval) => interval >= low && interval < high).length / days.length
    expect(share(0, 10)).toBeGreaterThan(0.03)
    expect(share(14, 57)).toBeGreaterThan(0.5)
  })
})

describe('purchases', () => {
  test('come on ever later days, at the shopper’s own rate', () => {
    let ratio = 0
    let intervals = 0
    for (const [index, history] of HISTORIES.entries()) {
      for (const [at, purchase] of history.entries()) {
        const previous = history[at - 1]
        if (previous === undefined) continue
        const days = (purchase.at - previous.at) / DAY_MS
        expect(Math.floor(purchase.at / DAY_MS)).toBeGreaterThan(Math.floor(previous.at / DAY_MS))
        if (previous.silence) continue
        ratio += days * SHOPPERS[index]!.ordersPerDay
        intervals += 1
      }
    }
    // A little above 1: people wait for a better day of the week.
    expect(ratio / intervals).toBeGreaterThan(0.98)
    expect(ratio / intervals).toBeLessThan(1.12)
  })

  test('end as often as each shopper’s hazard says', () => {
    const ended = HISTORIES.flat().filter((purchase) => purchase.silence).length
    const expected = HISTORIES.reduce(
      (sum, history, index) => sum + history.length * SHOPPERS[index]!.dropout,
      0,
    )
    expect(Math.abs(ended / expected - 1)).toBeLessThan(4 / Math.sqrt(expected))
  })
})

describe('ground truth', () => {
  test('gives the causes in the shares of the shop', () => {
    const silences = TRUTHS.flat()
    const whole = Object.values(SHOP.causes).reduce((sum, weight) => sum + weight, 0)
    for (const [cause, weight] of Object.entries(SHOP.causes) as [Cause, number][]) {
      const seen = silences.filter((silence) => silence.cause === cause).length / silences.length
      const share = weight / whole
      expect(Math.abs(seen - share), cause).toBeLessThan(tolerance(share, silences.length))
    }
  })

  test('says who returns: the share of the shop, weeks to months later, with an order', () => {
    const silences = TRUTHS.flat()
    const returns = silences.filter((silence) => silence.returnsAt !== undefined)
    const share = SHOP.returns.share
    expect(Math.abs(returns.length / silences.length - share)).toBeLessThan(
      tolerance(share, silences.length),
    )
    const days = returns.map((silence) => (silence.returnsAt! - silence.from) / DAY_MS)
    const { min, max } = { min: Math.min(...days), max: Math.max(...days) }
    expect(min).toBeGreaterThan(20)
    expect(days.reduce((sum, value) => sum + value, 0) / days.length).toBeGreaterThan(60)
    expect(max).toBeGreaterThan(150)
    const orders = new Set(HISTORIES.flat().map((purchase) => purchase.at))
    expect(returns.every((silence) => orders.has(silence.returnsAt!))).toBe(true)
  })

  test('lists silences in order of time, and only the last is for good', () => {
    for (const truth of TRUTHS) {
      for (const [at, silence] of truth.entries()) {
        expect(silence.from).toBeGreaterThanOrEqual(silence.lastOrderAt)
        expect(silence.returnsAt === undefined).toBe(at === truth.length - 1)
        const next = truth[at + 1]
        if (next) expect(next.lastOrderAt).toBeGreaterThanOrEqual(silence.returnsAt!)
      }
    }
  })
})
