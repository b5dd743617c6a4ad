import { expect, test } from 'vitest'
import { eventRate } from './event-rate.ts'

test('whole seconds are told, the running one is not', () => {
  const rate = eventRate(10_200)
  rate.add(10_900, 3)
  expect(rate.lastMinute(10_950)).toEqual([])
  rate.add(11_000, 5)
  rate.add(11_999, 1)
  expect(rate.lastMinute(12_000)).toEqual([3, 6])
  expect(rate.lastMinute(14_000)).toEqual([3, 6, 0, 0])
})

test('sixty seconds are told at most', () => {
  const rate = eventRate(0)
  for (let second = 0; second < 100; second += 1) rate.add(second * 1_000, second)
  const told = rate.lastMinute(100_000)
  expect([told.length, told[0], told.at(-1)]).toEqual([60, 40, 99])
})
