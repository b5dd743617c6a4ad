import { type BasketLine, basketMinor, fillBasket, type Product, pickProduct } from './catalogue.ts'
import type { Purchase } from './purchase-history.ts'
import { chance, exponential, gamma, integerBetween, type SeededRandom } from './seeded-random.ts'
import { type Moment, page, type Step, track } from './shop-event.ts'
import type { ShopSpec } from './shop-spec.ts'
import type { Shopper } from './shopper.ts'

/** What a visit is made from. */
export type VisitContext = { shop: ShopSpec; shopper: Shopper; random: SeededRandom }

/** What all around an order is made from: first its basket, by `basketFor`. */
export const purchaseContext = (
  shop: ShopSpec,
  shopper: Shopper,
  { number }: Purchase,
): VisitContext => ({ shop, shopper, random: shopper.random.fork(`purchase ${number}`) })

const MOST_VIEWED = 8

/** A visit of 3 to 13 events that ends without an order, and mostly without a basket. */
export const browsingVisit = (visit: VisitContext, startAt: number): Moment[] => {
  const { shop, shopper, random } = visit
  const looks = Math.min(MOST_VIEWED, 1 + Math.floor(exponential(random, 2.2)))
  const seen = Array.from({ length: looks }, () => pickProduct(random, shopper.favouriteCategory))
  const steps = [
    ...entrance(visit),
    ...seen.map((product) => track('Product Viewed', productOf(shop, product))),
    ...(chance(random, 0.25) ? dallying(visit, seen.at(-1)!) : []),
    ...(chance(random, shop.incidents.pageError) ? [pageError] : []),
  ]
  return later(spaced(random, steps), startAt)
}

/** A visit of 7 to 14 events that ends with the order at `purchase.at`. */
export const orderingVisit = (
  visit: VisitContext,
  purchase: Purchase,
  basket: BasketLine[],
): Moment[] => {
  const { shop, shopper, random } = visit
  const { orderId } = purchase
  const { paymentFailed, couponDenied } = shop.incidents
  const order = orderOf(shop, orderId, basket)
  const steps = [
    ...entrance(visit),
    ...filling(shop, basket),
    ...(purchase.number === 0 ? [identify(shopper)] : []),
    checkoutStarted(shop, orderId, basket),
    ...(chance(random, couponDenied) ? [couponWasDenied(orderId)] : []),
    paymentEntered(orderId),
    ...(chance(random, paymentFailed) ? [paymentHasFailed(orderId)] : []),
    track('Order Completed', order),
  ]
  return endingAt(spaced(random, steps), purchase.at)
}

/** A visit that ends at `endAt` at the till, given up over the price or over a broken page. */
export const abandonedVisit = (
  visit: VisitContext,
  cause: 'PRICE' | 'UX',
  endAt: number,
): Moment[] => {
  const { shop, random } = visit
  const basket = basketFor(visit)
  const checkoutId = `${shop.seed}-${visit.shopper.index}-abandoned-${endAt}`
  const troubles = {
    PRICE: [couponWasDenied(checkoutId), couponWasDenied(checkoutId), removed(shop, basket[0]!)],
    UX: [pageError, paymentEntered(checkoutId), paymentHasFailed(checkoutId)],
  }
  const steps = [
    ...entrance(visit),
    ...filling(shop, basket),
    checkoutStarted(shop, checkoutId, basket),
    ...troubles[cause],
  ]
  return endingAt(spaced(random, steps), endAt)
}

/** A basket to the shopper's taste and purse. */
export const basketFor = ({ shop, shopper, random }: VisitContext): BasketLine[] => {
  const target = (shopper.meanBasketMinor / shop.spend.p) * gamma(random, shop.spend.p)
  return fillBasket(random, shopper.favouriteCategory, target)
}

/** What `Order Completed` says of an order; `total` in major units. */
export const orderOf = (shop: ShopSpec, orderId: string, basket: BasketLine[]) => ({
  order_id: orderId,
  total: basketMinor(basket) / 100,
  currency: shop.currency,
  products: basket.map(({ product, quantity }) => productOf(shop, product, quantity)),
})

const entrance = ({ shopper, random }: VisitContext): Step[] => {
  const category = shopper.favouriteCategory
  const inside = chance(random, 0.35)
    ? track('Products Searched', { query: category.toLowerCase() })
    : track('Product List Viewed', { list_id: category.toLowerCase(), category })
  return [page('Home', '/'), inside]
}

const dallying = ({ shop, random }: VisitContext, product: Product): Step[] => {
  const line = { product, quantity: 1 }
  return chance(random, 0.4) ? [added(shop, line), removed(shop, line)] : [added(shop, line)]
}

const filling = (shop: ShopSpec, basket: BasketLine[]): Step[] =>
  basket.flatMap((line) => [
    track('Product Viewed', productOf(shop, line.product)),
    added(shop, line),
  ])

const added = (shop: ShopSpec, { product, quantity }: BasketLine): Step =>
  track('Product Added', productOf(shop, product, quantity))

const removed = (shop: ShopSpec, { product, quantity }: BasketLine): Step =>
  track('Product Removed', productOf(shop, product, quantity))

const checkoutStarted = (shop: ShopSpec, orderId: string, basket: BasketLine[]): Step => {
  const { total, ...rest } = orderOf(shop, orderId, basket)
  return track('Checkout Started', { ...rest, value: total })
}

const identify = ({ userId }: Shopper): Step => ({
  type: 'identify',
  name: '',
  properties: { email: `${userId}@example.com` },
})

const paymentEntered = (orderId: string): Step =>
  track('Payment Info Entered', { order_id: orderId, payment_method: 'card' })

const paymentHasFailed = (orderId: string): Step =>
  track('Payment Failed', { order_id: orderId, reason: 'provider did not answer' })

const couponWasDenied = (orderId: string): Step =>
  track('Coupon Denied', { order_id: orderId, coupon_id: 'WELCOME10', reason: 'expired' })

const pageError: Step = track('Page Error', { path: '/checkout', status: 500 })

const productOf = (shop: ShopSpec, product: Product, quantity = 1) => ({
  product_id: product.id,
  name: product.name,
  category: product.category,
  price: product.priceMinor / 100,
  quantity,
  currency: shop.currency,
})

/** The first at 0, each next one 8 to 90 s later. */
const spaced = (random: SeededRandom, steps: Step[]): Moment[] => {
  let at = 0
  return steps.map((step, index) => {
    if (index > 0) at += integerBetween(random, 8_000, 90_000)
    return { ...step, at }
  })
}

const endingAt = (moments: Moment[], endAt: number): Moment[] =>
  later(moments, endAt - moments.at(-1)!.at)

// Written out: what is spread takes more memory, and these wait for years.
const later = (moments: Moment[], ms: number): Moment[] =>
  moments.map(({ at, type, name, properties }) => ({ at: at + ms, type, name, properties }))
