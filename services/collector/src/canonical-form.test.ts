import assert from 'node:assert/strict'
import { CanonicalEvent } from '@ebb/contracts/canonical-event'
import fc from 'fast-check'
import { Compile } from 'typebox/compile'
import { test } from 'vitest'
import { canonicalise, type IntakeContext } from './canonical-form.ts'

const NOON = Date.UTC(2024, 5, 1, 12)
const CONTEXT: IntakeContext = {
  source: 'storefront',
  sourceRank: 1,
  receivedAt: NOON,
  indexInBatch: 0,
  baseCurrency: 'USD',
  rates: { EUR: 1.08 },
}

const accepted = (item: unknown, context: Partial<IntakeContext> = {}) => {
  const outcome = canonicalise(item, { ...CONTEXT, ...context })
  assert.ok('ok' in outcome, JSON.stringify(outcome))
  return outcome.ok
}

const refusalOf = (item: unknown) => {
  const outcome = canonicalise(item, CONTEXT)
  assert.ok('refused' in outcome, JSON.stringify(outcome))
  const { code, path, fix } = outcome.refused
  assert.notEqual(fix, '')
  return `${code} ${path}`
}

test('an event of the Segment form becomes canonical', () => {
  const event = accepted({
    type: 'track',
    event: 'order_completed',
    messageId: 'm-1',
    userId: 4711,
    anonymousId: 'a-1',
    timestamp: '2024-06-01T11:59:00Z',
    properties: { order_id: 1001, total: '19.995', currency: 'eur', coupon: 'X' },
    context: { page: { path: '/thanks' }, consent: { marketing: true } },
    integrations: { All: true },
  })
  assert.deepEqual(event, {
    id: 'm-1',
    type: 'track',
    name: 'Order Completed',
    customer: { userId: '4711', anonymousId: 'a-1' },
    source: 'storefront',
    sourceRank: 1,
    occurredAt: NOON - 60_000,
    receivedAt: NOON,
    order: { id: '1001', amountMinor: 2_000, currency: 'EUR', baseMinor: 2_160 },
    consent: { marketing: true },
    properties: { order_id: 1001, total: '19.995', currency: 'eur', coupon: 'X' },
    context: { page: { path: '/thanks' }, consent: { marketing: true } },
  })
})

test('the type is track unless it is said, null and blank text are absent', () => {
  const event = accepted({
    type: null,
    event: 'Bell Rung',
    userId: ' ',
    anonymousId: 'a',
    traits: null,
  })
  assert.equal(event.type, 'track')
  assert.equal(event.name, 'Bell Rung')
  assert.deepEqual(event.customer, { anonymousId: 'a' })
})

test('types without a name of their own are named by their type', () => {
  const page = accepted({ type: 'page', name: 'Home', userId: 'u', properties: { path: '/' } })
  assert.equal(page.name, 'page')
  assert.deepEqual(page.properties, { name: 'Home', path: '/' })
  const login = accepted({ event: 'login', userId: 'u' })
  assert.deepEqual([login.type, login.name], ['identify', 'identify'])
  const alias = accepted({ type: 'alias', userId: 'u', previousId: 'a' })
  assert.deepEqual(alias.properties, { previousId: 'a' })
})

test('traits go into the context, over those that stand there', () => {
  const item = { type: 'identify', userId: 'u', traits: { plan: 'b' } }
  assert.deepEqual(accepted(item).context, { traits: { plan: 'b' } })
  const context = { traits: { plan: 'a', city: 'c' }, locale: 'en' }
  assert.deepEqual(accepted({ ...item, context }).context, {
    traits: { plan: 'b', city: 'c' },
    locale: 'en',
  })
})

test("a batch's context lies under that of its events", () => {
  const batchContext = { library: { name: 'x' }, locale: 'en' }
  const { context } = accepted(
    { event: 'e', userId: 'u', context: { locale: 'de' } },
    { batchContext },
  )
  assert.deepEqual(context, { library: { name: 'x' }, locale: 'de' })
})

test('the same event sent again has the same id, another place in the batch another', () => {
  const item = { event: 'e', userId: 'u', timestamp: '2024-06-01T11:00:00Z' }
  const { id } = accepted({ ...item, sentAt: '2024-06-01T11:00:01Z' })
  assert.equal(accepted({ ...item, sentAt: '2024-06-01T11:00:09Z' }).id, id)
  assert.notEqual(accepted(item, { indexInBatch: 1 }).id, id)
  assert.notEqual(accepted(item, { source: 'app' }).id, id)
  assert.notEqual(accepted({ ...item, userId: 'v' }).id, id)
})

test('an event with neither id nor timestamp is one of its own', () => {
  const item = { event: 'e', userId: 'u' }
  assert.notEqual(accepted(item).id, accepted(item).id)
})

const order = (name: string, properties: Record<string, unknown>) =>
  accepted({ event: name, userId: 'u', messageId: 'm', properties }).order

test('an order is known by the first id that is there, a completed one without by its event', () => {
  assert.equal(order('Order Completed', { orderId: '', transaction_id: 't', id: 'i' })?.id, 't')
  assert.equal(order('Order Completed', {})?.id, 'm')
  assert.deepEqual(order('Order Refunded', { refund_id: 7, total: 5 }), {
    refundId: '7',
    amountMinor: 500,
    currency: 'USD',
    baseMinor: 500,
  })
  assert.equal(order('Product Added', { order_id: 'o', total: 'much' }), undefined)
})

test('a return that is cancelled is known by its refund, and says no amount', () => {
  const cancelled = { refund_id: 'r', order_id: 'o', total: 'all' }
  assert.deepEqual(order('Refund Canceled', cancelled), { id: 'o', refundId: 'r' })
  assert.deepEqual(order('Return Cancelled', { refundId: 7 }), { refundId: '7' })
})

test('a delivery and a delay carry the order that they name, and no amount', () => {
  for (const name of ['Order Delivered', 'Delivery Late']) {
    assert.deepEqual(order(name, { order_id: 'o', refund_id: 'r', total: 'all' }), { id: 'o' })
    assert.deepEqual(order(name, { promised_at: '2024-06-01' }), {})
  }
})

test('total goes before revenue, value and amount', () => {
  assert.equal(order('Order Completed', { amount: 4, value: 3, revenue: 2 })?.amountMinor, 200)
  assert.equal(order('Order Completed', { revenue: 2, total: 0 })?.amountMinor, 0)
  assert.equal(order('Order Completed', { total: null, value: 3 })?.amountMinor, 300)
})

test('an unknown rate keeps the order, without base amount and flagged', () => {
  const properties = { total: 10, currency: 'GBP' }
  const event = accepted({ event: 'Order Completed', userId: 'u', messageId: 'm', properties })
  assert.deepEqual(event.order, { id: 'm', amountMinor: 1_000, currency: 'GBP' })
  assert.deepEqual(event.flags, ['rate-unknown'])
})

test('a time far ahead is flagged', () => {
  const event = accepted({ event: 'e', userId: 'u', timestamp: '2100-01-01' })
  assert.deepEqual(event.flags, ['occurred-in-future'])
  assert.equal(event.occurredAt, NOON)
})

test('a review has stars', () => {
  const review = { event: 'Product Reviewed', userId: 'u', properties: { rating: '4.5' } }
  assert.equal(accepted(review).rating, 4.5)
  assert.equal(accepted({ ...review, properties: {} }).rating, undefined)
})

const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels))
const completed = { event: 'Order Completed', userId: 'u' }

test.each([
  [null, 'EBB_EVENT_NOT_OBJECT '],
  [['event'], 'EBB_EVENT_NOT_OBJECT '],
  [{ type: 'Track', userId: 'u' }, 'EBB_EVENT_FIELD_TYPE /type'],
  [{ event: 7, userId: 'u' }, 'EBB_EVENT_FIELD_TYPE /event'],
  [{ event: 'e', userId: { id: 1 } }, 'EBB_EVENT_FIELD_TYPE /userId'],
  [{ event: 'e', userId: 'u', properties: [] }, 'EBB_EVENT_FIELD_TYPE /properties'],
  [{ event: 'e', userId: 'u', timestamp: {} }, 'EBB_EVENT_FIELD_TYPE /timestamp'],
  [{ event: 'e', userId: 'u', timestamp: 'now' }, 'EBB_EVENT_TIMESTAMP_INVALID /timestamp'],
  [{ event: 'e', userId: 'u', timestamp: '1970-01-01' }, 'EBB_EVENT_TOO_OLD /timestamp'],
  [{ userId: 'u' }, 'EBB_EVENT_NAME_MISSING /event'],
  [{ event: 'e'.repeat(201), userId: 'u' }, 'EBB_EVENT_NAME_TOO_LONG /event'],
  [{ event: 'e' }, 'EBB_EVENT_CUSTOMER_MISSING /userId'],
  [{ event: 'e', userId: 'u'.repeat(257) }, 'EBB_EVENT_ID_INVALID /userId'],
  [{ event: 'e', userId: 'u', messageId: 'a\u0000b' }, 'EBB_EVENT_ID_INVALID /messageId'],
  [{ event: 'e', userId: 2 ** 53 }, 'EBB_EVENT_ID_INVALID /userId'],
  [{ event: 'e', userId: 'u', properties: { a: deep(31) } }, 'EBB_EVENT_TOO_DEEP '],
  [{ event: 'e', userId: 'u', context: { a: deep(100_000) } }, 'EBB_EVENT_TOO_DEEP '],
  [{ ...completed, properties: { total: '1,99' } }, 'EBB_EVENT_AMOUNT_INVALID /properties/total'],
  [{ ...completed, properties: { value: {} } }, 'EBB_EVENT_AMOUNT_INVALID /properties/value'],
  [{ ...completed, properties: { total: -1 } }, 'EBB_EVENT_AMOUNT_NEGATIVE /properties/total'],
  [{ ...completed, properties: { total: 1e15 } }, 'EBB_EVENT_AMOUNT_TOO_LARGE /properties/total'],
  [
    { ...completed, properties: { total: 1, currency: 'Euro' } },
    'EBB_EVENT_CURRENCY_UNKNOWN /properties/currency',
  ],
  [{ ...completed, properties: { order_id: [] } }, 'EBB_EVENT_ID_INVALID /properties/order_id'],
  [{ event: 'Order Cancelled', userId: 'u' }, 'EBB_EVENT_ORDER_ID_MISSING /properties/order_id'],
  [
    { event: 'Return Cancelled', userId: 'u', properties: { order_id: 'o' } },
    'EBB_EVENT_REFUND_ID_MISSING /properties/refund_id',
  ],
  [
    { event: 'Product Reviewed', userId: 'u', properties: { rating: 8 } },
    'EBB_EVENT_RATING_INVALID /properties/rating',
  ],
])('%.80j is refused: %s', (item, expected) => {
  assert.equal(refusalOf(item), expected)
})

test('an event may be 32 levels deep', () => {
  assert.equal(accepted({ event: 'e', userId: 'u', properties: { a: deep(30) } }).name, 'e')
})

test('keys that reach for a prototype are kept as data and change nothing', () => {
  const item = JSON.parse(
    '{"event":"Order Completed","userId":"u","__proto__":{"type":"identify"},' +
      '"properties":{"__proto__":{"total":5},"constructor":{"prototype":{"x":1}}},"traits":{"a":1},' +
      '"context":{"__proto__":{"polluted":true}}}',
  )
  const event = accepted(item, { batchContext: JSON.parse('{"__proto__":{"polluted":true}}') })
  assert.equal(event.order?.amountMinor, undefined)
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
  assert.equal(Object.getPrototypeOf(event.context), Object.prototype)
})

const check = Compile(CanonicalEvent)
const oddValue = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    '',
    ' ',
    'Order Completed',
    'EUR',
    '1e400',
    '-0.1',
    '12.345',
    '2024-05-01',
  ),
  fc.constantFrom<unknown>('track', 'identify', 'page', 2 ** 60, -1, 0, 7, 1e308, null),
)
const field = fc.constantFrom(
  ...['type', 'event', 'userId', 'anonymousId', 'messageId', 'timestamp', 'originalTimestamp'],
  ...['sentAt', 'traits', 'consent', 'groupId', 'previousId', 'name', '__proto__'],
)
const property = fc.constantFrom(
  ...['order_id', 'orderId', 'id', 'refund_id', 'total', 'revenue', 'value', 'amount'],
  ...['currency', 'rating', '__proto__', 'traits', 'consent', 'consentManagement'],
)
const bag = fc.dictionary(property, oddValue, { maxKeys: 2, noNullPrototype: true })
const likely = fc.record({
  event: fc.constantFrom(
    ...['Order Completed', 'Order Refunded', 'Return Cancelled', 'Delivery Late'],
    ...['Product Reviewed', 'login', 'e'],
  ),
  userId: fc.oneof(fc.string({ minLength: 1 }), fc.integer()),
  properties: bag,
  context: bag,
})
const odd = fc
  .tuple(likely, fc.dictionary(field, oddValue, { maxKeys: 2 }))
  .map(([event, fields]) => ({ ...event, ...fields }))

test('whatever comes in is accepted as the schema has it, or refused with a reason', () => {
  let taken = 0
  fc.assert(
    fc.property(fc.oneof(odd, fc.jsonValue()), (value) => {
      const item = JSON.parse(JSON.stringify(value))
      const outcome = canonicalise(item, CONTEXT)
      if ('refused' in outcome) {
        assert.match(outcome.refused.code, /^EBB_EVENT_/)
        return
      }
      taken += 1
      const written = JSON.parse(JSON.stringify(outcome.ok))
      assert.ok(check.Check(written), JSON.stringify([...check.Errors(written)]))
    }),
    { numRuns: 3_000 },
  )
  assert.ok(taken > 300, `only ${taken} were accepted, so little was tested`)
})
