import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  auc,
  averagePrecision,
  brier,
  calibrationCurve,
  expectedCalibrationError,
  type Judged,
  liftAt,
  liftCurve,
} from './metrics.ts'

/** Cases by risk; a capital is a true one. */
const CASES: readonly Judged[] = [0.9, 0.8, 0.7, 0.5, 0.4, 0.3, 0.2, 0.1].map((risk, i) => ({
  risk,
  isTrue: i % 2 === 0,
}))
const tied = (...isTrue: boolean[]): Judged[] => isTrue.map((each) => ({ risk: 0.5, isTrue: each }))

const risks = fc.integer({ min: 0, max: 6 }).map((sixths) => sixths / 6)
const judged = fc.array(fc.record({ risk: risks, isTrue: fc.boolean() }), { minLength: 2 })
const mixed = judged.filter((cases) => new Set(cases.map(({ isTrue }) => isTrue)).size === 2)

it('finds the known area under the curve, average precision, lift and Brier score', () => {
  expect(auc(CASES)).toBe(10 / 16)
  expect(averagePrecision(CASES)).toBeCloseTo((1 + 2 / 3 + 3 / 5 + 4 / 7) / 4, 15)
  expect(liftAt(CASES, 1 / 8)).toBe(2)
  expect(liftAt(CASES, 3 / 8)).toBeCloseTo(4 / 3, 15)
  expect(brier(CASES)).toBeCloseTo((0.01 + 0.64 + 0.09 + 0.25 + 0.36 + 0.09 + 0.64 + 0.01) / 8, 15)
})

it('counts a tie half, and takes its cases in part', () => {
  expect(auc(tied(true, false, false, true))).toBe(0.5)
  expect(averagePrecision(tied(true, false, false, true))).toBe(0.5)
  expect(liftAt(tied(true, false, false, true), 0.25)).toBe(1)
})

it('has no number for what needs both kinds of cases', () => {
  expect(auc(tied(true, true))).toBeNaN()
  expect(averagePrecision(tied(false))).toBeNaN()
  expect(liftAt(tied(false), 0.5)).toBeNaN()
  expect(brier([])).toBeNaN()
  expect(expectedCalibrationError([])).toBeNaN()
})

it('has an area that is the share of pairs in the right order, for any cases', () => {
  fc.assert(
    fc.property(mixed, (cases) => {
      const [right, wrong] = [true, false].map((kind) => cases.filter((c) => c.isTrue === kind))
      const wins = right!.flatMap((left) =>
        wrong!.map(({ risk }) => (left.risk > risk ? 1 : left.risk === risk ? 0.5 : 0)),
      )
      const share = wins.reduce((sum: number, win) => sum + win, 0) / wins.length
      expect(auc(cases)).toBeCloseTo(share, 12)
    }),
  )
})

it('does not hang on the order of cases, and lifts all by one', () => {
  fc.assert(
    fc.property(mixed, (cases) => {
      const turned = cases.toReversed()
      expect(auc(turned)).toBe(auc(cases))
      expect(averagePrecision(turned)).toBe(averagePrecision(cases))
      expect(expectedCalibrationError(turned)).toBeCloseTo(expectedCalibrationError(cases), 12)
      expect(liftCurve(turned)).toEqual(liftCurve(cases))
      expect(liftCurve(cases).at(-1)!.lift).toBeCloseTo(1, 12)
    }),
  )
})

it('puts every case into one of ten groups of a size, in rising order of risk', () => {
  fc.assert(
    fc.property(judged, (cases) => {
      const groups = calibrationCurve(cases)
      const sizes = groups.map(({ cases: size }) => size)
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(cases.length)
      expect(groups).toHaveLength(Math.min(10, cases.length))
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      const means = groups.map(({ meanRisk }) => Math.round(meanRisk * 1e9))
      expect(means).toEqual(means.toSorted((left, right) => left - right))
    }),
  )
})

it('finds the known calibration error: the mean distance of groups', () => {
  const cases = [0.1, 0.3, 0.6, 0.8].map((risk, i) => ({ risk, isTrue: i > 0 }))
  expect(calibrationCurve(cases, 2)).toEqual([
    { cases: 2, meanRisk: 0.2, rate: 0.5 },
    { cases: 2, meanRisk: 0.7, rate: 1 },
  ])
  expect(expectedCalibrationError(cases, 2)).toBeCloseTo(0.3, 15)
  expect(expectedCalibrationError(cases, 1)).toBeCloseTo(0.3, 15)
})
