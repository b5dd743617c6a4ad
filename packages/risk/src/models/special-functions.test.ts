import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logGamma, logOnePlusExp, logRising } from './special-functions.ts'

describe('logGamma', () => {
  it.each([
    [1e-5, 11.512919692895826],
    [0.5, 0.5 * Math.log(Math.PI)],
    [1, 0],
    [2, 0],
    [10, Math.log(362_880)],
    [100, 359.1342053695754],
    [1e6, 12_815_504.569147611],
  ])('is the logarithm of the gamma function at %d', (z, expected) => {
    expect(Math.abs(logGamma(z) - expected)).toBeLessThanOrEqual(1e-14 * Math.max(1, expected))
  })

  it('obeys Γ(z + 1) = z Γ(z)', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (z) => {
        const error = logGamma(z + 1) - logGamma(z) - Math.log(z)
        expect(Math.abs(error)).toBeLessThanOrEqual(4e-15 * Math.max(4, Math.abs(logGamma(z))))
      }),
    )
  })
})

describe('logRising', () => {
  it('is the logarithm of z (z + 1) … (z + n − 1), for a huge z too', () => {
    const anyZ = fc.double({ min: -3, max: 12, noNaN: true }).map((exponent) => 10 ** exponent)
    fc.assert(
      fc.property(anyZ, fc.integer({ min: 0, max: 200 }), (z, n) => {
        let product = 0
        for (let i = 0; i < n; i++) product += Math.log(z + i)
        const error = Math.abs(logRising(z, n) - product)
        expect(error).toBeLessThanOrEqual(2e-14 * Math.max(10, Math.abs(product)))
      }),
    )
  })
})

describe('logOnePlusExp', () => {
  it('neither overflows nor loses a small term', () => {
    expect(logOnePlusExp(1000)).toBe(1000)
    expect(logOnePlusExp(-800)).toBe(0)
    expect(logOnePlusExp(Number.NEGATIVE_INFINITY)).toBe(0)
    expect(logOnePlusExp(-40)).toBe(Math.exp(-40))
    expect(logOnePlusExp(0)).toBeCloseTo(Math.log(2), 15)
  })
})
