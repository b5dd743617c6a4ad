import assert from 'node:assert/strict'
import { test } from 'vitest'
import { canonicalEventName, EVENT_NAMES, IDENTIFY_ALIASES } from './event-name-aliases.ts'

test.each([
  ['purchase', 'Order Completed'],
  ['checkout_completed', 'Order Completed'],
  ['view_item', 'Product Viewed'],
  ['product_viewed', 'Product Viewed'],
  ['add_to_wishlist', 'Product Added to Wishlist'],
  ['sign_up', 'identify'],
])('%s of another vocabulary is %s', (alias, name) => {
  assert.equal(canonicalEventName(alias), name)
})

test.each([
  'Order Completed',
  'order_completed',
  'order-completed',
  'order completed',
  'orderCompleted',
  'OrderCompleted',
  'ORDER_COMPLETED',
])('%s is a way to write Order Completed', (written) => {
  assert.equal(canonicalEventName(written), 'Order Completed')
})

test('small words of a name are written in every way too', () => {
  assert.equal(canonicalEventName('productAddedToWishlist'), 'Product Added to Wishlist')
  assert.equal(canonicalEventName('order_canceled'), 'Order Cancelled')
})

test.each(['Return Canceled', 'Refund Cancelled', 'refund_canceled', 'returnCancelled'])(
  '%s is a return that is cancelled',
  (written) => {
    assert.equal(canonicalEventName(written), 'Return Cancelled')
  },
)

test.each(['Newsletter Opened', 'Purchase', 'constructor', '__proto__', ''])(
  '%s is not in the table and stays as it is',
  (name) => {
    assert.equal(canonicalEventName(name), name)
  },
)

test('every canonical name is its own, and no alias stands for two', () => {
  const aliases = EVENT_NAMES.flatMap(({ ga4 = [], shopifyPixel = [] }) => [
    ...new Set([...ga4, ...shopifyPixel]),
  ]).concat(IDENTIFY_ALIASES)
  assert.equal(new Set(aliases).size, aliases.length)
  for (const { name } of EVENT_NAMES) assert.equal(canonicalEventName(name), name)
})
