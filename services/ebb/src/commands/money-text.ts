import { minorUnitExponent } from '@ebb/contracts/currency'

/** Minor units of a currency as people write them, without its code: `1,234.50`. */
export const moneyText = (minor: number, currency: string): string => {
  const digits = minorUnitExponent(currency)
  return (minor / 10 ** digits).toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}
