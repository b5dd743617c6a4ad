import assert from 'node:assert/strict'
import { test } from 'vitest'
import { scaledClock } from './clock.ts'

const DAY = 86_400_000

test('a day passes on a scaled clock while a second passes', () => {
  let passed = 5_000
  const clock = scaledClock({ startAt: 30 * DAY, rate: 86_400, elapsed: () => passed })
  assert.equal(clock.now(), 30 * DAY)
  passed += 1_000
  assert.equal(clock.now(), 31 * DAY)
})

test('a scaled clock goes on by a second’s worth where nobody looked for long', () => {
  let passed = 0
  const clock = scaledClock({ startAt: 0, rate: 86_400, elapsed: () => passed })
  passed += 8 * 3_600_000
  assert.equal(clock.now(), DAY)
  passed += 500
  assert.equal(clock.now(), 1.5 * DAY)
})

test('a scaled clock shows whole milliseconds at any rate', () => {
  let passed = 0
  const clock = scaledClock({ startAt: 7, rate: 0.3, elapsed: () => passed })
  passed = 5
  assert.equal(clock.now(), 8)
})
