import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quantile, spreadOf } from './statistics.ts'

test('the spread of measurements is their middle, least and greatest', () => {
  expect(spreadOf([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9 })
  expect(spreadOf([4])).toEqual({ median: 4, min: 4, max: 4 })
})

test('at least the share q of the numbers is not above their quantile, and without it less', () => {
  const numbers = fc.array(fc.integer(), { minLength: 1 }).map((all) => all.sort((a, b) => a - b))
  const share = fc.double({ min: 0.01, max: 1, noNaN: true })
  fc.assert(
    fc.property(numbers, share, (ascending, q) => {
      const found = quantile(ascending, q)
      expect(ascending.filter((number) => number <= found).length).toBeGreaterThanOrEqual(
        q * ascending.length,
      )
      expect(ascending.filter((number) => number < found).length).toBeLessThan(q * ascending.length)
    }),
  )
})
