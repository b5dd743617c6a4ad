import { CUSTOMER_SORTS } from '@ebb/contracts/dashboard-api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatCursor, parseCursor } from './customer-cursor.ts'

const textArb = fc.string().map((text) => text.replaceAll('\0', ''))
const placeArb = fc.record({ customerId: textArb, now: fc.nat() })
const cursorArb = fc.oneof(
  fc.record({ sort: fc.constant('customer' as const), value: textArb }),
  fc.record({
    sort: fc.constantFrom('risk' as const, 'loss' as const),
    value: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({
    sort: fc.constantFrom(...CUSTOMER_SORTS.filter((sort) => !/customer|risk|loss/.test(sort))),
    value: fc.maxSafeInteger(),
  }),
)

test('a cursor comes back as it was', () => {
  fc.assert(
    fc.property(cursorArb, placeArb, (order, place) => {
      const cursor = { ...order, ...place }
      expect(parseCursor(formatCursor(cursor), cursor.sort)).toEqual(cursor)
    }),
  )
})

test('anything else is refused', () => {
  const cursor = { sort: 'risk', value: 1, customerId: 'u:ann', now: 5 } as const
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => parseCursor(text, 'risk')).toThrow('EBB_INSIGHTS_CURSOR')
    }),
  )
  expect(() => parseCursor(formatCursor(cursor), 'revenue')).toThrow('EBB_INSIGHTS_CURSOR')
})

test.each([
  { sort: 'risk', value: 'u:ann' },
  { sort: 'customer', value: 5 },
  { sort: 'revenue', value: 1.5 },
  { sort: 'next', value: 1e300 },
  { sort: 'risk', value: 0.5, customerId: 'u:\0' },
  { sort: 'risk', value: 0.5, now: 1e300 },
] as const)('%j is a cursor of nowhere', (over) => {
  const cursor = { customerId: 'u:ann', now: 5, ...over }
  expect(() => parseCursor(formatCursor(cursor), over.sort)).toThrow('EBB_INSIGHTS_CURSOR')
})
