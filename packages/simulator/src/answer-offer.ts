import { DAY_MS, habitualInstant } from './habit.ts'
import { type Purchase, purchasesOf } from './purchase-history.ts'
import { chance, gamma, type SeededRandom } from './seeded-random.ts'
import type { Cause, OfferKind, ShopSpec } from './shop-spec.ts'
import { type Shopper, shopperNamed } from './shopper.ts'

/** Something offered to one shopper; instants in ms since 1970. */
export type Offer = {
  /** The same for copies of an offer: all that follows from it follows from this. */
  decisionId: string
  userId: string
  kind: OfferKind
  /** When somebody decided to make it. */
  decidedAt: number
  /** When it reaches the shopper, not before `decidedAt`. */
  at: number
  /** Of the coupon, where there is one. */
  code?: string
}

/** An order of somebody who got an offer. */
export type OfferAnswer = {
  offer: Offer
  orderId: string
  /**
   * When it is placed, behind the instant at which the offer reached them. Of an order that is placed
   * anyway: a day later, when the shop books the coupon.
   */
  at: number
  /** The order of their timeline that it is; absent where it is placed only because of the offer. */
  anyway?: Purchase
}

/** Where a shopper stands when an offer is decided and reaches them. */
export type Standing = {
  shopper: Shopper
  /** Why they left; absent where they did not, and only order rarely. */
  cause?: Cause
  /** The next order that they place of their own accord; absent where they left for good. */
  next?: Purchase
}

/** `undefined` for somebody who is none of this shop's, or has not ordered yet. */
export const standingAt = (
  shop: ShopSpec,
  { userId, decidedAt, at }: Pick<Offer, 'userId' | 'decidedAt' | 'at'>,
): Standing | undefined => {
  const shopper = shopperNamed(shop, userId)
  if (shopper === undefined) return undefined
  let last: Purchase | undefined
  let next: Purchase | undefined
  for (const purchase of purchasesOf(shop, shopper)) {
    next = purchase.at > decidedAt ? purchase : undefined
    if (next !== undefined) break
    last = purchase
  }
  if (last === undefined) return undefined
  const { silence } = last
  return {
    shopper,
    ...(silence !== undefined && silence.from <= at ? { cause: silence.cause } : {}),
    ...(next === undefined ? {} : { next }),
  }
}

/**
 * What a shopper makes of an offer: a function of the shop and the offer alone. `undefined` where
 * they place no order for it, and use no coupon for their own.
 *
 * Whose own next order comes within the window places that one and no other, maybe with the coupon.
 * Who is back before the offer reaches them ignores it. Anybody else answers as the shop says for
 * the cause that drove them away; who was never away orders when they need something.
 */
export const answerTo = (shop: ShopSpec, offer: Offer): OfferAnswer | undefined => {
  const standing = standingAt(shop, offer)
  if (standing === undefined) return undefined
  const { shopper, cause, next } = standing
  const random = offerRandom(shopper, offer)
  if (next !== undefined && next.at <= offer.decidedAt + shop.offers.windowDays * DAY_MS)
    return isBackBefore(offer, next) || !usesCouponAnyway(shop, offer, random)
      ? undefined
      : { offer, orderId: next.orderId, at: next.at + DAY_MS, anyway: next }
  if (cause === undefined || !chance(random, shop.offers.effect[offer.kind][cause]))
    return undefined
  const orderId = `${shop.seed}-${shopper.index}-offer-${offer.decisionId}`
  const earliest = offer.at + delayDays(shop, random) * DAY_MS
  return { offer, orderId, at: habitualInstant(shopper.habit, random, earliest) }
}

/** All that is drawn for one offer. */
export const offerRandom = ({ random }: Shopper, { decisionId }: Offer): SeededRandom =>
  random.fork(`offer ${decisionId}`)

const isBackBefore = ({ at }: Offer, next: Purchase): boolean => next.at <= at

const usesCouponAnyway = ({ offers }: ShopSpec, { code }: Offer, random: SeededRandom): boolean =>
  code !== undefined && chance(random, offers.couponUseAnyway)

const delayDays = ({ offers }: ShopSpec, random: SeededRandom): number => {
  const { earliestDays, shape, meanExtraDays, latestDays } = offers.delay
  return Math.min(latestDays, earliestDays + (meanExtraDays / shape) * gamma(random, shape))
}
