import { expect, test } from 'vitest'
import { BEGIN, canonicalEvent, intakeContext } from './bench-shop.ts'
import { emissionOf } from './emission.ts'

const happens = (event: string, seconds: number, visitor = 'v') => {
  const at = BEGIN + seconds * 1_000
  const messageId = `${event} ${seconds} ${visitor}`
  return canonicalEvent({ event, messageId, anonymousId: visitor }, intakeContext(at))
}

test('activity is counted once a customer and turn, an order at once, a tick not at all', async () => {
  const events = [
    happens('Product Viewed', 0),
    happens('Product Viewed', 7),
    happens('Product Viewed', 10, 'w'),
    happens('Product Viewed', 610),
    happens('Order Completed', 1_250),
  ]
  const emission = { name: 'shop', events: 5, customers: 2, records: 4 }
  expect(await emissionOf('shop', events)).toEqual(emission)
})

test('what the last event changed is waited for', async () => {
  const events = [happens('Product Viewed', 0)]
  expect(await emissionOf('shop', events)).toMatchObject({ events: 1, records: 1 })
})
