import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orderWithin } from './follow-orders.ts'

const AT = 100
const UNTIL = 200

/** What is known of the horizon after rhythms that end with these orders. */
const after = (...lastAts: readonly (number | null)[]): number | null =>
  lastAts.reduce<number | null>(
    (orderedAt, lastAt) => orderWithin({ at: AT, until: UNTIL, orderedAt }, lastAt),
    null,
  )

test('an order counts from behind the risk to the end of its horizon', () => {
  expect([AT, AT + 1, UNTIL, UNTIL + 1].map((lastAt) => after(lastAt))).toEqual([
    ...[null, AT + 1, UNTIL, null],
  ])
})

test('an order that is taken back counts no more, unless a later one hides that', () => {
  expect(after(150, 90)).toBeNull()
  expect(after(150, null)).toBeNull()
  expect(after(150, 250, 250)).toBe(150)
  expect(after(150, 250, 90)).toBeNull()
})

test('where orders only come, it is the latest one within the horizon', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 300 })), (orders) => {
      const rising = orders.toSorted((a, b) => a - b)
      const within = rising.filter((at) => at > AT && at <= UNTIL)
      expect(after(...rising)).toBe(within.at(-1) ?? null)
    }),
  )
})
