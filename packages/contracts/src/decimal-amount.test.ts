import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import { isCurrency, minorUnitExponent } from './currency.ts'
import { convertMinorUnits, type Decimal, decimalOf, toMinorUnits } from './decimal-amount.ts'

const decimal = (value: string | number): Decimal => {
  const read = decimalOf(value)
  assert.ok(typeof read === 'object', `${value} is ${read}`)
  return read
}
const minor = (value: string | number, exponent = 2) => toMinorUnits(decimal(value), exponent)

test.each([
  ['19.995', 2_000],
  [19.995, 2_000],
  ['19.994999999999999999999999', 1_999],
  ['1.005', 101],
  [1.005, 101],
  ['0.1', 10],
  ['.5', 50],
  ['5.', 500],
  ['007', 700],
  ['1e3', 100_000],
  [1e-7, 0],
  ['0.005', 1],
  ['0.00499', 0],
  ['-0.00', 0],
  [' 12.30 ', 1_230],
  ['0e999999999', 0],
  ['1e-999999999', 0],
])('%s is %i minor units', (value, units) => {
  assert.equal(minor(value), units)
})

test('the currency decides the decimals', () => {
  assert.equal(minor('1499.5', minorUnitExponent('JPY')), 1_500)
  assert.equal(minor('1.2345', minorUnitExponent('KWD')), 1_235)
  assert.equal(minorUnitExponent('IQD'), 3)
  assert.equal(minorUnitExponent('ALL'), 2)
  assert.equal(isCurrency('EUR'), true)
  assert.equal(isCurrency('eur'), false)
  assert.equal(isCurrency('XYZ'), false)
})

test.each(['', '.', '-', '1,299.00', '€10', '10 EUR', '0x10', 'NaN', 'Infinity', '1e', '--1'])(
  '%s is not a number',
  (value) => assert.equal(decimalOf(value), 'not a number'),
)

test.each(['-1', -0.01, '-0.001'])('%s is negative', (value) => {
  assert.equal(decimalOf(value), 'negative')
})

test('the greatest exact number of minor units is taken, the next is not', () => {
  assert.equal(minor('90071992547409.91'), Number.MAX_SAFE_INTEGER)
  assert.equal(minor('90071992547409.92'), undefined)
  assert.equal(minor('90071992547409.915'), undefined)
  assert.equal(minor('1e999999999'), undefined)
  assert.equal(minor(`1${'0'.repeat(30_000)}`), undefined)
})

test('an amount that was written from minor units is read back', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.integer({ min: 0, max: 4 }), (units, exponent) => {
      const digits = String(units).padStart(exponent + 1, '0')
      const split = digits.length - exponent
      assert.equal(minor(`${digits.slice(0, split)}.${digits.slice(split)}`, exponent), units)
    }),
  )
})

test('rounding is half-up, as in whole numbers', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 14n }), (thousandths) => {
      const text = String(thousandths).padStart(4, '0')
      const expected = Number((thousandths + 5n) / 10n)
      assert.equal(minor(`${text.slice(0, -3)}.${text.slice(-3)}`), expected)
    }),
  )
})

test('a conversion is exact before it rounds', () => {
  const rate = decimal(1.0837)
  assert.equal(convertMinorUnits(2_000, { fromExponent: 2, toExponent: 2, rate }), 2_167)
  const yen = decimal('0.0065')
  assert.equal(convertMinorUnits(1_500, { fromExponent: 0, toExponent: 2, rate: yen }), 975)
  const dinar = decimal(3.25)
  assert.equal(convertMinorUnits(1_001, { fromExponent: 3, toExponent: 0, rate: dinar }), 3)
  const large = decimal(1e9)
  assert.equal(
    convertMinorUnits(Number.MAX_SAFE_INTEGER, { fromExponent: 2, toExponent: 2, rate: large }),
    undefined,
  )
})

test('a rate of one changes nothing', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (units) => {
      const rate = decimal(1)
      assert.equal(convertMinorUnits(units, { fromExponent: 2, toExponent: 2, rate }), units)
    }),
  )
})
