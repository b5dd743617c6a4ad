import fc from 'fast-check'
import { expect, it } from 'vitest'
import { populationStability } from './population-stability.ts'

it('finds the known index of two groups', () => {
  // Shares (.25, .75) and (.75, .25), half a case in each group.
  const known = 2 * 0.5 * Math.log(3)
  expect(populationStability([0.5, 2.5], [2.5, 0.5])).toBeCloseTo(known, 15)
})

it('is nothing where nothing moved, and some number where a group is empty', () => {
  expect(populationStability([10, 20, 30], [10, 20, 30])).toBe(0)
  const moved = populationStability([100, 0], [0, 100])
  expect(moved).toBeGreaterThan(0.25)
  expect(moved).toBeLessThan(Number.POSITIVE_INFINITY)
})

it('is never negative, and the same both ways', () => {
  const groups = fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { minLength: 1 })
  const bothSides = groups.filter((pairs) => pairs.some(([a]) => a > 0) && pairs.some(([, b]) => b))
  fc.assert(
    fc.property(bothSides, (pairs) => {
      const [expected, actual] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)]
      const index = populationStability(expected, actual)
      expect(index).toBeGreaterThanOrEqual(0)
      expect(populationStability(actual, expected)).toBeCloseTo(index, 12)
    }),
  )
})

it('refuses what cannot be compared, and has no number for nothing', () => {
  expect(() => populationStability([1, 2], [1, 2, 3])).toThrow(RangeError)
  expect(populationStability([0, 0], [1, 2])).toBeNaN()
})
