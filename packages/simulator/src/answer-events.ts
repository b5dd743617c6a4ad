import { type OfferAnswer, offerRandom } from './answer-offer.ts'
import { type BasketLine, basketMinor } from './catalogue.ts'
import { type Moment, type ShopEvent, type Step, shopEvent, track } from './shop-event.ts'
import type { ShopSpec } from './shop-spec.ts'
import { shopperNamed } from './shopper.ts'
import { basketFor, orderingVisit, orderOf, purchaseContext, type VisitContext } from './visit.ts'

/** What the order of an answer costs before any discount, in minor units. */
export const answerTotalMinor = (shop: ShopSpec, answer: OfferAnswer): number =>
  basketMinor(orderedBy(shop, answer).basket)

/**
 * The events that an answer adds to the shop's timeline, in order of time and up to `answer.at`: the
 * visit that ends in the order, by somebody the shop knows. An order that is placed anyway is on the
 * timeline already: nothing, or its `Order Updated` where a discount was given.
 *
 * `discountMinor` is what the offer's coupon took off: it is in `discount`, `coupon` names the code,
 * and `total` is what is left. The ids follow from the decision's: a repetition is a copy.
 */
export const answerEvents = (
  shop: ShopSpec,
  answer: OfferAnswer,
  discountMinor?: number,
): ShopEvent[] => {
  const { offer, anyway } = answer
  const ordered = orderedBy(shop, answer)
  const { userId, marketingConsent } = ordered.visit.shopper
  const moments = anyway
    ? updateOf(ordered, answer, discountMinor)
    : visitOf(ordered, answer, discountMinor)
  return moments.map((moment, number) => {
    const messageId = `sim-${shop.seed}-offer-${offer.decisionId}-${number}`
    return shopEvent(moment, { messageId, identity: { userId }, marketingConsent })
  })
}

type Ordered = { visit: VisitContext; basket: BasketLine[] }

const orderedBy = (shop: ShopSpec, { offer, anyway }: OfferAnswer): Ordered => {
  const shopper = shopperNamed(shop, offer.userId)!
  const visit = anyway
    ? purchaseContext(shop, shopper, anyway)
    : { shop, shopper, random: offerRandom(shopper, offer).fork('visit') }
  return { visit, basket: basketFor(visit) }
}

const visitOf = (
  { visit, basket }: Ordered,
  { offer, orderId, at }: OfferAnswer,
  discountMinor?: number,
): Moment[] => {
  // Not their first order: that one made them known.
  const purchase = { number: 1, orderId, browsingFrom: at, at }
  const moments = orderingVisit(visit, purchase, basket)
  if (discountMinor === undefined) return moments
  return moments.map((moment) =>
    moment.name === 'Order Completed'
      ? { ...moment, properties: discounted(moment, offer.code, discountMinor) }
      : moment,
  )
}

const updateOf = (
  { visit, basket }: Ordered,
  { offer, orderId, at }: OfferAnswer,
  discountMinor?: number,
): Moment[] => {
  if (discountMinor === undefined) return []
  const update = track('Order Updated', orderOf(visit.shop, orderId, basket))
  const properties = discounted(update, offer.code, discountMinor)
  return [{ ...update, properties, at }]
}

const discounted = (
  { properties }: Step,
  code: string | undefined,
  discountMinor: number,
): Step['properties'] => {
  const total = (Math.round(100 * (properties['total'] as number)) - discountMinor) / 100
  return { ...properties, total, discount: discountMinor / 100, coupon: code }
}
