import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCdnow } from '../grading/cdnow-fixture.ts'
import { expectedOrderValue, fitSpend } from './gamma-gamma.ts'

const CDNOW = { kind: 'gamma-gamma', p: 6.25, q: 3.74, v: 15.44 } as const

describe('a fit of Gamma–Gamma', () => {
  it('reaches the published maximum on the repeaters of CDNOW', () => {
    const { model, logLikelihood } = fitSpend(readCdnow().map(({ values }) => values))
    expect(model.p).toBeCloseTo(6.25, 2)
    expect(model.q).toBeCloseTo(3.74, 2)
    expect(model.v).toBeCloseTo(15.44, 2)
    expect(logLikelihood).toBeCloseTo(-4055.92, 2)
  })

  it('leaves out who came once, and who paid nothing', () => {
    const spent = [
      { orders: 2, mean: 20 },
      { orders: 1, mean: 35 },
      { orders: 4, mean: 12 },
    ]
    const others = [
      { orders: 0, mean: 0 },
      { orders: 3, mean: 0 },
    ]
    expect(fitSpend([...spent, ...others])).toEqual(fitSpend(spent))
    expect(() => fitSpend(others)).toThrow(RangeError)
  })

  it('does not depend on the unit of money', () => {
    const values = readCdnow().map((customer) => customer.values)
    const inCents = values.map(({ orders, mean }) => ({ orders, mean: mean * 100 }))
    const [dollars, cents] = [fitSpend(values).model, fitSpend(inCents).model]
    expect(Math.abs(cents.p / dollars.p - 1)).toBeLessThan(1e-4)
    expect(Math.abs(cents.v / dollars.v / 100 - 1)).toBeLessThan(1e-4)
  })
})

describe('the expected value of an order', () => {
  it('of who never came back is that of customers on the whole, p v / (q − 1)', () => {
    const value = expectedOrderValue(CDNOW, { orders: 0, mean: Number.NaN })
    expect(value).toBeCloseTo((6.25 * 15.44) / 2.74, 12)
  })

  it('lies between that and what the customer spent, nearer to it with every order', () => {
    const anyValues = fc.record({
      orders: fc.integer({ min: 1, max: 100_000 }),
      mean: fc.double({ min: 0.01, max: 1e6, noNaN: true }),
    })
    fc.assert(
      fc.property(anyValues, (values) => {
        const whole = expectedOrderValue(CDNOW, { orders: 0, mean: 0 })
        const distance = (orders: number) =>
          Math.abs(expectedOrderValue(CDNOW, { ...values, orders }) - values.mean)
        const slack = 1e-9 * values.mean
        expect(distance(values.orders)).toBeLessThanOrEqual(Math.abs(whole - values.mean) + slack)
        expect(distance(values.orders + 1)).toBeLessThanOrEqual(distance(values.orders) + slack)
      }),
    )
  })

  it('is infinite where customers have no mean on the whole, until one has spent', () => {
    const wild = { ...CDNOW, q: 0.9 }
    expect(expectedOrderValue(wild, { orders: 0, mean: 0 })).toBe(Number.POSITIVE_INFINITY)
    expect(expectedOrderValue(wild, { orders: 1, mean: 30 })).toBeLessThan(100)
  })
})
