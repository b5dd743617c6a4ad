import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { CHANNELS, DEVICES } from '@ebb/customer/taste-codes'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { customerEventOf } from './customer-event.ts'
import { canonical, NOON } from './features-fixture.ts'

const read = (over: Partial<CanonicalEvent>) => customerEventOf(canonical('e', over), 'UTC')

const BARE = {
  id: 'e',
  type: 'track',
  name: 'Product Viewed',
  customer: { userId: 'ann' },
  sourceRank: 1,
  source: 'storefront',
  occurredAt: NOON,
}

test('an event that says nothing more has nothing more', () => {
  expect(Object.keys(read({}))).toEqual(Object.keys(BARE))
  expect(read({})).toEqual(BARE)
})

test('an event has what its properties and its context say', () => {
  const event = read({
    name: 'Order Completed',
    order: { id: 'o', amountMinor: 1_990, currency: 'USD', baseMinor: 1_990 },
    rating: 4,
    consent: { marketing: true },
    properties: { products: [{ product_id: 'p', category: 'Tea', brand: 'Leaf' }] },
    context: {
      page: { url: 'https://shop.example/thanks?gclid=1', referrer: 'https://shop.example/' },
      userAgentData: { mobile: true },
    },
  })
  expect(event).toEqual({
    ...BARE,
    name: 'Order Completed',
    order: { id: 'o', amountMinor: 1_990, units: 1, items: ['p'] },
    rating: 4,
    consent: { marketing: true },
    page: '/thanks',
    channel: 'paid search',
    device: 'mobile',
    categories: ['Tea'],
    brands: ['Leaf'],
  })
})

describe('the page', () => {
  test('is that of the context, else of the properties; the path goes before the URL', () => {
    const page = { path: '/a', url: 'https://shop.example/b' }
    const properties = { path: '/c', url: 'https://shop.example/d' }
    expect(read({ context: { page }, properties }).page).toBe('/a')
    expect(read({ context: { page: { ...page, path: 1 } }, properties }).page).toBe('/b')
    expect(read({ context: { page: '/x' }, properties }).page).toBe('/c')
    expect(read({ properties: { url: properties.url } }).page).toBe('/d')
  })

  test.each(['track', 'page', 'screen'] as const)('is kept of a %s event', (type) => {
    expect(read({ type, properties: { path: '/c' } }).page).toBe('/c')
  })

  test('is not kept of other events', () => {
    expect(read({ type: 'identify', properties: { path: '/c' } }).page).toBeUndefined()
  })
})

test('a case has its id, a search how much it found, an answer its complaint', () => {
  const { ticketId } = read({ name: 'Ticket Opened', properties: { ticket_id: 17 } })
  expect(ticketId).toBe('17')
  expect(read({ name: 'Ticket Resolved', properties: { case_id: 'c' } }).ticketId).toBe('c')
  const { results } = read({ name: 'Products Searched', properties: { results_count: '0' } })
  expect(results).toBe(0)
  expect(read({ name: 'Survey Answered', properties: { reason: 'PRICE' } }).complaint).toBe('PRICE')
  const elsewhere = read({ properties: { ticket_id: 17, results: 3, reason: 'PRICE' } })
  expect(elsewhere).toEqual(BARE)
})

test('nothing of who somebody is comes in with the properties', () => {
  const jane = 'jane@x.com'
  const event = read({
    type: 'page',
    properties: { email: jane, path: `/account/${jane}`, comment: jane, phone: '+4915112345678' },
    context: {
      traits: { email: jane },
      ip: '203.0.113.7',
      page: { url: `https://shop.example/account/${jane}?email=${jane}`, referrer: `x://${jane}/` },
      campaign: { source: 'crm', medium: 'email', name: jane },
    },
  })
  expect(JSON.stringify(event)).not.toMatch(/jane|x\.com|151|203/)
  expect(event).toMatchObject({ page: '/account/:id', channel: 'email' })
})

const NAMES = [
  ...['Order Completed', 'Order Refunded', 'Return Cancelled', 'Delivery Late', 'Product Reviewed'],
  ...['Survey Answered', 'Ticket Opened', 'Products Searched', 'Product Viewed'],
]
const ODD = [
  ...['https://x.example/%?utm_medium=%zz#', 'android-app://', '9999-12-31', '-0', '1e400', '12'],
  ...['\ud800', 'x'.repeat(300), '2024-02-30', 'price', 'too late', 'ios', 2 ** 53, -0, true],
]
const odd = fc.oneof(
  fc.anything({ maxDepth: 1, maxKeys: 2 }),
  fc.constantFrom<unknown>(...ODD),
  fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 80 }),
)
/** These fields, any of which may be missing or odd; or no such object at all. */
const bag = (fields: string, inner: Record<string, fc.Arbitrary<unknown>> = {}) => {
  const outer = Object.fromEntries(fields.split(' ').map((field) => [field, odd]))
  return fc.record<Record<string, unknown>, never>({ ...outer, ...inner }, { requiredKeys: [] })
}
const product = fc.oneof(bag('product_id sku name category brand quantity item_brand'), odd)
const products = fc.oneof(fc.array(product, { maxLength: 3 }), odd)
const anyProperties = bag(
  'path url referrer category brand quantity units discount promised_at delivery_date reason text ' +
    'ticket_id results utm_source utm_medium gclid __proto__ constructor',
  { products, items: products },
)
const anyContext = bag('userAgent user_agent', {
  page: fc.oneof(bag('path url referrer'), odd),
  campaign: fc.oneof(bag('source medium name'), odd),
  device: fc.oneof(bag('type'), odd),
  os: fc.oneof(bag('name'), odd),
  app: odd,
  userAgentData: fc.oneof(bag('mobile platform'), odd),
})

const shortNames = (names: readonly string[] = []) =>
  names.length <= 16 && names.every((name) => name.length <= 64 && name.isWellFormed())
const wholes = (...numbers: (number | undefined)[]) =>
  numbers.every((number) => number === undefined || (Number.isSafeInteger(number) && number >= 0))

test('properties and context of any kind are read without a fault, and within bounds', () => {
  const order = { id: 'o', amountMinor: 3, baseMinor: 2 ** 52, currency: 'USD' }
  let told = 0
  fc.assert(
    fc.property(
      anyProperties,
      anyContext,
      fc.constantFrom(...NAMES),
      (properties, context, name) => {
        const event = read({ name, properties, context, order })
        const { page, channel, device, results, categories, brands } = event
        const { discountMinor, units, items = [], promisedAt } = event.order ?? {}
        told += Object.keys(event).length - Object.keys(BARE).length - 1
        expect(page === undefined || shortNames([page])).toBe(true)
        expect(shortNames(categories) && shortNames(brands) && items.length <= 64).toBe(true)
        expect(channel === undefined || CHANNELS.includes(channel)).toBe(true)
        expect(device === undefined || DEVICES.includes(device)).toBe(true)
        expect(wholes(results, discountMinor, units, promisedAt)).toBe(true)
        expect(Object.values({ ...event, ...event.order })).not.toContain(undefined)
      },
    ),
    { numRuns: 1_000 },
  )
  expect(told).toBeGreaterThan(1_000)
})
