import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { QUALITY_MEASURES } from '@ebb/contracts/quality-measures'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NOON } from '../insights-fixture.ts'
import { ordered, viewed } from './quality-fixture.ts'
import { countersOf, transitCounters } from './quality-of-event.ts'

const MEASURES: ReadonlySet<string> = new Set(QUALITY_MEASURES.map(({ measure }) => measure))
const faultsOf = (event: CanonicalEvent) =>
  [...countersOf(event), ...transitCounters(event)].filter((counter) => MEASURES.has(counter))
const HOUR_MS = 3_600_000

/** An order with other properties, among them no products unless they are given. */
const orderWith = (properties: object, over: Partial<CanonicalEvent> = {}) =>
  ordered('o1', { properties: { ...ordered('o1').properties, ...properties }, ...over })

test('a page view and an order as they should be have no fault', () => {
  expect(faultsOf(viewed('1'))).toEqual([])
  expect(faultsOf(ordered('o1'))).toEqual([])
  expect(countersOf(ordered('o1'))).toEqual([
    ...['accepted', 'storefront', 'products', 'tracks', 'orders', 'placed'],
    ...['amounts', 'priced'],
  ])
})

describe('a fault is found', () => {
  const BOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'
  test.each<[string, CanonicalEvent]>([
    ['anonymous', viewed('1', { customer: { anonymousId: 'x' } })],
    ['noConsent', { ...viewed('1'), consent: undefined } as unknown as CanonicalEvent],
    ['noPage', viewed('1', { properties: {}, context: { page: { path: ' ' } } })],
    ['noProduct', viewed('1', { name: 'Product Viewed', properties: { path: '/a' } })],
    ['noOrderId', ordered('o1', { order: { id: 'event of o1', amountMinor: 1, currency: 'EUR' } })],
    ['noAmount', ordered('o1', { order: { id: 'o1' } })],
    ['noCurrency', orderWith({ currency: '' })],
    ['unknownName', viewed('1', { name: 'Loyalty Joined' })],
    ['unknownRate', ordered('o1', { flags: ['rate-unknown'] })],
    ['ahead', viewed('1', { flags: ['occurred-in-future'] })],
    ['totalOff', orderWith({ products: [{ product_id: 'p1', price: 5, quantity: 2 }] })],
    [
      'refundOver',
      orderWith({ products: [{ price: '5', quantity: 2 }] }, { name: 'Order Refunded' }),
    ],
    ['impossible', viewed('1', { sentAt: NOON, occurredAt: NOON + 60_000 })],
    ['impossible', orderWith({ promised_at: '2026-05-30' })],
    ['skewed', viewed('1', { sentAt: NOON - 6 * 60_000 })],
    ['skewed', viewed('1', { sentAt: NOON + 6 * 60_000 })],
    ['bots', viewed('1', { context: { userAgent: BOT } })],
  ])('%s', (fault, event) => {
    expect(faultsOf(event)).toEqual(fault === 'noOrderId' ? ['noOrderId', 'totalOff'] : [fault])
  })

  test('guestOrders, of somebody who is anonymous as well', () => {
    const faults = faultsOf(ordered('o1', { customer: { anonymousId: 'x' } }))
    expect(faults).toEqual(['anonymous', 'guestOrders'])
  })
})

describe('the total of an order agrees with its items', () => {
  test.each([
    ['with the discount taken off', { total: 0, discount: 5 }, 1_490],
    ['with shipping and tax put on', { shipping: '3.00', tax: 2 }, 2_490],
    ['with shipping alone', { shipping: '3.00', tax: 2 }, 2_290],
    ['rounded line by line', {}, 1_975],
    ['where an item has no price', { products: [{ product_id: 'p', quantity: 1 }] }, 1],
    ['where there are no items', { products: [] }, 1],
  ])('%s', (_what, properties, amountMinor) => {
    const order = { id: 'o1', amountMinor, currency: 'EUR' }
    expect(faultsOf(orderWith(properties, { order }))).not.toContain('totalOff')
  })

  test('and a refund may be for less, and not for more than that with shipping', () => {
    const refunded = (amountMinor: number) =>
      orderWith(
        { shipping: 3 },
        { name: 'Order Refunded', order: { amountMinor, currency: 'EUR' } },
      )
    expect(faultsOf(refunded(500))).toEqual(['noOrderId'])
    expect(faultsOf(refunded(2_290))).toEqual(['noOrderId'])
    expect(faultsOf(refunded(2_400))).toEqual(['noOrderId', 'refundOver'])
  })
})

test.each([
  ['a promise', { promised_at: { toString: 1, valueOf: 1 } }],
  ['a quantity', { products: [{ price: 1, quantity: { toString: 1, valueOf: 1 } }] }],
])('%s that cannot be made a text is none', (_what, properties) => {
  expect(faultsOf(orderWith(properties))).not.toContain('impossible')
})

test('a back end is not asked for consent or a page, and a screen has none', () => {
  const bare = { properties: {}, consent: undefined } as unknown as Partial<CanonicalEvent>
  expect(faultsOf(viewed('1', { ...bare, sourceRank: 2 }))).toEqual([])
  expect(faultsOf(viewed('1', { ...bare, type: 'screen', name: 'screen' }))).toEqual(['noConsent'])
})

test('what comes late is counted by how late it is', () => {
  const late = (ms: number) => transitCounters(viewed('1', { occurredAt: NOON - ms }))[0]
  expect([-60_000, 0, 1_000, 1_001, HOUR_MS, 800 * 24 * HOUR_MS].map(late)).toEqual([
    ...['lateness:1000', 'lateness:1000', 'lateness:1000', 'lateness:2000', 'lateness:3600000'],
    `lateness:${732 * 24 * HOUR_MS}`,
  ])
})

test('whatever stands in properties and context, it is counted once and nothing is thrown', () => {
  const bag = fc.dictionary(
    fc.constantFrom(
      'products',
      'items',
      'page',
      'userAgent',
      'promised_at',
      'currency',
      'discount',
    ),
    fc.anything(),
  )
  const name = fc.constantFrom('Order Completed', 'Order Refunded', 'Product Viewed', 'page')
  fc.assert(
    fc.property(bag, bag, name, (properties, context, name) => {
      const counters = countersOf(ordered('o1', { properties, context, name }))
      expect(new Set(counters).size).toBe(counters.length)
    }),
  )
})
