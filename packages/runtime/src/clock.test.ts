import assert from 'node:assert/strict'
import { test } from 'vitest'
import { scaledClock, wallClock } from './clock.ts'

const DAY = 86_400_000

test('a day passes on a scaled clock while a second passes on the wall', () => {
  let wallMs = 5_000
  const clock = scaledClock({ startAt: 30 * DAY, rate: 86_400, wall: { now: () => wallMs } })
  assert.equal(clock.now(), 30 * DAY)
  wallMs += 1_000
  assert.equal(clock.now(), 31 * DAY)
})

test('a scaled clock shows whole milliseconds at any rate', () => {
  let wallMs = 0
  const clock = scaledClock({ startAt: 7, rate: 0.3, wall: { now: () => wallMs } })
  wallMs = 5
  assert.equal(clock.now(), 8)
})

test('the wall clock shows whole milliseconds', () => {
  assert.ok(Number.isInteger(wallClock.now()))
})
