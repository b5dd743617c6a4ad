import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { minorUnitExponent } from '@ebb/contracts/currency'
import { decimalOf, toMinorUnits } from '@ebb/contracts/decimal-amount'
import type { Counter } from './counter.ts'

type JsonObject = Readonly<Record<string, unknown>>

/**
 * Whether the amount of an order or a refund agrees with the items that stand beside it, where each of
 * them has a price. An order may leave the discount out and count shipping and tax or not: any amount
 * in between agrees. A refund may be for less.
 */
export const moneyCounters = ({ name, order, properties }: CanonicalEvent): Counter[] => {
  if (name !== 'Order Completed' && name !== 'Order Refunded') return []
  const { amountMinor, currency } = order ?? {}
  if (amountMinor === undefined || currency === undefined) return []
  const exponent = minorUnitExponent(currency)
  const items = itemsMinor(properties, exponent)
  if (items === undefined) return []
  const field = (name: string): number => minorOf(properties[name], exponent) ?? 0
  const tolerance = Math.max(items * TOLERANCE, 1)
  const least = items - field('discount') - tolerance
  const most = items + field('shipping') + field('tax') + tolerance
  if (name === 'Order Refunded')
    return amountMinor > most ? ['pricedRefunds', 'refundOver'] : ['pricedRefunds']
  return amountMinor < least || amountMinor > most ? ['priced', 'totalOff'] : ['priced']
}

/** For what is rounded line by line. */
const TOLERANCE = 0.01

const itemsMinor = ({ products, items }: JsonObject, exponent: number): number | undefined => {
  const lines = [products, items].find((list) => Array.isArray(list) && list.length > 0)
  if (!Array.isArray(lines)) return undefined
  let sum = 0
  for (const line of lines) {
    if (typeof line !== 'object' || line === null) return undefined
    const { price, quantity = 1 } = line as JsonObject
    const minor = minorOf(price, exponent)
    // An object of somebody else's may throw where it is made a number.
    const pieces = typeof quantity === 'object' ? Number.NaN : Number(quantity)
    if (minor === undefined || !(pieces >= 0)) return undefined
    sum += minor * pieces
  }
  return sum
}

const minorOf = (value: unknown, exponent: number): number | undefined => {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const amount = decimalOf(value)
  return typeof amount === 'object' ? toMinorUnits(amount, exponent) : undefined
}
