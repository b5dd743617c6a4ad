import { decimalOf, toMinorUnits } from '@ebb/contracts/decimal-amount'

/** An amount in minor units, or why it is none: a sentence without its full stop, and what helps. */
export type AmountReading =
  | { readonly minor: number }
  | { readonly what: string; readonly fix: string }

/**
 * An amount of a policy in minor units of a currency with so many decimals. Unlike amounts of
 * events it is not rounded: 9.999 dollars in a policy are a slip of the hand. Zeros cost nothing.
 */
export const readAmount = (value: number | string, exponent: number): AmountReading => {
  const amount = decimalOf(value)
  if (amount === 'not a number')
    return {
      what: `"${value}" is no amount of money`,
      fix: 'Write it like 10 or 9.50, without signs',
    }
  if (amount === 'negative')
    return { what: `${value} is below zero`, fix: 'Write an amount of zero or more' }
  const decimals = amount.digits.replace(/0+$/, '').length - amount.point
  if (decimals > exponent)
    return {
      what: `${value} has more decimals than the currency of the shop`,
      fix: exponent === 0 ? 'Write it without decimals' : `Write ${exponent} decimals at most`,
    }
  const minor = toMinorUnits(amount, exponent)
  return minor === undefined
    ? { what: `${value} is more money than can be counted`, fix: 'Write a smaller amount' }
    : { minor }
}
