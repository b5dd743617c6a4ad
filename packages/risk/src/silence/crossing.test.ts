import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { historyAt, MS_PER_WEEK } from '../models/order-rhythm.ts'
import { probabilityAlive, probabilityOfNoOrder, type RiskModel } from '../models/risk-model.ts'
import { aliveCrossing, noOrderCrossing, noOrderInstant } from './crossing.ts'
import { crossings, DEFAULT_TIER_POLICY, SHIPPED_PRIORS } from './tiers.ts'

const BG: RiskModel = {
  kind: 'bg-nbd',
  parameters: { r: 0.2425945, alpha: 4.4136019, a: 0.7929199, b: 2.4258881 },
}
const PARETO: RiskModel = {
  kind: 'pareto-nbd',
  parameters: { r: 0.55315, alpha: 10.57633, s: 0.60625, beta: 11.6715 },
}
const ONE_TIME = { frequency: 0, recency: 0 }
const TWICE = { frequency: 2, recency: 30.43 }
const LAST_DATE = 8.64e15

const positive = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const anyModel: fc.Arbitrary<RiskModel> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('bg-nbd', 'mbg-nbd'),
    parameters: fc.record({
      r: positive(0.05, 5),
      alpha: positive(0.1, 200),
      a: positive(0.01, 20),
      b: positive(0.1, 100),
    }),
  }),
  fc.record({
    kind: fc.constant('pareto-nbd'),
    parameters: fc.record({
      r: positive(0.05, 5),
      alpha: positive(0.1, 200),
      s: positive(0.05, 5),
      beta: positive(0.1, 200),
    }),
  }),
)
const anyRhythm = fc
  .record({
    repeatDays: fc.integer({ min: 0, max: 500 }),
    firstAt: fc.integer({ min: 8e11, max: 2e12 }),
    span: fc.integer({ min: 1, max: 2e11 }),
  })
  .map(({ repeatDays, firstAt, span }) => {
    return { repeatDays, firstAt, lastAt: firstAt + (repeatDays === 0 ? 0 : span) }
  })

describe('aliveCrossing', () => {
  it.each([
    // 66.234888197809205251 in forty-digit arithmetic.
    { x: 1, tx: 5, bg: 66.2348881978092, mbg: 50.033246721, pareto: 46.04746201 },
    { x: 2, tx: 30.43, bg: 119.747500797, mbg: 104.202171218, pareto: 99.15780308 },
    { x: 0, tx: 0, bg: Number.POSITIVE_INFINITY, mbg: 262.634753157567, pareto: 62.01775145 },
  ])('is T* of the table for ($x, $tx) and .8', ({ x, tx, bg, mbg, pareto }) => {
    const purchases = { frequency: x, recency: tx }
    expect(aliveCrossing(BG, purchases, 0.8)).toBeCloseTo(bg, 9)
    expect(aliveCrossing(SHIPPED_PRIORS, purchases, 0.8)).toBeCloseTo(mbg, 9)
    expect(Math.abs(aliveCrossing(PARETO, purchases, 0.8) - pareto)).toBeLessThan(1e-8)
  })

  it('gives θ back to 1e-12 when it is substituted', () => {
    for (const model of [BG, SHIPPED_PRIORS, PARETO]) {
      for (const purchases of [{ frequency: 1, recency: 5 }, TWICE]) {
        const age = aliveCrossing(model, purchases, 0.8)
        const gone = 1 - probabilityAlive(model, { ...purchases, age })
        expect(Math.abs(gone - 0.8)).toBeLessThan(1e-12)
      }
    }
  })

  it('gives any θ back to 1e-9, or is the last order where θ is passed at once', () => {
    fc.assert(
      fc.property(anyModel, anyRhythm, positive(0.01, 0.99), (model, { repeatDays }, theta) => {
        const purchases = { frequency: repeatDays, recency: repeatDays * 1.7 }
        const age = aliveCrossing(model, purchases, theta)
        fc.pre(age < 1e12)
        const gone = 1 - probabilityAlive(model, { ...purchases, age })
        if (age === purchases.recency) expect(gone).toBeGreaterThanOrEqual(theta - 1e-9)
        else expect(Math.abs(gone - theta)).toBeLessThan(1e-9)
      }),
    )
  })
})

describe('noOrderCrossing', () => {
  const level = { theta: 0.8, horizonWeeks: 13 }

  it('is 55.413205995 weeks for MBG/NBD, (2, 30.43), .8 and 13 weeks', () => {
    expect(noOrderCrossing(SHIPPED_PRIORS, TWICE, level)).toBeCloseTo(55.413205995, 9)
  })

  it('is the closed form H z / (1 − z) − α where dropout plays no part', () => {
    const z = 0.8 ** (1 / BG.parameters.r)
    const closedForm = (13 * z) / (1 - z) - BG.parameters.alpha
    expect(noOrderCrossing(BG, ONE_TIME, level)).toBeCloseTo(closedForm, 12)
  })

  it('is the last order itself where the risk is there at once', () => {
    expect(noOrderCrossing(SHIPPED_PRIORS, ONE_TIME, { theta: 0.5, horizonWeeks: 13 })).toBe(0)
    expect(noOrderCrossing(SHIPPED_PRIORS, TWICE, { theta: 0, horizonWeeks: 13 })).toBe(30.43)
  })

  it('never comes for certainty', () => {
    const never = noOrderCrossing(SHIPPED_PRIORS, TWICE, { theta: 1, horizonWeeks: 13 })
    expect(never).toBe(Number.POSITIVE_INFINITY)
  })

  it('lies between the last order and T*, and gives θ back to 1e-9', () => {
    const anyLevel = fc.record({ theta: positive(0.01, 0.99), horizonWeeks: positive(0.1, 60) })
    fc.assert(
      fc.property(anyModel, anyRhythm, anyLevel, (model, { repeatDays }, level) => {
        const { theta, horizonWeeks } = level
        const purchases = { frequency: repeatDays, recency: repeatDays * 1.7 }
        const age = noOrderCrossing(model, purchases, level)
        fc.pre(age < 1e12)
        expect(age).toBeGreaterThanOrEqual(purchases.recency)
        const latest = aliveCrossing(model, purchases, theta)
        expect(age - latest).toBeLessThanOrEqual(1e-8 * latest)
        const risk = probabilityOfNoOrder(model, { ...purchases, age }, horizonWeeks)
        if (age === purchases.recency) expect(risk).toBeGreaterThanOrEqual(theta)
        else expect(Math.abs(risk - theta)).toBeLessThan(1e-9)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('noOrderInstant', () => {
  it('is the first millisecond at which the risk is there', () => {
    fc.assert(
      fc.property(anyModel, anyRhythm, positive(0.05, 0.95), (model, rhythm, theta) => {
        const at = noOrderInstant(rhythm, model, { theta, horizonWeeks: 90 / 7 })
        fc.pre(at !== Number.POSITIVE_INFINITY)
        const risk = (ms: number) => probabilityOfNoOrder(model, historyAt(rhythm, ms), 90 / 7)
        expect(Number.isInteger(at)).toBe(true)
        expect(risk(at)).toBeGreaterThanOrEqual(theta - 1e-12)
        if (at > rhythm.lastAt) expect(risk(at - 1)).toBeLessThan(theta + 1e-12)
        else expect(at).toBe(rhythm.lastAt)
      }),
      { numRuns: 1000 },
    )
  })

  it('is rounded up from the crossing in weeks', () => {
    const rhythm = { repeatDays: 2, firstAt: 0, lastAt: 30.43 * MS_PER_WEEK }
    const at = noOrderInstant(rhythm, SHIPPED_PRIORS, { theta: 0.8, horizonWeeks: 13 })
    expect(at).toBe(Math.ceil(55.413205994718 * MS_PER_WEEK))
  })

  it('is never where no date can be that late', () => {
    const rhythm = { repeatDays: 0, firstAt: 0, lastAt: 0 }
    const level = { theta: 0.999, horizonWeeks: 13 }
    expect(noOrderCrossing(BG, ONE_TIME, level)).toBeLessThan(LAST_DATE)
    const patient = { theta: 1 - 1e-9, horizonWeeks: 13 }
    expect(noOrderCrossing(BG, ONE_TIME, patient)).toBeLessThan(Number.POSITIVE_INFINITY)
    expect(noOrderInstant(rhythm, BG, patient)).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('parameters beyond all sense', () => {
  const extreme = fc.constantFrom(Number.MIN_VALUE, 1e-100, 1e-12, 1, 1e12, 1e100, Number.MAX_VALUE)
  const four = fc.tuple(extreme, extreme, extreme, extreme)
  it.each(['bg-nbd', 'mbg-nbd', 'pareto-nbd'] as const)('of %s end every search', (kind) => {
    fc.assert(
      fc.property(four, anyRhythm, ([r, alpha, x, y], rhythm) => {
        const model: RiskModel =
          kind === 'pareto-nbd'
            ? { kind, parameters: { r, alpha, s: x, beta: y } }
            : { kind, parameters: { r, alpha, a: x, b: y } }
        const { light, moderate, heavy, lost } = crossings(rhythm, model, DEFAULT_TIER_POLICY)
        const all = [rhythm.lastAt, light, moderate, heavy]
        expect(all).toEqual(all.toSorted((left, right) => left - right))
        expect(lost).toBeLessThan(LAST_DATE)
      }),
      { examples: [[[5e-324, 5e-324, 5e-324, 5e-324], { repeatDays: 0, firstAt: 0, lastAt: 0 }]] },
    )
  })
})
