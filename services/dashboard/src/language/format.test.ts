import { describe, expect, test } from 'vitest'
import { daysBetween, formatOf } from './format.ts'
import { languageFor } from './languages.ts'

const shop = { timeZone: 'Asia/Shanghai', currency: 'CNY', currencyExponent: 2 }
const english = formatOf({ ...shop, tag: 'en-GB' })
const chinese = formatOf({ ...shop, tag: 'zh-CN' })

describe('formats', () => {
  test('write instants in the shop’s time zone', () => {
    expect(english.date('2027-03-14T17:30:00Z')).toBe('15 Mar 2027')
    expect(chinese.date('2027-03-14T17:30:00Z')).toBe('2027年3月15日')
    expect(english.clock('2027-03-14T17:30:05Z')).toBe('01:30:05')
  })

  test('write money by the decimals of the minor unit', () => {
    expect(chinese.money(123_456)).toBe('¥1,234.56')
    const yen = { timeZone: 'Asia/Tokyo', currency: 'JPY', currencyExponent: 0 }
    expect(formatOf({ ...yen, tag: 'en' }).money(1_500)).toBe('¥1,500')
    const dinar = { timeZone: 'Asia/Baghdad', currency: 'IQD', currencyExponent: 3 }
    expect(formatOf({ ...dinar, tag: 'en' }).money(1_500)).toContain('1.500')
  })

  test('never write a risk below one as certainty, nor one above nought as none', () => {
    expect(english.percent(0.424)).toBe('42%')
    expect(english.percent(0.999_999)).toBe('99.99%')
    expect(english.percent(0.996)).toBe('99.6%')
    expect(english.percent(0.001)).toBe('0.1%')
    expect(english.percent(1)).toBe('100%')
    expect(english.percent(0)).toBe('0%')
  })

  test('write a difference with its sign', () => {
    expect([0.087, -0.01, 0].map(english.points)).toEqual(['+8.7', '-1', '0'])
  })

  test('write distances in the largest unit that tells something', () => {
    const from = '2027-03-14T12:00:00Z'
    const told = ['2027-03-14T12:20:00Z', '2027-03-15T12:00:00Z', '2027-04-17T12:00:00Z']
    expect(told.map((at) => english.distance(at, from))).toEqual([
      'in 20 minutes',
      'tomorrow',
      'in 34 days',
    ])
    expect(english.distance('2026-06-14T12:00:00Z', from)).toBe('9 months ago')
    expect(english.distance('2030-06-14T12:00:00Z', from)).toBe('in 3 years')
    expect(chinese.distance('2027-03-11T12:00:00Z', from)).toBe('3天前')
  })
})

test('a length of time has its largest whole unit, and a day of the shop stays that day', () => {
  const told = [1_000, 30_000, 120_000, 43_200_000, 30 * 86_400_000].map(english.span)
  expect(told).toEqual(['1 sec', '30 secs', '2 mins', '12 hrs', '30 days'])
  expect(chinese.span(120_000)).toBe('2分钟')
  const samoa = formatOf({ ...shop, tag: 'en-GB', timeZone: 'Pacific/Pago_Pago' })
  expect(samoa.civilDate('2026-06-01')).toBe('1 Jun 2026')
})

test('habits have the day of the week and the hour as they are counted', () => {
  expect([1, 7].map(english.weekday)).toEqual(['Monday', 'Sunday'])
  expect([1, 7].map(chinese.weekday)).toEqual(['星期一', '星期日'])
  expect([0, 20].map(english.hour)).toEqual(['00:00', '20:00'])
})

test('days of silence are whole days', () => {
  expect(daysBetween('2027-03-01T10:00:00Z', '2027-03-04T09:59:59Z')).toBe(2)
  expect(daysBetween('2027-03-01T10:00:00Z', '2027-03-04T10:00:00Z')).toBe(3)
})

test('the language is the first that the browser asks for and the page has', () => {
  expect(languageFor(['de-DE', 'zh-TW', 'en'])).toBe('zh')
  expect(languageFor(['EN-us'])).toBe('en')
  expect(languageFor(['zhuang', 'fr'])).toBe('en')
  expect(languageFor([])).toBe('en')
})
