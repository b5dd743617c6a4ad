import type { ShopSpec } from './shop-spec.ts'

/** Seed of the demonstration: everybody sees the same shop. */
export const DEMO_SEED = 7

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
})
