import { expect, test } from 'vitest'
import { memorySlope } from './memory-slope.ts'

const MIB = 1_048_576
const MINUTE_MS = 60_000

/** A sample each second: a line, and garbage on top of it that is collected every 20 s. */
const grown = (minutes: number, mibAnHour: number) =>
  Array.from({ length: minutes * 60 }, (_, second) => ({
    at: second * 1_000,
    bytes: 100 * MIB + ((second / 3_600) * mibAnHour + (second % 20)) * MIB,
  }))

test('the slope is that of the line below the garbage', () => {
  expect(memorySlope(grown(30, 12), 0)).toBeCloseTo(12, 6)
  expect(memorySlope(grown(30, 0), 0)).toBeCloseTo(0, 6)
})

test('what grew in the warm-up does not count', () => {
  const warm = grown(10, 600)
  const flat = grown(20, 0).map(({ at, bytes }) => ({
    at: at + 10 * MINUTE_MS,
    bytes: bytes + 100 * MIB,
  }))
  expect(memorySlope([...warm, ...flat], 10 * MINUTE_MS)).toBeCloseTo(0, 6)
  expect(memorySlope([...warm, ...flat], 0)).toBeGreaterThan(10)
})

test('minutes enough to tell there must be', () => {
  expect(memorySlope(grown(2, 5), 0)).toBeNaN()
  expect(memorySlope([], 0)).toBeNaN()
})
