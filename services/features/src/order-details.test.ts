import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { describe, expect, test } from 'vitest'
import { productsOf } from './event-products.ts'
import { orderDetails } from './order-details.ts'

const USD = { amountMinor: 2_000, baseMinor: 2_000, currency: 'USD' }
const EUR = { amountMinor: 2_000, baseMinor: 2_161, currency: 'EUR' }

const details = (
  properties: Record<string, unknown>,
  order: NonNullable<CanonicalEvent['order']> = USD,
  over: { readonly name?: string; readonly timeZone?: string } = {},
) => {
  const products = productsOf(properties)
  const context = { name: 'Order Completed', timeZone: 'UTC', properties, products, ...over }
  return orderDetails(order, context)
}

test('an order has what its event says, in the base currency, and nothing else', () => {
  expect(details({}, {})).toEqual({})
  const order = { ...EUR, id: 'o', refundId: 'r' }
  const properties = {
    products: [{ product_id: 'p', quantity: 2 }],
    discount: '4.50',
    promised_at: '2024-06-03T18:00:00Z',
  }
  expect(details(properties, order)).toEqual({
    id: 'o',
    refundId: 'r',
    amountMinor: 2_161,
    discountMinor: 486,
    units: 2,
    items: ['p'],
    promisedAt: Date.UTC(2024, 5, 3, 18),
  })
})

describe('a discount', () => {
  test.each([
    ['4.505', USD, 451],
    [4.5, USD, 450],
    [0, USD, 0],
    ['0.7', EUR, 76],
    ['100', { amountMinor: 500, baseMinor: 340, currency: 'JPY' }, 68],
    ['1.5', { amountMinor: 10_000, baseMinor: 3_255, currency: 'KWD' }, 488],
  ])('of %s is in the base currency, half-up', (discount, order, minor) => {
    expect(details({ discount }, order).discountMinor).toBe(minor)
  })

  test.each([
    ['-1', USD],
    ['1,50', USD],
    [[1], USD],
    [true, USD],
    [Number.NaN, USD],
    [1e15, USD],
    [1e10, { amountMinor: 1, baseMinor: 1e15, currency: 'USD' }],
    [1, { amountMinor: 0, baseMinor: 0, currency: 'EUR' }],
    [1, { amountMinor: 2_000, currency: 'GBP' }],
    [1, {}],
  ])('of %j, of an order like %j, is not known', (discount, order) => {
    expect(details({ discount }, order).discountMinor).toBeUndefined()
  })
})

describe('a promise', () => {
  const promised = (promised_date: unknown, timeZone = 'UTC') =>
    details({ promised_date }, USD, { timeZone }).promisedAt

  test.each([
    ['2024-06-03T18:00:00.5Z', Date.UTC(2024, 5, 3, 18, 0, 0, 500)],
    ['2024-06-03T18:00', Date.UTC(2024, 5, 3, 18)],
    ['2024-06-03 18:00:00 +0200', Date.UTC(2024, 5, 3, 16)],
    ['2024-06-03T18:00:00-07:00', Date.UTC(2024, 5, 4, 1)],
  ])('of %s is an instant', (text, instant) => {
    expect(promised(text)).toBe(instant)
  })

  test('of a date holds until the end of that day in the shop', () => {
    expect(promised('2024-06-03')).toBe(Date.UTC(2024, 5, 4) - 1)
    expect(promised('2024-06-03', 'America/New_York')).toBe(Date.UTC(2024, 5, 4, 4) - 1)
    // The clocks are put back on that day.
    expect(promised('2024-10-27', 'Europe/Berlin')).toBe(Date.UTC(2024, 9, 27, 23) - 1)
  })

  test.each([
    ...['2024-02-31', '2024-13-01', '2024-06-03T25:00Z', '1969-12-31', '1970-01-01T00:00+02:00'],
    ...['3 June', '2024-6-3', 1_717_430_400_000, null, {}],
  ])('of %j is none', (value) => {
    expect(promised(value)).toBeUndefined()
  })

  test('stands where shops put it, and what cannot be read hides no other', () => {
    const noon = '2024-06-03T12:00Z'
    for (const field of ['promised_at', 'promised_delivery', 'estimated_delivery', 'delivery_date'])
      expect(details({ [field]: noon }).promisedAt).toBe(Date.UTC(2024, 5, 3, 12))
    expect(details({ promised_at: 'soon', delivery_date: noon }).promisedAt).toBeDefined()
  })
})

test('a refund says why, and other events of an order do not', () => {
  const refunded = (properties: Record<string, unknown>) =>
    details(properties, {}, { name: 'Order Refunded' }).reason
  expect(refunded({ reason: 'arrived damaged' })).toBe('QUALITY')
  expect(refunded({ reason: 'RMA 7', refund_reason: 'PRICE' })).toBe('PRICE')
  expect(refunded({ reason: 'RMA 7' })).toBeUndefined()
  expect(details({ reason: 'PRICE' }).reason).toBeUndefined()
})
