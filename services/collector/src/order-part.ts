import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { isCurrency, minorUnitExponent } from '@ebb/contracts/currency'
import {
  convertMinorUnits,
  type Decimal,
  decimalOf,
  toMinorUnits,
} from '@ebb/contracts/decimal-amount'
import { identifierOf } from './identifiers.ts'
import type { JsonObject } from './native-event.ts'
import type { Outcome, Refusal } from './refusal.ts'

type OrderPart = NonNullable<CanonicalEvent['order']>

/** What an event is known by when its order is read. */
export interface OrderContext {
  /** Canonical name of the event. */
  readonly name: string
  readonly eventId: string
  /** ISO 4217 code of the shop; amounts without a currency are in it. */
  readonly baseCurrency: string
  /** Units of the base currency for one unit of another, by its code. */
  readonly rates: Readonly<Record<string, number>>
}

/** An order part, and whether its amount could not be put into the base currency. */
export interface OrderReading {
  readonly order: OrderPart
  readonly rateUnknown: boolean
}

interface OrderEvent {
  /** Without one: an event that needs it is refused, `event` has the id of the event itself. */
  readonly orderId: 'needed' | 'optional' | 'event'
  readonly refundId?: 'needed' | 'optional'
  readonly hasAmount?: true
}

const ORDER_EVENTS: ReadonlyMap<string, OrderEvent> = new Map<string, OrderEvent>([
  ['Order Completed', { orderId: 'event', hasAmount: true }],
  ['Order Updated', { orderId: 'needed', hasAmount: true }],
  ['Order Cancelled', { orderId: 'needed', hasAmount: true }],
  ['Order Refunded', { orderId: 'optional', refundId: 'optional', hasAmount: true }],
  ['Return Cancelled', { orderId: 'optional', refundId: 'needed' }],
  ['Order Delivered', { orderId: 'optional' }],
  ['Delivery Late', { orderId: 'optional' }],
])

/** Where an order id may stand, the first that is there counts. `transaction_id` is GA4's. */
const ORDER_ID_FIELDS = ['order_id', 'orderId', 'transaction_id', 'id', 'checkout_id']
const REFUND_ID_FIELDS = ['refund_id', 'refundId']
/** Where an amount may stand, the first that is there counts. `value` is GA4's. */
const AMOUNT_FIELDS = ['total', 'revenue', 'value', 'amount']

/**
 * What an order event says of its order; `undefined` for any other event. An `Order Completed` that
 * names no order gets the id of the event; a refund, its cancellation, a delivery and a delay may
 * name none; the others have to. The cancellation has to name its refund.
 */
export const orderPart = (
  properties: JsonObject,
  context: OrderContext,
): Outcome<OrderReading | undefined> => {
  const event = ORDER_EVENTS.get(context.name)
  if (event === undefined) return { ok: undefined }
  const ids = orderIds(properties, event, context)
  if ('refused' in ids) return ids
  const money = event.hasAmount ? orderMoney(properties, context) : { ok: NO_MONEY }
  if ('refused' in money) return money
  const { rateUnknown, ...amounts } = money.ok
  return { ok: { order: { ...ids.ok, ...amounts }, rateUnknown } }
}

type OrderIds = Pick<OrderPart, 'id' | 'refundId'>

const orderIds = (
  properties: JsonObject,
  event: OrderEvent,
  { name, eventId }: OrderContext,
): Outcome<OrderIds> => {
  const named = firstId(properties, ORDER_ID_FIELDS)
  if ('refused' in named) return named
  const id = named.ok ?? (event.orderId === 'event' ? eventId : undefined)
  if (id === undefined && event.orderId === 'needed') return noOrderId(name)
  const ids = id === undefined ? {} : { id }
  if (event.refundId === undefined) return { ok: ids }
  const refund = firstId(properties, REFUND_ID_FIELDS)
  if ('refused' in refund) return refund
  if (refund.ok !== undefined) return { ok: { ...ids, refundId: refund.ok } }
  return event.refundId === 'needed' ? noRefundId(name) : { ok: ids }
}

const firstId = (
  properties: JsonObject,
  fields: readonly string[],
): Outcome<string | undefined> => {
  for (const field of fields) {
    const id = identifierOf(properties[field], `/properties/${field}`)
    if ('refused' in id || id.ok !== undefined) return id
  }
  return { ok: undefined }
}

interface OrderMoney extends Pick<OrderPart, 'amountMinor' | 'currency' | 'baseMinor'> {
  readonly rateUnknown: boolean
}

const NO_MONEY: OrderMoney = { rateUnknown: false }

const orderMoney = (properties: JsonObject, context: OrderContext): Outcome<OrderMoney> => {
  const field = AMOUNT_FIELDS.find((name) => isPresent(properties[name]))
  if (field === undefined) return { ok: NO_MONEY }
  const currency = currencyOf(properties['currency'], context.baseCurrency)
  if (currency === undefined) return { refused: unknownCurrency(properties['currency']) }
  const path = `/properties/${field}`
  const amount = decimalAmount(properties[field], path)
  if ('refused' in amount) return amount
  const amountMinor = toMinorUnits(amount.ok, minorUnitExponent(currency))
  if (amountMinor === undefined) return { refused: tooLarge(path) }
  const money = inBaseCurrency(amountMinor, currency, context)
  return money === undefined ? { refused: tooLarge(path) } : { ok: money }
}

const isPresent = (value: unknown): boolean => value != null && value !== ''

const currencyOf = (value: unknown, baseCurrency: string): string | undefined => {
  if (!isPresent(value)) return baseCurrency
  if (typeof value !== 'string') return undefined
  const code = value.trim().toUpperCase()
  return isCurrency(code) ? code : undefined
}

const decimalAmount = (value: unknown, path: string): Outcome<Decimal> => {
  const isText = typeof value === 'string' || typeof value === 'number'
  const amount = isText ? decimalOf(value) : 'not a number'
  if (amount === 'not a number') return { refused: notAnAmount(path) }
  return amount === 'negative' ? { refused: negative(path) } : { ok: amount }
}

const inBaseCurrency = (
  amountMinor: number,
  currency: string,
  { baseCurrency, rates }: OrderContext,
): OrderMoney | undefined => {
  const money = { amountMinor, currency, rateUnknown: false }
  if (currency === baseCurrency) return { ...money, baseMinor: amountMinor }
  const rate = Object.hasOwn(rates, currency) ? decimalOf(rates[currency]!) : undefined
  if (typeof rate !== 'object') return { ...money, rateUnknown: true }
  const baseMinor = convertMinorUnits(amountMinor, {
    fromExponent: minorUnitExponent(currency),
    toExponent: minorUnitExponent(baseCurrency),
    rate,
  })
  return baseMinor === undefined ? undefined : { ...money, baseMinor }
}

const noOrderId = (name: string): { refused: Refusal } => ({
  refused: {
    code: 'EBB_EVENT_ORDER_ID_MISSING',
    what: `"${name}" does not say which order`,
    path: '/properties/order_id',
    fix: 'Send the id of the order as properties.order_id',
  },
})

const noRefundId = (name: string): { refused: Refusal } => ({
  refused: {
    code: 'EBB_EVENT_REFUND_ID_MISSING',
    what: `"${name}" does not say which refund`,
    path: '/properties/refund_id',
    fix: 'Send the refund_id of the "Order Refunded" as properties.refund_id',
  },
})

const unknownCurrency = (value: unknown): Refusal => ({
  code: 'EBB_EVENT_CURRENCY_UNKNOWN',
  what: `${JSON.stringify(value).slice(0, 40)} is not the code of a currency`,
  path: '/properties/currency',
  fix: 'Send an ISO 4217 code such as EUR, or leave it out for the currency of the shop',
})

const notAnAmount = (path: string): Refusal => ({
  code: 'EBB_EVENT_AMOUNT_INVALID',
  what: 'This is not an amount of money',
  path,
  fix: 'Send a plain decimal such as 1299.95, without currency sign and separators',
})

const negative = (path: string): Refusal => ({
  code: 'EBB_EVENT_AMOUNT_NEGATIVE',
  what: 'An amount of money is not negative',
  path,
  fix: 'Send the amount without its sign; the name of the event says which way the money went',
})

const tooLarge = (path: string): Refusal => ({
  code: 'EBB_EVENT_AMOUNT_TOO_LARGE',
  what: 'The amount is above 2^53 minor units',
  path,
  fix: 'Check the amount and its unit: it is counted in whole currency units, not in cents',
})
