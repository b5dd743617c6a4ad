import type { Offer } from './answer-offer.ts'
import { demoShop } from './demo-shop.ts'
import { DAY_MS } from './habit.ts'
import { type Silence, truthOf } from './purchase-history.ts'
import type { OfferKind } from './shop-spec.ts'

export const SHOP = demoShop(Date.parse('2026-01-05T00:00:00Z'))
export const KINDS = Object.keys(SHOP.offers.effect) as OfferKind[]

/** Somebody who left, with one of their silences. */
export type Leaver = { index: number; silence: Silence }

/** Every silence of the first so many shoppers. */
export const leavers = (shoppers: number): Leaver[] =>
  Array.from({ length: shoppers }, (_, index) =>
    truthOf(SHOP, index).map((silence) => ({ index, silence })),
  ).flat()

/** Of those, who would not be back within the window behind an offer so many days after leaving. */
export const lastingLeavers = (shoppers: number, afterDays: number): Leaver[] =>
  leavers(shoppers).filter(
    ({ silence: { from, returnsAt = Number.POSITIVE_INFINITY } }) =>
      returnsAt > from + (afterDays + SHOP.offers.windowDays) * DAY_MS,
  )

/** An offer to a leaver so many days after leaving, which reaches them at once. */
export const offerTo = (
  { index, silence }: Leaver,
  { afterDays, ...changes }: Partial<Offer> & { afterDays: number },
): Offer => {
  const decidedAt = silence.from + afterDays * DAY_MS
  return {
    decisionId: `decision ${index} ${silence.from}`,
    userId: `shopper-${index}`,
    kind: 'coupon',
    decidedAt,
    at: decidedAt,
    ...changes,
  }
}
