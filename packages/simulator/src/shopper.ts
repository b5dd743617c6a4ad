import { CATEGORIES } from './catalogue.ts'
import { DAY_MS, HABITS, type Habit } from './habit.ts'
import { beta, chance, gamma, pick, type SeededRandom, seededRandom } from './seeded-random.ts'
import type { ShopSpec } from './shop-spec.ts'

/** One member of the shop's population: what stays the same over all of a shopper's life. */
export type Shopper = {
  index: number
  /** Known to the shop from the first checkout on. */
  userId: string
  /** Carried by the visits before that. */
  anonymousId: string
  /** First visit, ms since 1970; never earlier than that of the shopper before. */
  joinsAt: number
  ordersPerDay: number
  visitsPerDay: number
  /** Mean basket value in minor units. */
  meanBasketMinor: number
  /** Probability to leave after an order. */
  dropout: number
  marketingConsent: boolean
  habit: Habit
  favouriteCategory: string
  random: SeededRandom
}

/** The shopper at `index` (0, 1, 2 … without end, by date of joining). */
export const shopperOf = (shop: ShopSpec, index: number): Shopper => {
  const stream = seededRandom(`${shop.seed}`).fork(`shopper ${index}`)
  const random = stream.fork('character')
  const { ordersPerDay, spend, dropout } = shop
  const rate = (ordersPerDay.mean / ordersPerDay.shape) * gamma(random, ordersPerDay.shape)
  const scale = gamma(random, spend.q) / spend.v
  return {
    index,
    userId: `shopper-${index}`,
    anonymousId: `visitor-${index}`,
    joinsAt: joinsAt(shop, index),
    ordersPerDay: rate,
    visitsPerDay: rate * shop.visitsPerOrder * (0.5 + 0.25 * gamma(random, 2)),
    meanBasketMinor: (100 * spend.p) / scale,
    dropout: Math.max(dropout.floor, beta(random, dropout.a, dropout.b)),
    marketingConsent: chance(random, shop.marketingConsentShare),
    habit: pick(random, HABITS),
    favouriteCategory: pick(random, CATEGORIES),
    random: stream,
  }
}

/** The shopper with a user id; `undefined` where no shopper has it. */
export const shopperNamed = (shop: ShopSpec, userId: string): Shopper | undefined => {
  const index = /^shopper-(0|[1-9]\d{0,8})$/.exec(userId)?.[1]
  return index === undefined ? undefined : shopperOf(shop, Number(index))
}

/**
 * First visit of the shopper at `index`, ms since 1970. Arrivals are evenly spaced with jitter, so
 * that a date can be had without those before it, and none comes before its predecessor.
 */
export const joinsAt = (shop: ShopSpec, index: number): number => {
  const { founders, foundingDays, perDayAfterwards } = shop.arrivals
  const jitter = seededRandom(`${shop.seed}`).fork(`arrival ${index}`).uniform()
  const days =
    index < founders
      ? ((index + jitter) / founders) * foundingDays
      : foundingDays + (index - founders + jitter) / perDayAfterwards
  return shop.startAt + Math.round(days * DAY_MS)
}
