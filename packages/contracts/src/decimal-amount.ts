/** A decimal number that is not negative: `0.digits · 10^point`. Zero has no digits. */
export interface Decimal {
  /** Without leading zeros. */
  readonly digits: string
  readonly point: number
}

/** A text or number read as a decimal; the fault where it is none, or below zero. */
export type DecimalOutcome = Decimal | 'not a number' | 'negative'

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i

/**
 * Reads `19.95`, `.5`, `1e3`, and numbers by their shortest decimal form, so that 19.995 means
 * 19.995 and not the binary fraction below it. No thousands separators, no currency signs.
 */
export const decimalOf = (value: string | number): DecimalOutcome => {
  const [all, sign, whole = '', fraction = '', exponent = '0'] =
    DECIMAL.exec(String(value).trim()) ?? []
  if (all === undefined || whole + fraction === '') return 'not a number'
  const digits = (whole + fraction).replace(/^0+/, '')
  if (digits === '') return { digits, point: 0 }
  if (sign === '-') return 'negative'
  const leadingZeros = whole.length + fraction.length - digits.length
  return { digits, point: whole.length - leadingZeros + Number(exponent) }
}

/** More digits than these do not fit below 2^53. */
const MOST_DIGITS = 16

/** Half-up in units of `10^-exponent`; `undefined` above 2^53 − 1. */
export const toMinorUnits = (amount: Decimal, exponent: number): number | undefined => {
  const kept = amount.digits === '' ? 0 : amount.point + exponent
  if (kept > MOST_DIGITS) return undefined
  // Half-up: the first digit that is dropped decides, whatever follows it.
  const up = kept >= 0 && (amount.digits[kept] ?? '0') >= '5' ? 1 : 0
  const minor = Number(amount.digits.slice(0, Math.max(kept, 0)).padEnd(kept, '0')) + up
  return minor <= Number.MAX_SAFE_INTEGER ? minor : undefined
}

/** One conversion of minor units. */
export interface Conversion {
  /** Decimals of the minor unit that the amount is in. */
  readonly fromExponent: number
  /** Decimals of the minor unit wanted. */
  readonly toExponent: number
  /** Units of the wanted currency for one unit of the other. */
  readonly rate: Decimal
}

/** Minor units in another currency, exact and then half-up; `undefined` above 2^53 − 1. */
export const convertMinorUnits = (minor: number, conversion: Conversion): number | undefined => {
  const { fromExponent, toExponent, rate } = conversion
  const scale = rate.digits.length - rate.point + fromExponent - toExponent
  const product = BigInt(minor) * BigInt(rate.digits) * 10n ** BigInt(Math.max(-scale, 0))
  const divisor = 10n ** BigInt(Math.max(scale, 0))
  const converted = (2n * product + divisor) / (2n * divisor)
  return converted <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(converted) : undefined
}

/**
 * A sum of minor units, or the greatest (the least) that a number holds exactly: orders that nobody
 * pays may come to more.
 */
export const exactMinor = (sum: number): number =>
  Math.min(Math.max(sum, -Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)
