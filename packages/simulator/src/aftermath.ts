import type { BasketLine } from './catalogue.ts'
import { DAY_MS } from './habit.ts'
import type { Purchase, Silence } from './purchase-history.ts'
import { integerBetween, pick, weightedIndex } from './seeded-random.ts'
import { type Moment, type Step, track } from './shop-event.ts'
import { abandonedVisit, orderOf, type VisitContext } from './visit.ts'

/** An order and what was in it. */
export type PlacedOrder = { purchase: Purchase; basket: BasketLine[] }

/**
 * What follows an order, all of it within 12 days: the friction that drives the shopper away when
 * the silence after it has a cause that leaves evidence (the last of it at `silence.from`), else
 * at most one incident that does not.
 */
export const aftermathOf = (visit: VisitContext, order: PlacedOrder): Moment[] => {
  const { silence } = order.purchase
  switch (silence?.cause) {
    case 'QUALITY':
      return qualityStory(visit, order, silence)
    case 'SERVICE':
      return serviceStory(order, silence)
    case 'PRICE':
    case 'UX':
      return abandonedVisit(visit, silence.cause, silence.from)
    default:
      return incident(visit, order)
  }
}

const qualityStory = (visit: VisitContext, order: PlacedOrder, silence: Silence): Moment[] => {
  const { orderId, at } = order.purchase
  const refundAt = partWay(at, silence.from, 0.7)
  const { total } = orderOf(visit.shop, orderId, order.basket)
  return [
    { at: refundAt, ...refunded(visit, orderId, total) },
    { at: silence.from, ...reviewed(order, integerBetween(visit.random, 1, 2)) },
  ]
}

const serviceStory = ({ purchase }: PlacedOrder, silence: Silence): Moment[] => [
  { at: partWay(purchase.at, silence.from, 0.6), ...deliveryLate(purchase.orderId) },
  { at: silence.from, ...ticket('Ticket Opened', purchase.orderId) },
]

const partWay = (start: number, end: number, share: number): number =>
  Math.round(start + share * (end - start))

const incident = (visit: VisitContext, order: PlacedOrder): Moment[] => {
  const { random, shop } = visit
  const { cancelled, deliveryLate, ticketResolved, partialRefund, friendlyReview } =
    shop.incidents.perOrder
  const odds = [cancelled, deliveryLate, ticketResolved, partialRefund, friendlyReview]
  const uneventful = 1 - odds.reduce((sum, probability) => sum + probability, 0)
  const stories = [cancelling, lateness, resolvedTicket, partRefund, friendliness, () => []]
  return stories[weightedIndex(random, [...odds, uneventful])]!(visit, order)
}

/** Only an order that others precede and follow, so that none becomes a buyer without orders. */
const cancelling = (
  { shop, random }: VisitContext,
  { purchase, basket }: PlacedOrder,
): Moment[] => {
  if (purchase.number === 0 || purchase.silence !== undefined) return []
  const { order_id, total, currency } = orderOf(shop, purchase.orderId, basket)
  const at = daysLater(purchase, 0.05 + 0.2 * random.uniform())
  return [{ at, ...track('Order Cancelled', { order_id, total, currency }) }]
}

const lateness = ({ random }: VisitContext, { purchase }: PlacedOrder): Moment[] => [
  { at: daysLater(purchase, 4 + 4 * random.uniform()), ...deliveryLate(purchase.orderId) },
]

const resolvedTicket = ({ random }: VisitContext, { purchase }: PlacedOrder): Moment[] => {
  const openedAfter = 1 + 6 * random.uniform()
  const resolvedAfter = openedAfter + 0.2 + 2 * random.uniform()
  const { orderId } = purchase
  return [
    { at: daysLater(purchase, openedAfter), ...ticket('Ticket Opened', orderId) },
    { at: daysLater(purchase, resolvedAfter), ...ticket('Ticket Resolved', orderId) },
  ]
}

const partRefund = (visit: VisitContext, { purchase, basket }: PlacedOrder): Moment[] => {
  const oneOfFirst = basket[0]!.product.priceMinor / 100
  const at = daysLater(purchase, 4 + 6 * visit.random.uniform())
  return [{ at, ...refunded(visit, purchase.orderId, oneOfFirst) }]
}

const friendliness = ({ random }: VisitContext, order: PlacedOrder): Moment[] => {
  const at = daysLater(order.purchase, 3 + 8 * random.uniform())
  return [{ at, ...reviewed(order, pick(random, [3, 4, 4, 5, 5, 5])) }]
}

const daysLater = ({ at }: Purchase, days: number): number => Math.round(at + days * DAY_MS)

const deliveryLate = (orderId: string): Step => track('Delivery Late', { order_id: orderId })

const ticket = (name: 'Ticket Opened' | 'Ticket Resolved', orderId: string): Step =>
  track(name, { ticket_id: `ticket-${orderId}`, order_id: orderId })

const refunded = ({ shop }: VisitContext, orderId: string, total: number): Step =>
  track('Order Refunded', {
    order_id: orderId,
    refund_id: `refund-${orderId}`,
    total,
    currency: shop.currency,
  })

const reviewed = ({ purchase, basket }: PlacedOrder, rating: number): Step =>
  track('Product Reviewed', {
    review_id: `review-${purchase.orderId}`,
    product_id: basket[0]!.product.id,
    rating,
  })
