import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ParetoParameters, paretoNbd } from './pareto-nbd.ts'
import type { PurchaseHistory } from './purchase-history.ts'
import { expectedOrders, probabilityAlive, probabilityOfNoOrder } from './risk-model.ts'
import { logGamma } from './special-functions.ts'

const CDNOW = { r: 0.55315, alpha: 10.57633, s: 0.60625, beta: 11.6715 }
const TWICE = { frequency: 2, recency: 30.43, age: 38.86 }

const positive = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const anyParameters = fc.record({
  r: positive(0.1, 5),
  alpha: positive(0.5, 100),
  s: positive(0.1, 5),
  beta: positive(0.5, 100),
})
const anyHistory = fc
  .tuple(fc.integer({ min: 0, max: 300 }), positive(0, 200), positive(0, 500))
  .map(([frequency, recency, silence]) => ({ frequency, recency, age: recency + silence }))

/** ∫ f from 0 to `end` by Simpson's rule, finer near 0, where these integrands change most. */
function simpson(f: (y: number) => number, end: number): number {
  const steps = 4000
  const at = (i: number) => {
    const share = i / steps
    return 3 * end * share * share * f(end * share ** 3)
  }
  let sum = at(0) + at(steps)
  for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * at(i)
  return sum / steps / 3
}

/** P(alive) by the definition, the integral over the instant of leaving taken step by step. */
function aliveByDefinition(parameters: ParetoParameters, history: PurchaseHistory): number {
  const { r, alpha, s, beta } = parameters
  const { frequency, recency, age } = history
  const neitherUntil = (y: number) =>
    ((alpha + recency) / (alpha + recency + y)) ** (r + frequency) *
    ((beta + recency) / (beta + recency + y)) ** s
  const left = simpson((y) => (s / (beta + recency + y)) * neitherUntil(y), age - recency)
  const stayed = neitherUntil(age - recency)
  return stayed / (stayed + left)
}

describe('Pareto/NBD', () => {
  it.each([
    { frequency: 221, recency: 103.42857, age: 103.57143, p: 0.999596052 },
    { frequency: 254, recency: 97.14286, age: 97.28571, p: 0.999558226 },
    { frequency: 161, recency: 94.71429, age: 98, p: 0.749487752 },
    { frequency: 204, recency: 98.57143, age: 99.42857, p: 0.99425508 },
  ])('gives the published P(alive) of $frequency orders', ({ p, ...history }) => {
    const parameters = { r: 0.5143, alpha: 2.8845, s: 0.2856, beta: 14.1087 }
    const model = { kind: 'pareto-nbd', parameters } as const
    const alive = probabilityAlive(model, history)
    expect(Math.abs(alive - p)).toBeLessThanOrEqual(5e-10)
  })

  it('gives P(alive) of CDNOW customer 1516', () => {
    const history = { frequency: 26, recency: 30.857142857, age: 31 }
    const alive = probabilityAlive({ kind: 'pareto-nbd', parameters: CDNOW }, history)
    expect(Math.abs(alive - 0.997874)).toBeLessThanOrEqual(5e-7)
  })

  it('gives P(alive) as its definition integrated step by step', () => {
    fc.assert(
      fc.property(anyParameters, anyHistory, (parameters, history) => {
        const direct = aliveByDefinition(parameters, history)
        const alive = probabilityAlive({ kind: 'pareto-nbd', parameters }, history)
        expect(Math.abs(alive - direct)).toBeLessThan(1e-9)
      }),
    )
  })

  it('takes who leaves in the horizon before any order for one without an order', () => {
    fc.assert(
      fc.property(anyParameters, anyHistory, positive(0.1, 100), (parameters, history, weeks) => {
        const { r, alpha, s, beta } = parameters
        const shape = r + history.frequency
        const [buying, leaving] = [alpha + history.age, beta + history.age]
        const neitherUntil = (y: number) =>
          (buying / (buying + y)) ** shape * (leaving / (leaving + y)) ** s
        const leaves = simpson((y) => (s / (leaving + y)) * neitherUntil(y), weeks)
        const direct = 1 - neitherUntil(weeks) - leaves
        const someOrder = paretoNbd.chanceOfOrder(parameters, history, weeks)
        expect(Math.abs(someOrder - direct)).toBeLessThan(1e-9)
      }),
    )
  })

  it('has the likelihood of the definition', () => {
    const { r, alpha, s, beta } = CDNOW
    const { frequency: x, recency, age } = TWICE
    const buying = (y: number) => alpha ** r / (alpha + y) ** (r + x)
    const left = simpson((y) => {
      const at = recency + y
      return buying(at) * s * (beta ** s / (beta + at) ** (s + 1))
    }, age - recency)
    const alive = buying(age) * (beta / (beta + age)) ** s
    const direct = logGamma(r + x) - logGamma(r) + Math.log(alive + left)
    expect(paretoNbd.logLikelihood(CDNOW, TWICE)).toBeCloseTo(direct, 11)
  })

  it('expects as many orders as its chance of one, summed over the weeks to come', () => {
    const model = { kind: 'pareto-nbd', parameters: CDNOW } as const
    const { r, alpha, s, beta } = CDNOW
    const rate = (r + 2) / (alpha + TWICE.age)
    const stays = simpson((y) => ((beta + TWICE.age) / (beta + TWICE.age + y)) ** s, 39)
    const direct = probabilityAlive(model, TWICE) * rate * stays
    expect(expectedOrders(model, TWICE, 39)).toBeCloseTo(direct, 11)
    const soon = 1 - probabilityOfNoOrder(model, TWICE, 1e-4)
    expect(expectedOrders(model, TWICE, 1e-4) / soon).toBeCloseTo(1, 5)
  })

  it('expects E[X(t)] orders of a new customer', () => {
    const model = { kind: 'pareto-nbd', parameters: CDNOW } as const
    const { r, alpha, s, beta } = CDNOW
    const published = ((r * beta) / (alpha * (s - 1))) * (1 - (beta / (beta + 39)) ** (s - 1))
    const first = { frequency: 0, recency: 0, age: 0 }
    expect(expectedOrders(model, first, 39)).toBeCloseTo(published, 12)
  })

  it('is continuous where s = 1', () => {
    const at = (s: number) => paretoNbd.ordersIfAlive({ ...CDNOW, s }, TWICE, 39)
    expect(at(1)).toBeCloseTo(at(1 + 1e-9), 8)
  })
})
