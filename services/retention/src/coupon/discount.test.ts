import type { Discount } from '@ebb/contracts/winback-record'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { discountOf, greatestDiscountOf } from './discount.ts'

const percent = (hundredths: number, maximumMinor = 1_000_000): Discount => ({
  kind: 'percent',
  percent: hundredths,
  maximumMinor,
})

// Discount, order, what it takes off.
const CASES: readonly (readonly [Discount, number, number])[] = [
  [percent(10), 10_000, 1_000],
  // Half-up: 10 % of 0.05 and of 0.04, 7.5 % of 0.60 and of 9.99.
  [percent(10), 5, 1],
  [percent(10), 4, 0],
  [percent(7.5), 60, 5],
  [percent(7.5), 999, 75],
  // In binary fractions this is 34.999…
  [percent(0.7), 5_000, 35],
  [percent(1e-7), 500_000_000, 1],
  [percent(100), 999, 999],
  [percent(10, 500), 10_000, 500],
  [percent(100), Number.MAX_SAFE_INTEGER, 1_000_000],
  [{ kind: 'amount', amountMinor: 500 }, 10_000, 500],
  [{ kind: 'amount', amountMinor: 500 }, 300, 300],
  [percent(10), 0, 0],
]

const minor = fc.oneof(fc.nat(100_000), fc.maxSafeNat())
const arbitraryDiscount: fc.Arbitrary<Discount> = fc.oneof(
  minor.map((amountMinor): Discount => ({ kind: 'amount', amountMinor })),
  fc
    .tuple(fc.double({ min: 1e-9, max: 100, noNaN: true }), minor)
    .map(([hundredths, maximumMinor]) => percent(hundredths, maximumMinor)),
)

describe('a discount', () => {
  it.each(CASES)('%j takes off an order of %d: %d', (discount, totalMinor, off) => {
    expect(discountOf(discount, { totalMinor })).toBe(off)
  })

  it('is whole, and never more than the order or than what a budget reserves for it', () => {
    fc.assert(
      fc.property(arbitraryDiscount, minor, (discount, totalMinor) => {
        const off = discountOf(discount, { totalMinor })
        expect(Number.isSafeInteger(off)).toBe(true)
        expect(off).toBeGreaterThanOrEqual(0)
        expect(off).toBeLessThanOrEqual(Math.min(totalMinor, greatestDiscountOf(discount)))
      }),
    )
  })

  it('reaches what a budget reserves for it, on a large enough order', () => {
    const totalMinor = Number.MAX_SAFE_INTEGER
    expect(discountOf(percent(10, 500), { totalMinor })).toBe(greatestDiscountOf(percent(10, 500)))
    const amount = { kind: 'amount', amountMinor: 700 } as const
    expect(discountOf(amount, { totalMinor })).toBe(greatestDiscountOf(amount))
  })

  it('never falls while the order grows', () => {
    fc.assert(
      fc.property(arbitraryDiscount, minor, minor, (discount, one, other) => {
        const [small, large] = [Math.min(one, other), Math.max(one, other)]
        const off = (totalMinor: number) => discountOf(discount, { totalMinor })
        expect(off(small)).toBeLessThanOrEqual(off(large))
      }),
    )
  })
})
