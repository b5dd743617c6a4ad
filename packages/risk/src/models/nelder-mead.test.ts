import { expect, it } from 'vitest'
import { nelderMead } from './nelder-mead.ts'

const search = { step: 0.5, tolerance: 1e-10, maxEvaluations: 2000 }

it('finds the bottom of the curved valley of Rosenbrock', () => {
  const valley = ([x, y]: readonly number[]) => (1 - x!) ** 2 + 100 * (y! - x! * x!) ** 2
  const { point, value } = nelderMead(valley, { ...search, start: [-1.2, 1] })
  expect(value).toBeLessThan(1e-12)
  expect(point[0]).toBeCloseTo(1, 6)
  expect(point[1]).toBeCloseTo(1, 6)
})

it('stays inside a domain that is fenced off with NaN', () => {
  const { point } = nelderMead(([x]) => Math.log(x! - 1) ** 2, { ...search, start: [1.2] })
  expect(point[0]).toBeCloseTo(2, 6)
})

it('ends when its evaluations are used up, with the best point so far', () => {
  let evaluations = 0
  const slope = ([x]: readonly number[]) => {
    evaluations += 1
    return -x!
  }
  const { point, value } = nelderMead(slope, { ...search, start: [0], maxEvaluations: 50 })
  expect(value).toBe(-point[0]!)
  expect(value).toBeLessThan(-100)
  expect(evaluations).toBeLessThan(60)
})
