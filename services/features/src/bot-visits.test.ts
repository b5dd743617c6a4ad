import { EVENT_NAMES } from '@ebb/contracts/event-name-aliases'
import { describe, expect, test } from 'vitest'
import { featuresDefinition } from './features-definition.ts'
import { canonical, logged, NOON, orderEvent, recordOf, SHOP } from './features-fixture.ts'

const definition = featuresDefinition(SHOP)
const BOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'

/** Whether an event becomes part of its customer, who was not known before. */
const isFolded = (event: ReturnType<typeof canonical>): boolean =>
  definition.handle(undefined, logged(recordOf(event)), { clock: NOON, partition: 0 }).state !==
  undefined

/** What only looks. */
const VIEWS = [
  ...['Page Viewed', 'Screen Viewed', 'Product Viewed', 'Product List Viewed'],
  'Products Searched',
]

describe('with the user agent of a bot', () => {
  const context = { userAgent: BOT }

  test.each(VIEWS)('%s stays in the log, and out of the customer', (name) => {
    expect(isFolded(canonical('1', { name, context }))).toBe(false)
    expect(isFolded(canonical('1', { name }))).toBe(true)
  })

  test.each(['page', 'screen'] as const)('so does a call of %s', (type) => {
    expect(isFolded(canonical('1', { type, name: type, context }))).toBe(false)
  })

  test('everything else counts: orders, refunds, tickets, carts, names of the shop', () => {
    for (const { name } of EVENT_NAMES) {
      if (VIEWS.includes(name)) continue
      const order = { id: 'o1', refundId: 'r1', amountMinor: 1_990, baseMinor: 1_990 }
      expect(isFolded(orderEvent('o1', { name, context, order })), name).toBe(true)
    }
    expect(isFolded(canonical('1', { name: 'Loyalty Joined', context }))).toBe(true)
    expect(isFolded(canonical('1', { type: 'identify', name: 'identify', context }))).toBe(true)
  })
})

/** Contexts as the libraries of back ends fill them. */
const BACK_ENDS: readonly Record<string, unknown>[] = [
  { library: { name: '@segment/analytics-node', version: '2.1.3' } },
  { library: { name: '@rudderstack/rudder-sdk-node', version: '3.0.0' } },
  { library: { name: 'analytics-python', version: '2.2.3' } },
  { userAgent: 'posthog-node/5.1.0' },
  { userAgent: 'axios/1.7.2' },
  { userAgent: 'python-requests/2.31.0' },
  { userAgent: 'node' },
]

test.each(BACK_ENDS)('of a back end with %j no event is left out, views neither', (context) => {
  for (const name of VIEWS)
    expect(isFolded(canonical('1', { name, context, sourceRank: 2 })), name).toBe(true)
  expect(isFolded(orderEvent('o1', { context, sourceRank: 2 }))).toBe(true)
})
