import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  browsesLessThanEver,
  fitVisitPrior,
  noVisitInstant,
  probabilityOfNoVisit,
  SHIPPED_VISIT_PRIOR,
} from './visit-rhythm.ts'

const DAY = 86_400_000
const positive = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const anyPrior = fc.record({ shape: positive(0.1, 50), rate: positive(0.5, 1000) })
const anyRhythm = fc
  .record({
    repeatDays: fc.integer({ min: 0, max: 5000 }),
    firstAt: fc.integer({ min: 8e11, max: 2e12 }),
    span: fc.integer({ min: 1, max: 3e11 }),
  })
  .map(({ repeatDays, firstAt, span }) => {
    return { repeatDays, firstAt, lastAt: firstAt + (repeatDays === 0 ? 0 : span) }
  })
const WEEKLY = { repeatDays: 10, firstAt: 0, lastAt: 70 * DAY }

describe('P(no visit for so long)', () => {
  it('falls from 1 in silence, and never leaves [0, 1]', () => {
    const anySilence = fc.integer({ min: -DAY, max: 40_000 * DAY })
    fc.assert(
      fc.property(anyPrior, anyRhythm, anySilence, (prior, rhythm, silence) => {
        const at = (ms: number) => probabilityOfNoVisit(prior, rhythm, rhythm.lastAt + ms)
        expect(at(0)).toBe(1)
        expect(at(silence)).toBeGreaterThanOrEqual(0)
        expect(at(silence)).toBeLessThanOrEqual(1)
        expect(at(silence + DAY)).toBeLessThanOrEqual(at(silence))
      }),
    )
  })

  it('is the formula: ten more days with a visit in 70 days, then 30 days without', () => {
    const chance = probabilityOfNoVisit({ shape: 2, rate: 20 }, WEEKLY, 100 * DAY)
    expect(chance).toBeCloseTo((90 / 120) ** 12, 12)
  })

  it('believes a customer more than the shop, the more they came', () => {
    const rare = { ...WEEKLY, repeatDays: 1 }
    const often = { ...WEEKLY, repeatDays: 30 }
    const at = 100 * DAY
    const chances = [rare, WEEKLY, often].map((rhythm) =>
      probabilityOfNoVisit(SHIPPED_VISIT_PRIOR, rhythm, at),
    )
    expect(chances).toEqual(chances.toSorted((left, right) => right - left))
  })
})

describe('the instant of P(no visit for so long)', () => {
  it('is the first millisecond at which it is that small', () => {
    fc.assert(
      fc.property(anyPrior, anyRhythm, positive(0.001, 0.99), (prior, rhythm, chance) => {
        const at = noVisitInstant(prior, rhythm, chance)
        fc.pre(at !== Number.POSITIVE_INFINITY)
        expect(Number.isInteger(at)).toBe(true)
        expect(probabilityOfNoVisit(prior, rhythm, at)).toBeLessThanOrEqual(chance + 1e-12)
        expect(probabilityOfNoVisit(prior, rhythm, at - 1)).toBeGreaterThan(chance - 1e-12)
      }),
    )
  })

  it('is never where no date can be that late', () => {
    const once = { repeatDays: 0, firstAt: 0, lastAt: 0 }
    expect(noVisitInstant({ shape: 0.1, rate: 10 }, once, 0.01)).toBe(Number.POSITIVE_INFINITY)
  })

  it('begins "browses less than ever"', () => {
    const at = noVisitInstant(SHIPPED_VISIT_PRIOR, WEEKLY, 0.01)
    expect(browsesLessThanEver(SHIPPED_VISIT_PRIOR, WEEKLY, at - 1)).toBe(false)
    expect(browsesLessThanEver(SHIPPED_VISIT_PRIOR, WEEKLY, at)).toBe(true)
  })
})

describe('a fit of the prior', () => {
  it('has the mean of the data, and finds that customers differ', () => {
    const observedDays = 100
    const seen = [2, 30, 5, 12, 0, 8, 3, 20, 1, 19].map((activeDays) => ({
      activeDays,
      observedDays,
    }))
    const { prior } = fitVisitPrior(seen)
    expect(prior.shape / prior.rate).toBeCloseTo(0.1, 4)
    expect(prior.shape).toBeLessThan(3)
    const alike = seen.map(({ activeDays }) => {
      return { activeDays: Math.round(9 + activeDays / 10), observedDays }
    })
    expect(fitVisitPrior(alike).prior.shape).toBeGreaterThan(20)
  })

  it('refuses to begin without any time to look at', () => {
    expect(() => fitVisitPrior([])).toThrow(RangeError)
    expect(() => fitVisitPrior([{ activeDays: 0, observedDays: 0 }])).toThrow(RangeError)
  })
})
