import { expect, test } from 'vitest'
import { duration, parseInstant, shopDay, shopMinute, shopSecond } from './shop-time.ts'

const NEW_YEAR = Date.UTC(2025, 11, 31, 23, 30, 9)

test('instants are shown on the clocks of the shop', () => {
  expect(shopSecond(NEW_YEAR, 'UTC')).toBe('2025-12-31 23:30:09')
  expect(shopMinute(NEW_YEAR, 'Europe/Berlin')).toBe('2026-01-01 00:30')
  expect(shopDay(NEW_YEAR, 'Europe/Berlin')).toBe('2026-01-01')
})

test('a day means its beginning in the shop, an instant means itself', () => {
  expect(parseInstant('2026-07-01')('Europe/Berlin')).toBe(Date.UTC(2026, 5, 30, 22))
  expect(parseInstant('2026-07-01')('UTC')).toBe(Date.UTC(2026, 6, 1))
  expect(parseInstant('2026-07-01T08:00+02:00')('UTC')).toBe(Date.UTC(2026, 6, 1, 6))
})

test('an instant without an offset is refused, for nobody knows which clock it is of', () => {
  for (const text of ['2026-07-01T08:00', '1 July 2026', '2026-13-01', '2026-02-29', ''])
    expect(() => parseInstant(text)).toThrow('Give a day')
})

test('a length of time is told in its largest unit', () => {
  const texts = [400, 4_000, 119_999, 120_000, 7_200_000, 172_800_000, 9e10].map(duration)
  expect(texts).toEqual(['0 s', '4 s', '119 s', '2 min', '2 h', '2 days', '1,041 days'])
})
