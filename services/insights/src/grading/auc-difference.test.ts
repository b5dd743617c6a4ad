import { auc } from '@ebb/risk/grading/metrics'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aucDifference, type JudgedTwice } from './auc-difference.ts'

const level = fc.integer({ min: 0, max: 6 })
const judged = fc.record({ first: level, second: level, isTrue: fc.boolean() })
const bothKinds = fc
  .array(judged, { minLength: 4, maxLength: 30 })
  .filter((cases) => new Set(cases.map(({ isTrue }) => isTrue)).size === 2)

/** The same by its definition: every pair of a true and a false case. */
const byPairs = (cases: readonly JudgedTwice[]) => {
  const [some, none] = [true, false].map((kind) => cases.filter(({ isTrue }) => isTrue === kind))
  const wins = (above: number, below: number) => (Math.sign(above - below) + 1) / 2
  const gain = (one: JudgedTwice, other: JudgedTwice) =>
    wins(one.first, other.first) - wins(one.second, other.second)
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
  const spread = (values: readonly number[]) => {
    const centre = mean(values)
    if (values.length < 2) return 0
    return values.reduce((sum, each) => sum + (each - centre) ** 2, 0) / (values.length - 1)
  }
  const ofTrue = some!.map((one) => mean(none!.map((other) => gain(one, other))))
  const ofFalse = none!.map((other) => mean(some!.map((one) => gain(one, other))))
  const variance = spread(ofTrue) / ofTrue.length + spread(ofFalse) / ofFalse.length
  return { difference: mean(ofTrue), error: Math.sqrt(variance) }
}

test('it is what every pair of cases says', () => {
  fc.assert(
    fc.property(bothKinds, (cases) => {
      const { difference, z } = aucDifference(cases)
      const slow = byPairs(cases)
      expect(difference).toBeCloseTo(slow.difference, 9)
      if (Math.abs(slow.difference) < 1e-9) expect(z).toBe(0)
      else if (slow.error < 1e-9) expect(Math.abs(z)).toBeGreaterThan(1e6)
      else expect(z).toBeCloseTo(slow.difference / slow.error, 6)
    }),
  )
})

test('it turns round with its two sides, and is none between a ranking and itself', () => {
  fc.assert(
    fc.property(bothKinds, (cases) => {
      const turned = cases.map(({ first, second, isTrue }) => ({
        ...{ first: second, second: first, isTrue },
      }))
      const [one, other] = [aucDifference(cases), aucDifference(turned)]
      expect(one.difference).toBeCloseTo(-other.difference, 9)
      const alone = cases.map(({ first, isTrue }) => ({ first, second: first, isTrue }))
      expect(aucDifference(alone)).toEqual({ difference: 0, z: 0 })
      const risks = cases.map(({ first: risk, isTrue }) => ({ risk, isTrue }))
      expect(one.difference).toBeLessThanOrEqual(auc(risks) + 1e-9)
    }),
  )
})

test('without both kinds of cases there is nothing to compare', () => {
  const { z } = aucDifference([{ first: 1, second: 2, isTrue: true }])
  expect(z).toBeNaN()
})
