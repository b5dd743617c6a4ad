import type { Cause, OfferAnswers, ShopSpec } from './shop-spec.ts'

/** Seed of the demonstration: everybody sees the same shop. */
export const DEMO_SEED = 7

const CAUSES: readonly Cause[] = [
  'PRICE',
  'QUALITY',
  'SERVICE',
  'UX',
  'COMPETITOR',
  'NEED_CHANGE',
  'NATURAL_END',
  'NONE',
]

const byCause = (...probabilities: number[]): Record<Cause, number> =>
  Object.fromEntries(CAUSES.map((cause, i) => [cause, probabilities[i]!])) as Record<Cause, number>

/**
 * Money brings back who left over the price, a person who left over a fault, nothing who is done with
 * it. All of it works better than in life, so that an experiment of minutes can show it.
 */
const OFFERS: OfferAnswers = {
  effect: {
    //                            PRICE QUAL. SERV. UX COMPET. NEED END NONE
    coupon: /*           */ byCause(0.75, 0.15, 0.15, 0.25, 0.65, 0.2, 0, 0.5),
    limited_discount: /* */ byCause(0.8, 0.15, 0.15, 0.25, 0.7, 0.2, 0, 0.55),
    points: /*           */ byCause(0.4, 0.08, 0.08, 0.15, 0.3, 0.1, 0, 0.3),
    recommendation: /*   */ byCause(0.1, 0.1, 0.05, 0.1, 0.2, 0.5, 0, 0.3),
    exclusive_service: /**/ byCause(0.15, 0.3, 0.35, 0.2, 0.25, 0.1, 0, 0.2),
    support_contact: /*  */ byCause(0.1, 0.6, 0.7, 0.5, 0.15, 0.05, 0, 0.15),
    survey: /*           */ byCause(0.01, 0.02, 0.02, 0.02, 0.01, 0.01, 0, 0.01),
    service_call: /*     */ byCause(0.15, 0.5, 0.6, 0.4, 0.2, 0.1, 0, 0.2),
  },
  delay: { earliestDays: 1, shape: 2, meanExtraDays: 2.5, latestDays: 14 },
  windowDays: 30,
  couponUseAnyway: 0.6,
}

/**
 * The demonstration's shop, a coffee and tea merchant in USD: about 150 active shoppers and 100 to
 * 200 events a day once its founders are in (a month after `startAt`, ms since 1970). Every second
 * order is due within 2 to 8 weeks; a third of those who leave come back on their own.
 */
export const demoShop = (startAt: number, seed = DEMO_SEED): ShopSpec => ({
  seed,
  startAt,
  currency: 'USD',
  arrivals: { founders: 195, foundingDays: 30, perDayAfterwards: 0.6 },
  ordersPerDay: { shape: 1.6, mean: 1 / 24 },
  intervalShape: 2,
  visitsPerOrder: 4.2,
  spend: { p: 6, q: 4, v: 22.5 },
  marketingConsentShare: 0.7,
  dropout: { a: 1, b: 4, floor: 0.06 },
  causes: {
    PRICE: 18,
    QUALITY: 15,
    SERVICE: 16,
    UX: 13,
    COMPETITOR: 10,
    NEED_CHANGE: 8,
    NATURAL_END: 6,
    NONE: 14,
  },
  returns: { share: 0.35, meanExtraDays: 50 },
  incidents: {
    perOrder: {
      cancelled: 0.008,
      deliveryLate: 0.02,
      ticketResolved: 0.025,
      partialRefund: 0.015,
      friendlyReview: 0.12,
    },
    paymentFailed: 0.02,
    couponDenied: 0.02,
    pageError: 0.005,
  },
  offers: OFFERS,
})

/** Active shoppers of `demoShop`, about. */
const DEMO_SHOPPERS = 150

/** The demonstration's shop with another number of active shoppers, about, and events to match. */
export const demoShopOf = (startAt: number, shoppers: number): ShopSpec => {
  const shop = demoShop(startAt)
  const { founders, foundingDays, perDayAfterwards } = shop.arrivals
  const factor = shoppers / DEMO_SHOPPERS
  const arrivals = {
    founders: Math.ceil(founders * factor),
    foundingDays,
    perDayAfterwards: perDayAfterwards * factor,
  }
  return { ...shop, arrivals }
}
