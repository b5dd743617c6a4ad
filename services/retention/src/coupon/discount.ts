import { convertMinorUnits, decimalOf } from '@ebb/contracts/decimal-amount'
import type { Discount } from '@ebb/contracts/winback-record'

/**
 * What a discount takes off an order of at least 0, all in minor units: integers, half-up as all
 * money here, never more than the order's total nor than `greatestDiscountOf`.
 */
export const discountOf = (discount: Discount, order: { readonly totalMinor: number }): number => {
  const { totalMinor } = order
  const wanted =
    discount.kind === 'amount' ? discount.amountMinor : hundredths(totalMinor, discount.percent)
  return Math.min(wanted, totalMinor, greatestDiscountOf(discount))
}

/** The most that a discount takes off any order: what a budget has to reserve for it. */
export const greatestDiscountOf = (discount: Discount): number =>
  discount.kind === 'amount' ? discount.amountMinor : discount.maximumMinor

/** Exact in decimals, so that 0.7 % are seven thousandths and not the binary fraction below. */
const hundredths = (totalMinor: number, percent: number): number => {
  const rate = decimalOf(percent)
  if (typeof rate === 'string') throw new TypeError(`${percent} is no percentage`)
  // Hundredths are what two decimals of a minor unit are: 10 % of 950 are 95.00.
  const part = convertMinorUnits(totalMinor, { fromExponent: 2, toExponent: 0, rate })
  if (part === undefined) throw new TypeError(`${percent} % of an order are more than the order`)
  return part
}
