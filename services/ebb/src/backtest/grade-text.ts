/** What has no meaning in a table, as NaN is. */
const NOTHING = '–'

const textOf = (value: number, text: (value: number) => string): string =>
  Number.isNaN(value) ? NOTHING : text(value)

/** A whole number: `1,301`. */
export const count = (value: number): string => value.toLocaleString('en-US')

/** A share: `48 %`. */
export const percent = (share: number): string =>
  textOf(share, (value) => `${(100 * value).toFixed(0)} %`)

/** Days: `133 d`. */
export const days = (value: number): string => textOf(value, (some) => `${some.toFixed(0)} d`)

/** A measure to so many decimals, without the zero before the point: `.7364`. */
export const decimals = (value: number, digits: number): string =>
  textOf(value, (some) => some.toFixed(digits).replace(/^0\./, '.'))
