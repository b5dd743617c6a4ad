import { describe, expect, it } from 'vitest'
import { MS_PER_WEEK } from '../models/order-rhythm.ts'
import { riskCurve } from './risk-curve.ts'
import {
  crossings,
  DEFAULT_TIER_POLICY,
  riskAt,
  riskAtLastOrder,
  SHIPPED_PRIORS,
  type TierPolicy,
  thresholdsOf,
} from './tiers.ts'

const DAY = 86_400_000
const LAST = Date.UTC(2026, 0, 15)
const SCORING = { model: SHIPPED_PRIORS, policy: DEFAULT_TIER_POLICY }

const rhythmOf = (x: number, recencyWeeks: number) => ({
  repeatDays: x,
  firstAt: LAST - recencyWeeks * MS_PER_WEEK,
  lastAt: LAST,
})
const daysOfSilence = (at: number) => (at - LAST) / DAY
const withFloors = (light: number, moderate: number, heavy: number): TierPolicy => ({
  ...DEFAULT_TIER_POLICY,
  light: { share: 0.3, floor: light },
  moderate: { share: 0.5, floor: moderate },
  heavy: { share: 0.7, floor: heavy },
})

describe('crossings with the shipped priors', () => {
  it.each([
    [0, 0, 28.9, 65.0, 141.4],
    [1, 5, 37.8, 76.1, 141.5],
    [3, 12, 44.4, 77.6, 123.2],
    [8, 30, 55.2, 83.4, 116.3],
    [20, 20, 23.4, 31.6, 40.4],
  ])('(%d, %d weeks): %d, %d and %d days of silence', (x, weeks, ...days) => {
    const { light, moderate, heavy, lost } = crossings(
      rhythmOf(x, weeks),
      SHIPPED_PRIORS,
      DEFAULT_TIER_POLICY,
    )
    const silence = [light, moderate, heavy].map(daysOfSilence)
    for (const [i, expected] of days.entries()) {
      expect(Math.abs(silence[i]! - expected)).toBeLessThanOrEqual(0.0501)
    }
    expect(lost).toBe(heavy + 180 * DAY)
  })

  it('are met by the thresholds when the risk is computed there', () => {
    const rhythm = rhythmOf(3, 12)
    const at = crossings(rhythm, SHIPPED_PRIORS, DEFAULT_TIER_POLICY)
    const theta = thresholdsOf(rhythm, SCORING)
    for (const tier of ['light', 'moderate', 'heavy'] as const) {
      expect(Math.abs(riskAt(rhythm, at[tier], SCORING) - theta[tier])).toBeLessThan(1e-9)
    }
  })
})

describe('a threshold', () => {
  it('is a share of the way from the risk right after an order to certainty', () => {
    const rhythm = rhythmOf(0, 0)
    const base = riskAtLastOrder(rhythm, SCORING)
    const { light, moderate, heavy } = thresholdsOf(rhythm, SCORING)
    expect(base).toBeCloseTo(0.71, 2)
    expect(light).toBeCloseTo(base + 0.3 * (1 - base), 15)
    expect(moderate).toBeCloseTo(base + 0.5 * (1 - base), 15)
    expect(heavy).toBeCloseTo(base + 0.7 * (1 - base), 15)
  })

  it('is never below the floor that a shop has set', () => {
    const policy = withFloors(0.6, 0.75, 0.95)
    expect(thresholdsOf(rhythmOf(20, 20), { ...SCORING, policy }).heavy).toBe(0.95)
    const plain = thresholdsOf(rhythmOf(0, 0), SCORING)
    expect(thresholdsOf(rhythmOf(0, 0), { ...SCORING, policy }).light).toBe(plain.light)
  })
})

describe('lost', () => {
  it('is 4 H after the last order where heavy is out of reach', () => {
    const certain = withFloors(0, 0, 1)
    const { heavy, lost } = crossings(rhythmOf(3, 12), SHIPPED_PRIORS, certain)
    expect(heavy).toBe(Number.POSITIVE_INFINITY)
    expect(lost).toBe(LAST + 360 * DAY)
  })

  it('is 4 H after the last order too where heavy comes later than that', () => {
    const { heavy, lost } = crossings(rhythmOf(3, 12), SHIPPED_PRIORS, withFloors(0, 0, 0.99))
    expect(daysOfSilence(heavy)).toBeGreaterThan(360)
    expect(heavy).toBeLessThan(Number.POSITIVE_INFINITY)
    expect(lost).toBe(LAST + 360 * DAY)
  })
})

describe('riskAt', () => {
  it('counts an instant before the last order as the last order', () => {
    const rhythm = rhythmOf(3, 12)
    expect(riskAt(rhythm, LAST - DAY, SCORING)).toBe(riskAtLastOrder(rhythm, SCORING))
  })

  it('does not depend on where the epoch lies', () => {
    const rhythm = { repeatDays: 3, firstAt: 0, lastAt: 12 * MS_PER_WEEK }
    const at = riskAt(rhythm, rhythm.lastAt + 50 * DAY, SCORING)
    expect(at).toBe(riskAt(rhythmOf(3, 12), LAST + 50 * DAY, SCORING))
  })
})

describe('riskCurve', () => {
  const rhythm = rhythmOf(3, 12)
  const until = LAST + 200 * DAY
  const curve = riskCurve(rhythm, SCORING, { until, samples: 101 })

  it('runs from the last order to the end asked for and never falls', () => {
    expect(curve.points).toHaveLength(101)
    expect(curve.points[0]).toEqual({ at: LAST, risk: riskAtLastOrder(rhythm, SCORING) })
    expect(curve.points.at(-1)).toEqual({ at: until, risk: riskAt(rhythm, until, SCORING) })
    for (const [i, { risk }] of curve.points.slice(1).entries()) {
      expect(risk).toBeGreaterThan(curve.points[i]!.risk)
    }
  })

  it('passes each threshold between the samples around its crossing', () => {
    for (const tier of ['light', 'moderate', 'heavy'] as const) {
      const after = curve.points.find(({ at }) => at >= curve.crossings[tier])!
      const before = curve.points.findLast(({ at }) => at < curve.crossings[tier])!
      expect(after.risk).toBeGreaterThanOrEqual(curve.thresholds[tier])
      expect(before.risk).toBeLessThan(curve.thresholds[tier])
    }
  })
})
