import fc from 'fast-check'
import { expect, it } from 'vitest'
import { LESS_THAN_EVER, probabilityOfNoVisit } from '../models/visit-rhythm.ts'
import { lightWithVisits } from './light-with-visits.ts'
import { crossings, DEFAULT_TIER_POLICY, riskAt, SHIPPED_PRIORS } from './tiers.ts'

const DAY = 86_400_000
const HALF = { ...DEFAULT_TIER_POLICY, light: { share: 0.15, floor: 0 } }
const VISIT_PRIOR = { shape: 1.87, rate: 16.5 }
const SCORING = { model: SHIPPED_PRIORS, policy: DEFAULT_TIER_POLICY, visitPrior: VISIT_PRIOR }
const MONTHLY = { repeatDays: 6, firstAt: 0, lastAt: 180 * DAY }

const lightOf = (repeatDays: number, lastVisitAt: number) =>
  lightWithVisits(
    { rhythm: MONTHLY, visits: { repeatDays, firstAt: 0, lastAt: lastVisitAt } },
    SCORING,
  )

it('is earlier for who came often and comes no more', () => {
  const { light } = crossings(MONTHLY, SHIPPED_PRIORS, DEFAULT_TIER_POLICY)
  expect(lightOf(100, MONTHLY.lastAt)).toBeLessThan(light)
})

it('is where the order signal has it for who still comes, and for who seldom did', () => {
  const { light } = crossings(MONTHLY, SHIPPED_PRIORS, DEFAULT_TIER_POLICY)
  expect(lightOf(100, light - DAY)).toBe(light)
  expect(lightOf(1, MONTHLY.lastAt)).toBe(light)
})

it('takes an order for a visit', () => {
  expect(lightOf(20, 120 * DAY)).toBe(lightOf(20, MONTHLY.lastAt))
})

it('never comes before half of the way, nor after light', () => {
  const anyVisits = fc.tuple(
    fc.integer({ min: 0, max: 400 }),
    fc.integer({ min: 0, max: 400 * DAY }),
  )
  const { light } = crossings(MONTHLY, SHIPPED_PRIORS, DEFAULT_TIER_POLICY)
  const half = crossings(MONTHLY, SHIPPED_PRIORS, HALF).light
  fc.assert(
    fc.property(anyVisits, ([repeatDays, lastVisitAt]) => {
      const at = lightOf(repeatDays, lastVisitAt)
      expect(at).toBeLessThanOrEqual(light)
      expect(at).toBeGreaterThanOrEqual(half)
    }),
  )
})

it('begins at the first millisecond at which half of the way is gone and no visit is so unlikely', () => {
  const horizonDays = fc.integer({ min: 20, max: 200 })
  const gamma = fc.record({
    shape: fc.double({ min: 0.2, max: 30, noNaN: true }),
    rate: fc.double({ min: 1, max: 600, noNaN: true }),
  })
  const rhythm = fc
    .tuple(fc.nat({ max: 60 }), fc.integer({ min: 1, max: 700 * DAY }))
    .map(([repeatDays, lastAt]) => ({ repeatDays, firstAt: 0, lastAt }))
  fc.assert(
    fc.property(
      fc.tuple(rhythm, rhythm),
      gamma,
      horizonDays,
      ([orders, visits], visitPrior, days) => {
        const policy = { ...DEFAULT_TIER_POLICY, horizonDays: days }
        const scoring = { model: SHIPPED_PRIORS, policy, visitPrior }
        const at = lightWithVisits({ rhythm: orders, visits }, scoring)
        const { light } = crossings(orders, SHIPPED_PRIORS, policy)
        if (at === light) return
        const seen = { ...visits, lastAt: Math.max(visits.lastAt, orders.lastAt) }
        const base = riskAt(orders, orders.lastAt, scoring)
        const theta = base + 0.15 * (1 - base)
        const isMet = (now: number, tolerance: number) =>
          probabilityOfNoVisit(visitPrior, seen, now) <= LESS_THAN_EVER * (1 + tolerance) &&
          riskAt(orders, now, scoring) >= theta * (1 - tolerance)
        expect(at).toBeLessThan(light)
        expect([isMet(at, 1e-12), isMet(at - 1, -1e-12)]).toEqual([true, false])
      },
    ),
    { numRuns: 2_000 },
  )
})
