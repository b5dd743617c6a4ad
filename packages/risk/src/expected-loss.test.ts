import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectedLossMinor, horizonRevenue } from './expected-loss.ts'
import type { OrderRhythm } from './models/order-rhythm.ts'
import { DEFAULT_TIER_POLICY, riskAt, SHIPPED_PRIORS } from './silence/tiers.ts'

const DAY_MS = 86_400_000
const NOON = Date.UTC(2026, 5, 1, 12)
const SHARE = { marginShare: 0.3 }
const SCORING = {
  ...{ model: SHIPPED_PRIORS, policy: DEFAULT_TIER_POLICY },
  ...{ minorPerMajor: 100, ...SHARE },
}

const weekly: OrderRhythm = { repeatDays: 9, firstAt: NOON - 63 * DAY_MS, lastAt: NOON }
const once: OrderRhythm = { repeatDays: 0, firstAt: NOON, lastAt: NOON }
const arbitraryRhythm: fc.Arbitrary<OrderRhythm> = fc
  .tuple(fc.nat({ max: 40 }), fc.nat({ max: 700 }))
  .map(([repeatDays, days]) => ({
    repeatDays,
    firstAt: NOON - Math.max(repeatDays, repeatDays === 0 ? 0 : days) * DAY_MS,
    lastAt: NOON,
  }))

describe('what a horizon would have brought', () => {
  test('is the expected number of order days times the mean of the own ones', () => {
    expect(horizonRevenue(once, 5_000, SCORING)).toBeCloseTo(2_653.5, 0)
    expect(horizonRevenue(weekly, 50_000, SCORING)).toBeCloseTo(28_953.1, 0)
  })

  test('does not change in silence, and grows with what orders brought', () => {
    fc.assert(
      fc.property(arbitraryRhythm, fc.nat({ max: 1e7 }), fc.nat({ max: 1e7 }), (rhythm, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map((net) =>
          horizonRevenue(rhythm, net, SCORING),
        )
        expect(less).toBeLessThanOrEqual(more!)
        expect(less).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  test('is nothing of whom more was paid back than they spent', () => {
    expect(horizonRevenue(weekly, -5, SCORING)).toBe(0)
  })

  test('goes by the spend of all where there is a model, and by the own one the more it is known', () => {
    const spend = { kind: 'gamma-gamma', p: 6, q: 4, v: 22.5 } as const
    const modelled = { ...SCORING, spend }
    const perOrder = horizonRevenue(once, 1, SCORING)
    // (p v + p x z̄) / (p x + q − 1), with one order day of 1000.
    expect(horizonRevenue(once, 100_000, modelled) / perOrder).toBeCloseTo(
      (100 * (6 * 22.5 + 6 * 1_000)) / 9,
      3,
    )
    const own = horizonRevenue(weekly, 1_000_000, SCORING)
    const shrunk = horizonRevenue(weekly, 1_000_000, modelled)
    expect(shrunk / own).toBeCloseTo((135 + 60 * 1_000) / 63 / 1_000, 6)
    const unbounded = { ...SCORING, spend: { ...spend, p: 0.1, q: 0.5 } }
    expect(horizonRevenue(once, 700, unbounded)).toBe(horizonRevenue(once, 700, SCORING))
  })
})

describe('expected loss', () => {
  test('is the margin of that, times the risk: it grows while a customer is silent', () => {
    const revenue = horizonRevenue(weekly, 50_000, SCORING)
    const at = (days: number) =>
      expectedLossMinor(riskAt(weekly, NOON + days * DAY_MS, SCORING), revenue, SHARE)
    expect(at(0)).toBeLessThan(at(30))
    expect(at(30)).toBeLessThan(at(300))
    expect(at(3_000)).toBe(Math.round(0.3 * revenue))
    expect(expectedLossMinor(0.5, 1_001, { marginShare: 1 })).toBe(501)
    expect(expectedLossMinor(1, 1e300, SHARE)).toBe(Number.MAX_SAFE_INTEGER)
  })
})
