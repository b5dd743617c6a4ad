import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCdnow } from '../grading/cdnow-fixture.ts'
import { bgNbd } from './bg-nbd.ts'
import { expectedOrders, probabilityAlive } from './risk-model.ts'
import { logGamma } from './special-functions.ts'

const CDNOW = { r: 0.2425945, alpha: 4.4136019, a: 0.7929199, b: 2.4258881 }
const MODEL = { kind: 'bg-nbd', parameters: CDNOW } as const
const CUSTOMER_1516 = { frequency: 26, recency: 30.857142857, age: 31 }

const anyParameters = fc.record({
  r: fc.double({ min: 0.1, max: 3, noNaN: true }),
  alpha: fc.double({ min: 0.5, max: 50, noNaN: true }),
  a: fc.double({ min: 0.05, max: 3, noNaN: true }),
  b: fc.double({ min: 1, max: 20, noNaN: true }),
})

describe('BG/NBD', () => {
  it('takes a one-time buyer for alive, however long they are silent', () => {
    expect(probabilityAlive(MODEL, { frequency: 0, recency: 0, age: 1e6 })).toBe(1)
  })

  it('gives P(alive) of CDNOW customer 1516', () => {
    const alive = probabilityAlive(MODEL, CUSTOMER_1516)
    // The published .9688523 belongs to a fit just short of the maximum. These parameters give
    // .96885450141 in forty-digit arithmetic.
    expect(alive).toBeCloseTo(0.96885450141, 11)
    expect(Math.abs(alive - 0.9688523)).toBeLessThan(3e-6)
  })

  it('has the likelihood of the published formula', () => {
    const logBeta = (p: number, q: number) => logGamma(p) + logGamma(q) - logGamma(p + q)
    const { r, alpha, a, b } = CDNOW
    const [x, tx, age] = [2, 30.43, 38.86]
    const staying = Math.exp(logBeta(a, b + x) - logBeta(a, b)) * (alpha + age) ** -(r + x)
    const leaving = Math.exp(logBeta(a + 1, b + x - 1) - logBeta(a, b)) * (alpha + tx) ** -(r + x)
    const buying = logGamma(r + x) - logGamma(r) + r * Math.log(alpha)
    const history = { frequency: x, recency: tx, age }
    const direct = buying + Math.log(staying + leaving)
    expect(bgNbd.logLikelihood(CDNOW, history)).toBeCloseTo(direct, 12)
  })
})

describe('orders expected by BG/NBD', () => {
  it('is 1.226 over the next 39 weeks for (2, 30.43, 38.86)', () => {
    const history = { frequency: 2, recency: 30.43, age: 38.86 }
    expect(expectedOrders(MODEL, history, 39)).toBeCloseTo(1.226, 3)
  })

  it('averages to the published values by x over the hold-out of CDNOW', () => {
    const sums = new Map<number, { orders: number; customers: number }>()
    for (const { calibration } of readCdnow()) {
      const x = Math.min(7, calibration.frequency)
      const { orders, customers } = sums.get(x) ?? { orders: 0, customers: 0 }
      const expected = expectedOrders(MODEL, calibration, 39)
      sums.set(x, { orders: orders + expected, customers: customers + 1 })
    }
    const published = [0.2251, 0.5231, 1.0441, 1.5203, 2.1638, 2.6538, 3.504, 6.157]
    for (const [x, value] of published.entries()) {
      const { orders, customers } = sums.get(x)!
      // x = 4 and x ≥ 7 come out as 2.1639 and 6.1572 with the seven-digit parameters above.
      expect(Math.abs(orders / customers - value)).toBeLessThan(x === 7 ? 2e-4 : 1e-4)
    }
  })

  it('equals the published formula with its own hypergeometric series', () => {
    const anyHistory = fc.tuple(
      fc.integer({ min: 1, max: 10 }),
      fc.double({ min: 0, max: 50, noNaN: true }),
      fc.double({ min: 0, max: 50, noNaN: true }),
    )
    fc.assert(
      fc.property(anyParameters, anyHistory, (parameters, [frequency, recency, silence]) => {
        fc.pre(Math.abs(parameters.a - 1) > 0.01)
        const history = { frequency, recency, age: recency + silence }
        const direct = publishedFormula(parameters, history, 30)
        const model = { kind: 'bg-nbd', parameters } as const
        const error = Math.abs(expectedOrders(model, history, 30) - direct)
        expect(error).toBeLessThanOrEqual(1e-9 * Math.max(1e-3, direct))
      }),
    )
  })

  it('is continuous where a = 1 and where a + b = 1', () => {
    const history = { frequency: 0, recency: 0, age: 0 }
    const at = (a: number, b: number) =>
      expectedOrders({ ...MODEL, parameters: { ...CDNOW, a, b } }, history, 39)
    expect(at(1, 2)).toBeCloseTo(at(1 + 1e-9, 2), 8)
    expect(at(0.25, 0.75)).toBeCloseTo(at(0.25, 0.75 + 1e-9), 8)
  })

  it('is finite after ten thousand orders, and never above what buying alone allows', () => {
    const history = { frequency: 10_000, recency: 500, age: 500.1 }
    const orders = expectedOrders(MODEL, history, 39)
    expect(orders).toBeGreaterThan(0)
    expect(orders).toBeLessThan((10_001 / 500) * 39)
  })

  it('is 0 over no time', () => {
    expect(expectedOrders(MODEL, CUSTOMER_1516, 0)).toBeCloseTo(0, 15)
  })
})

function publishedFormula(
  parameters: typeof CDNOW,
  history: typeof CUSTOMER_1516,
  weeks: number,
): number {
  const { r, alpha, a, b } = parameters
  const { frequency: x, age } = history
  const z = weeks / (alpha + age + weeks)
  let term = 1
  let series = 1
  for (let n = 0; n < 100_000 && term > 1e-17 * series; n++) {
    term *= (((r + x + n) * (b + x + n)) / ((a + b + x - 1 + n) * (n + 1))) * z
    series += term
  }
  const alive = probabilityAlive({ kind: 'bg-nbd', parameters }, history)
  return ((alive * (a + b + x - 1)) / (a - 1)) * (1 - (1 - z) ** (r + x) * series)
}
