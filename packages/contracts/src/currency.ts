/**
 * Decimals of the minor unit where they are not two (ISO 4217, list one). `Intl` is no source for
 * these: it follows what people write, so that an Iraqi dinar or an Albanian lek has none there.
 */
const EXPONENTS: ReadonlyMap<string, number> = new Map([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
    .split(' ')
    .map((code): [string, number] => [code, 0]),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code): [string, number] => [code, 3]),
  ['CLF', 4],
  ['UYW', 4],
])

const KNOWN: ReadonlySet<string> = new Set([
  ...Intl.supportedValuesOf('currency'),
  ...EXPONENTS.keys(),
])

/** Whether a text is the code of a currency, in capitals. */
export const isCurrency = (code: string): boolean => KNOWN.has(code)

/** Decimals of the minor unit of a known currency: 2 for USD, 0 for JPY, 3 for KWD. */
export const minorUnitExponent = (currency: string): number => EXPONENTS.get(currency) ?? 2
