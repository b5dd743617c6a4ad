import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EarlierMonths, gradeOfMonth } from './grade-of-month.ts'
import type { GradedRisk } from './graded-risk.ts'

const risks = fc.array(
  fc.record({
    risk: fc.integer({ min: 0, max: 20 }).map((step) => step / 20),
    isQuiet: fc.constantFrom(true, false, null),
    silentDays: fc.integer({ min: 0, max: 400 }),
    repeatDays: fc.option(fc.integer({ min: 0, max: 8 })),
    gapDays: fc.option(fc.integer({ min: 1, max: 60 })),
    tier: fc.constantFrom(null, null, null, 'light', 'moderate', 'heavy'),
    model: fc.constantFrom('a', 'b'),
  }),
  { maxLength: 60 },
)

/** A score that came true, of somebody with three orders. */
const score = (over: Partial<GradedRisk> = {}): GradedRisk => ({
  ...{ risk: 0.9, isQuiet: true, silentDays: 60, repeatDays: 2, gapDays: 20 },
  ...{ tier: null, model: 'a', ...over },
})

const gradeOf = (some: readonly GradedRisk[], earlier: EarlierMonths = {}) =>
  gradeOfMonth(some, earlier).grade

describe('the grade of a month', () => {
  test('counts every score and every alert once, whatever their order', () => {
    fc.assert(
      fc.property(risks, fc.integer(), (some, seed) => {
        const grade = gradeOf(some)
        const scores = some.filter(({ tier }) => tier === null)
        expect(grade.scored).toBe(scores.length)
        expect(grade.graded).toBe(scores.filter(({ isQuiet }) => isQuiet !== null).length)
        const told = grade.alerts.reduce((sum, each) => sum + each.told, 0)
        expect(told + grade.scored).toBe(some.length)
        const cases = grade.calibration.reduce((sum, each) => sum + each.cases, 0)
        expect(cases).toBe(grade.graded)
        const known = scores.filter((each) => each.isQuiet !== null && each.repeatDays !== null)
        const inStrata = grade.strata.reduce((sum, each) => sum + each.graded, 0)
        expect(inStrata).toBe(known.length)
        const turned = some.toSorted(
          (a, b) => ((a.silentDays * seed) % 7) - ((b.silentDays * seed) % 7),
        )
        expect(digits(gradeOf(turned))).toEqual(digits(grade))
      }),
    )
  })

  test('is within the bounds of each metric, and says nothing of nothing', () => {
    fc.assert(
      fc.property(risks, (some) => {
        const { auc, brier, calibrationError, quietRate, meanRisk, graded } = gradeOf(some)
        for (const share of [auc, brier, calibrationError, quietRate, meanRisk]) {
          if (share === null) continue
          expect(share).toBeGreaterThanOrEqual(0)
          expect(share).toBeLessThanOrEqual(1)
        }
        expect(brier === null).toBe(graded === 0)
        expect(auc === null).toBe(quietRate === null || quietRate === 0 || quietRate === 1)
      }),
    )
  })

  test('of a model that says what the rule says is that of the rule', () => {
    fc.assert(
      fc.property(risks, (some) => {
        const same = some.map((each) => ({ ...each, risk: each.silentDays / 400 }))
        const [silence] = gradeOf(same).rules
        expect(silence).toMatchObject({ auc: silence!.model.auc, lift: silence!.model.lift })
        expect(silence!.isBetter).toBe(false)
        if (silence!.auc !== null) expect(silence!.z).toBe(0)
      }),
    )
  })
})

describe('a simple rule', () => {
  /** So many of either kind: silence tells them apart, and the risk does not. */
  const blind = (count: number): GradedRisk[] =>
    Array.from({ length: count }, (_, i) =>
      score({ isQuiet: i % 2 === 0, silentDays: i % 2 === 0 ? 90 : 10, risk: (i % 7) / 10 }),
    )

  test('is better than a blind model, where there are enough scores of either kind', () => {
    const isBetter = (some: readonly GradedRisk[]) =>
      gradeOf(some).rules.map((rule) => rule.isBetter)
    expect(isBetter(blind(100))).toEqual([true, true])
    expect(isBetter(blind(98))).toEqual([false, false])
    const quiet = Array.from({ length: 80 }, () => score({ silentDays: 90 }))
    expect(isBetter([...quiet, ...blind(38)])).toEqual([false, false])
    expect(isBetter([...quiet, ...blind(40)])).toEqual([true, true])
  })

  test('of own gaps is graded on those alone who have one, and the model on the same', () => {
    const once = Array.from({ length: 50 }, () => score({ repeatDays: 0, gapDays: null, risk: 0 }))
    const [silence, gap] = gradeOf([...blind(100), ...once]).rules
    expect([silence!.graded, gap!.graded]).toEqual([150, 100])
    expect(gap!.model).toEqual(gradeOf(blind(100)).rules[1]!.model)
  })

  test('forecasts what was true of its group a month earlier', () => {
    const before = gradeOfMonth(blind(100), {})
    const [silence] = gradeOf(blind(40), { before }).rules
    // Of 50 in a group 50 were quiet, or none; one of either kind is added.
    expect(silence!.brier).toBeCloseTo((1 / 52) ** 2, 9)
    expect(gradeOf(blind(40)).rules[0]!.brier).toBeNull()
    expect(gradeOf(blind(40), { before: gradeOfMonth(blind(98), {}) }).rules[0]!.brier).toBeNull()
  })
})

test('drift is told from 200 scores on, graded or not', () => {
  const month = (count: number, shift: number) =>
    Array.from({ length: count }, (_, i) => score({ risk: (i % 50) / 100 + shift, isQuiet: null }))
  const first = gradeOfMonth(month(200, 0), {})
  const drift = (count: number, shift: number) => gradeOf(month(count, shift), { first }).stability
  expect(drift(200, 0)).toBe(0)
  expect(drift(400, 0)).toBeLessThan(0.01)
  expect(drift(200, 0.4)).toBeGreaterThan(1)
  expect(drift(199, 0.4)).toBeNull()
  expect(gradeOf(month(200, 0)).stability).toBeNull()
})

/** Sums of the same numbers in another order differ in the last digits. */
const digits = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, each) =>
    typeof each === 'number' ? Number(each.toPrecision(9)) : each,
  )
