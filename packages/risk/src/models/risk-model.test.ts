import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SHIPPED_PRIORS } from '../silence/tiers.ts'
import { mbgNbd } from './mbg-nbd.ts'
import {
  expectedOrders,
  formulasOf,
  probabilityAlive,
  probabilityOfNoOrder,
  type RiskModel,
} from './risk-model.ts'
import { logGamma } from './special-functions.ts'

const positive = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const anyModel: fc.Arbitrary<RiskModel> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('bg-nbd', 'mbg-nbd'),
    parameters: fc.record({
      r: positive(1e-3, 1e3),
      alpha: positive(1e-3, 1e4),
      a: positive(1e-6, 1e3),
      b: positive(1e-6, 1e6),
    }),
  }),
  fc.record({
    kind: fc.constant('pareto-nbd'),
    parameters: fc.record({
      r: positive(1e-3, 1e3),
      alpha: positive(1e-3, 1e4),
      s: positive(1e-6, 1e3),
      beta: positive(1e-3, 1e6),
    }),
  }),
)
const anyPurchases = fc.record({
  frequency: fc.integer({ min: 0, max: 100_000 }),
  recency: positive(0, 5000),
})

describe('any model', () => {
  it('gives finite likelihoods and probabilities at extreme counts and ages', () => {
    fc.assert(
      fc.property(anyModel, anyPurchases, positive(0, 1e9), (model, purchases, silence) => {
        const history = { ...purchases, age: purchases.recency + silence }
        const likelihood = formulasOf(model.kind).logLikelihood(model.parameters, history)
        expect(likelihood).toBeLessThan(Number.POSITIVE_INFINITY)
        expect(likelihood).toBeGreaterThan(Number.NEGATIVE_INFINITY)
        for (const p of [
          probabilityAlive(model, history),
          probabilityOfNoOrder(model, history, 13),
        ]) {
          expect(p).toBeGreaterThanOrEqual(0)
          expect(p).toBeLessThanOrEqual(1)
        }
      }),
    )
  })

  it('never lets the risk fall in silence, nor below 1 − P(alive)', () => {
    const twoSpans = fc.tuple(positive(0, 500), positive(0, 500))
    fc.assert(
      fc.property(anyModel, anyPurchases, twoSpans, (model, purchases, [silence, more]) => {
        const early = { ...purchases, age: purchases.recency + silence }
        const late = { ...purchases, age: early.age + more }
        const rise = probabilityOfNoOrder(model, late, 13) - probabilityOfNoOrder(model, early, 13)
        expect(rise).toBeGreaterThanOrEqual(-1e-12)
        const gone = 1 - probabilityAlive(model, early)
        expect(probabilityOfNoOrder(model, early, 13)).toBeGreaterThanOrEqual(gone)
      }),
    )
  })
})

describe('orders expected by any model', () => {
  /** No more than one order day a day. */
  const anyHistory = fc
    .record({ frequency: fc.integer({ min: 0, max: 100_000 }), slack: positive(0, 5000) })
    .map(({ frequency, slack }) => ({ frequency, recency: frequency / 7, slack }))

  it('are at most what buying alone allows, at extreme counts and ages too', () => {
    fc.assert(
      fc.property(
        anyModel,
        anyHistory,
        positive(1e-9, 520),
        (model, { slack, ...purchases }, weeks) => {
          const history = { ...purchases, age: purchases.recency + slack }
          const { r, alpha } = model.parameters
          const rate = (r + history.frequency) / (alpha + history.age)
          const orders = expectedOrders(model, history, weeks)
          expect(orders).toBeGreaterThanOrEqual(0)
          expect(orders).toBeLessThanOrEqual(rate * weeks * (1 + 1e-9))
        },
      ),
    )
  })

  it('are at least the chance of one', () => {
    fc.assert(
      fc.property(
        anyModel,
        anyHistory,
        positive(1e-3, 520),
        (model, { slack, ...purchases }, weeks) => {
          const history = { ...purchases, age: purchases.recency + slack }
          const someOrder = 1 - probabilityOfNoOrder(model, history, weeks)
          expect(expectedOrders(model, history, weeks)).toBeGreaterThanOrEqual(someOrder - 1e-12)
        },
      ),
    )
  })
})

describe('MBG/NBD', () => {
  it('has the likelihood of the published formula', () => {
    const logBeta = (p: number, q: number) => logGamma(p) + logGamma(q) - logGamma(p + q)
    const { parameters } = SHIPPED_PRIORS
    const { r, alpha, a, b } = parameters
    for (const [x, tx, age] of [
      [0, 0, 20],
      [2, 30.43, 38.86],
    ] as const) {
      const staying = Math.exp(logBeta(a, b + x + 1) - logBeta(a, b)) * (alpha + age) ** -(r + x)
      const leaving = Math.exp(logBeta(a + 1, b + x) - logBeta(a, b)) * (alpha + tx) ** -(r + x)
      const buying = logGamma(r + x) - logGamma(r) + r * Math.log(alpha)
      const history = { frequency: x, recency: tx, age }
      const direct = buying + Math.log(staying + leaving)
      expect(mbgNbd.logLikelihood(parameters, history)).toBeCloseTo(direct, 12)
    }
  })

  it('lets a one-time buyer leave too', () => {
    const at = (age: number) => probabilityAlive(SHIPPED_PRIORS, { frequency: 0, recency: 0, age })
    expect(at(0)).toBeCloseTo(1.614 / (1.614 + 0.891), 12)
    expect(at(100)).toBeLessThan(at(0))
  })

  it('puts most one-time buyers above .7 for 90 days right after their order', () => {
    const history = { frequency: 0, recency: 0, age: 0 }
    expect(probabilityOfNoOrder(SHIPPED_PRIORS, history, 90 / 7)).toBeCloseTo(0.71, 2)
  })
})
