import { isBotVisit, isView } from '@ebb/contracts/bot-visit'
import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { EVENT_NAMES } from '@ebb/contracts/event-name-aliases'
import type { MeasureName } from '@ebb/contracts/quality-measures'
import type { Counter, Total } from './counter.ts'
import { bucketOf } from './interval-histogram.ts'
import { moneyCounters } from './order-consistency.ts'

/**
 * What one accepted event adds, but for its way here: each of these counters goes up by one. A pure
 * function.
 */
export const countersOf = (event: CanonicalEvent): Counter[] => {
  const counters: Counter[] = ['accepted']
  if (isImpossible(event)) counters.push('impossible')
  const count = (of: Total, isCounted: boolean, ...faults: [MeasureName, boolean][]): void => {
    if (!isCounted) return
    if (of !== 'accepted') counters.push(of)
    for (const [fault, isFaulty] of faults) if (isFaulty) counters.push(fault)
  }
  const { type, name, order, flags = [], consent, customer } = event
  const isGuest = customer.userId === undefined
  const isStorefront = event.sourceRank === STOREFRONT
  count('accepted', true, ['anonymous', isGuest], ['ahead', flags.includes('occurred-in-future')])
  count('storefront', isStorefront, ['noConsent', consent === undefined])
  count('pages', isStorefront && isView(event) && type !== 'screen', ['noPage', !hasPage(event)])
  count('products', OF_PRODUCTS.has(name), ['noProduct', !hasProduct(event)])
  count('tracks', type === 'track', ['unknownName', !KNOWN.has(name)])
  count('views', isView(event), ['bots', isBotVisit(event)])
  count('orders', order !== undefined, ['guestOrders', isGuest], ['noOrderId', !namesOrder(event)])
  count('placed', PLACED.has(name), ['noAmount', order?.amountMinor === undefined])
  const isUnknownRate = flags.includes('rate-unknown')
  const isAmount = order?.amountMinor !== undefined
  const saysCurrency = isText(event.properties['currency'])
  count('amounts', isAmount, ['noCurrency', !saysCurrency], ['unknownRate', isUnknownRate])
  return [...counters, ...moneyCounters(event)]
}

/** As the collector ranks what is sent with a write key. */
const STOREFRONT = 1

const KNOWN: ReadonlySet<string> = new Set(EVENT_NAMES.map(({ name }) => name))

const PLACED: ReadonlySet<string> = new Set(['Order Completed', 'Order Updated'])

const OF_PRODUCTS: ReadonlySet<string> = new Set([
  ...['Product Viewed', 'Product Clicked', 'Product Added', 'Product Removed'],
  ...['Product Added to Wishlist', 'Product Removed from Wishlist', 'Product Reviewed'],
  'Order Completed',
])

/** A clock that is off by less hurts nothing that is counted by day. */
const SKEWED_MS = 5 * 60_000
/** `sentAt` in whole seconds may lie before what was sent. */
const ROUNDED_MS = 1_000

const isImpossible = (event: CanonicalEvent): boolean => {
  const { occurredAt, receivedAt, sentAt } = event
  const isSentBefore = sentAt !== undefined && occurredAt > receivedAt + ROUNDED_MS
  return isSentBefore || isPromisedBefore(event)
}

/** What the way of one accepted event from its sender adds. A pure function. */
export const transitCounters = ({ occurredAt, receivedAt, sentAt }: CanonicalEvent): Counter[] => {
  const counters: Counter[] = [`lateness:${bucketOf(receivedAt - occurredAt)}`]
  if (sentAt === undefined) return counters
  const skew = Math.abs(receivedAt - sentAt)
  counters.push('sent', `skew:${bucketOf(skew)}`)
  if (skew > SKEWED_MS) counters.push('skewed')
  return counters
}

const DAY_MS = 86_400_000
const PROMISES = ['promised_at', 'promised_delivery', 'estimated_delivery', 'delivery_date']

/** An order is promised for the day before it, or earlier, in whatever time zone. */
const isPromisedBefore = ({ name, occurredAt, properties }: CanonicalEvent): boolean => {
  if (name !== 'Order Completed') return false
  const dayBefore = new Date(occurredAt - DAY_MS).toISOString().slice(0, 10)
  return [...PROMISES, 'promised_date'].some((field) => {
    const promised = properties[field]
    const [day] = (typeof promised === 'string' && /^\d{4}-\d\d-\d\d/.exec(promised)) || []
    return day !== undefined && day < dayBefore
  })
}

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== ''
const isId = (value: unknown): boolean => isText(value) || Number.isSafeInteger(value)

const hasPage = ({ properties, context }: CanonicalEvent): boolean => {
  const page = (context['page'] ?? {}) as Readonly<Record<string, unknown>>
  return [page['path'], page['url'], properties['path'], properties['url']].some(isText)
}

const hasProduct = ({ properties }: CanonicalEvent): boolean =>
  namesProduct(properties) ||
  [properties['products'], properties['items']].some(
    (list) => Array.isArray(list) && list.some(namesProduct),
  )

const namesProduct = (product: unknown): boolean => {
  if (typeof product !== 'object' || product === null) return false
  const { product_id, sku, item_id } = product as Readonly<Record<string, unknown>>
  return [product_id, sku, item_id].some(isId)
}

/** An order that names no id of its own was given that of its event. */
const namesOrder = ({ id, order }: CanonicalEvent): boolean =>
  order?.id !== undefined && order.id !== id
