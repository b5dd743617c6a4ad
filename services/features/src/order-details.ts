import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { minorUnitExponent } from '@ebb/contracts/currency'
import { decimalOf, toMinorUnits } from '@ebb/contracts/decimal-amount'
import { DAY_MS, startOfDay } from '@ebb/customer/calendar'
import type { OrderDetails } from '@ebb/customer/customer-event'
import { reasonOf } from './complaint.ts'
import { itemsOf, unitsOf } from './event-products.ts'
import { firstOf, type JsonObject, presentFields, textOf } from './foreign-value.ts'

type OrderPart = NonNullable<CanonicalEvent['order']>

/** What the order part of an event was read with. */
interface OrderContext {
  /** Canonical name of the event. */
  readonly name: string
  readonly properties: JsonObject
  readonly products: readonly JsonObject[]
  /** IANA name of the shop's: a promised date is a day there. */
  readonly timeZone: string
}

/** What an event says of its order. Amounts are in the base currency. */
export const orderDetails = (
  order: OrderPart,
  { name, properties, products, timeZone }: OrderContext,
): OrderDetails => {
  const { reason, refund_reason } = properties
  return presentFields({
    id: order.id,
    refundId: order.refundId,
    amountMinor: order.baseMinor,
    discountMinor: discountOf(properties['discount'], order),
    units: unitsOf(properties, products),
    items: itemsOf(products),
    promisedAt: promisedAt(properties, timeZone),
    reason: name === 'Order Refunded' ? firstOf(reasonOf, reason, refund_reason) : undefined,
  })
}

/**
 * A discount in minor units of the base currency, half-up, by the ratio of the order's two amounts.
 * An order without an amount, or of nothing, has no ratio, so that its discount is not known.
 */
const discountOf = (
  value: unknown,
  { amountMinor, baseMinor, currency }: OrderPart,
): number | undefined => {
  if (!amountMinor || baseMinor === undefined || currency === undefined) return undefined
  const discount =
    typeof value === 'string' || typeof value === 'number' ? decimalOf(value) : undefined
  if (typeof discount !== 'object') return undefined
  const minor = toMinorUnits(discount, minorUnitExponent(currency))
  if (minor === undefined) return undefined
  const [product, divisor] = [BigInt(minor) * BigInt(baseMinor), BigInt(amountMinor)]
  const base = (2n * product + divisor) / (2n * divisor)
  return base <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(base) : undefined
}

const promisedAt = (properties: JsonObject, timeZone: string): number | undefined =>
  firstOf(
    (value) => promiseOf(value, timeZone),
    properties['promised_at'],
    properties['promised_delivery'],
    properties['estimated_delivery'],
    properties['delivery_date'],
    properties['promised_date'],
  )

const PROMISE =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|[+-]\d\d:?\d\d)?)?$/i

/** An ISO instant, in UTC where it names no offset; or a date: the last ms of that day. */
const promiseOf = (value: unknown, timeZone: string): number | undefined => {
  const [, date, time, offset = 'Z'] = PROMISE.exec(textOf(value) ?? '') ?? []
  if (date === undefined) return undefined
  const midnight = Date.parse(`${date}T00:00Z`)
  // A 31 February would become a day of March.
  if (!(midnight >= 0) || !new Date(midnight).toISOString().startsWith(date)) return undefined
  if (time === undefined) return startOfDay(midnight / DAY_MS + 1, timeZone) - 1
  const zone = offset.toUpperCase().replace(/^(...)(\d\d)$/, '$1:$2')
  const instant = Date.parse(`${date}T${time}${zone}`)
  return instant >= 0 ? instant : undefined
}
