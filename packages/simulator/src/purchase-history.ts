import { DAY_MS, habitualInstant } from './habit.ts'
import { chance, exponential, gamma, type SeededRandom, weightedIndex } from './seeded-random.ts'
import type { Cause, ShopSpec } from './shop-spec.ts'
import { type Shopper, shopperOf } from './shopper.ts'

/** A time without orders that the shopper chose; instants in ms since 1970. */
export type Silence = {
  /**
   * When the shopper left: with the last of the friction where the cause leaves evidence, else
   * with the last order. No visit and no order from then on, until `returnsAt`.
   */
  from: number
  cause: Cause
  lastOrderId: string
  lastOrderAt: number
  /** The order that ends it; absent if the shopper left for good. */
  returnsAt?: number
}

/** One order in a shopper's life, and whether the shopper leaves after it. */
export type Purchase = {
  number: number
  orderId: string
  /** Visits that lead up to this order lie between here and `at`. */
  browsingFrom: number
  at: number
  silence?: Silence
}

const FIRST_ORDER_MEAN_DAYS = 4
const RETURN_AFTER_DAYS = 21
const BROWSING_BEFORE_RETURN_DAYS = 4
const WITH_EVIDENCE: ReadonlySet<Cause> = new Set(['PRICE', 'QUALITY', 'SERVICE', 'UX'])

/**
 * All orders of one shopper in order of time, each on a later UTC day than the one before, ending
 * with the order after which the shopper leaves for good.
 */
export function* purchasesOf(shop: ShopSpec, shopper: Shopper): Generator<Purchase> {
  const random = shopper.random.fork('purchases')
  const orderAfter = (instant: number, days: number) =>
    habitualInstant(shopper.habit, random, instant + Math.max(1, days) * DAY_MS)
  let browsingFrom = shopper.joinsAt
  let at = orderAfter(browsingFrom, exponential(random, FIRST_ORDER_MEAN_DAYS))
  for (let number = 0; ; number++) {
    const purchase = {
      number,
      orderId: `${shop.seed}-${shopper.index}-${number}`,
      browsingFrom,
      at,
    }
    if (chance(random, shopper.dropout)) {
      const silence = leaveAfter(shop, { shopper, purchase, random })
      yield { ...purchase, silence }
      if (silence.returnsAt === undefined) return
      at = silence.returnsAt
      browsingFrom = at - BROWSING_BEFORE_RETURN_DAYS * DAY_MS
    } else {
      yield purchase
      browsingFrom = at
      at = orderAfter(at, intervalDays(shop, shopper, random))
    }
  }
}

const intervalDays = (shop: ShopSpec, shopper: Shopper, random: SeededRandom): number =>
  gamma(random, shop.intervalShape) / shop.intervalShape / shopper.ordersPerDay

type Leaving = { shopper: Shopper; purchase: Purchase; random: SeededRandom }

const leaveAfter = (shop: ShopSpec, { shopper, purchase, random }: Leaving): Silence => {
  const causes = Object.keys(shop.causes) as Cause[]
  const cause = causes[weightedIndex(random, Object.values(shop.causes))]!
  const from = WITH_EVIDENCE.has(cause)
    ? habitualInstant(shopper.habit, random, purchase.at + (3 + 7 * random.uniform()) * DAY_MS)
    : purchase.at
  const silence = { from, cause, lastOrderId: purchase.orderId, lastOrderAt: purchase.at }
  if (!chance(random, shop.returns.share)) return silence
  const days = RETURN_AFTER_DAYS + (shop.returns.meanExtraDays / 2) * gamma(random, 2)
  return { ...silence, returnsAt: habitualInstant(shopper.habit, random, from + days * DAY_MS) }
}

/**
 * Ground truth for grading: every silence in the life of the shopper at `shopperIndex`, past and
 * to come, in order of time. The last one has no `returnsAt`.
 */
export const truthOf = (shop: ShopSpec, shopperIndex: number): Silence[] =>
  [...purchasesOf(shop, shopperOf(shop, shopperIndex))].flatMap(({ silence }) => silence ?? [])
