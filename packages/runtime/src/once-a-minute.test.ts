import { expect, test } from 'vitest'
import { onceAMinute } from './once-a-minute.ts'

test('a fault that lasts is told when it begins, and then once a minute, whatever its words', () => {
  const told: string[] = []
  const clock = { now: 0 }
  const hear = onceAMinute(
    ({ message }) => told.push(`${clock.now / 1_000} ${message}`),
    () => clock.now,
  )
  for (; clock.now < 150_000; clock.now += 1_000)
    hear(new Error(clock.now % 2_000 === 0 ? 'it does not answer' : 'nothing listens'))
  expect(told).toEqual(['0 it does not answer', '60 it does not answer', '120 it does not answer'])
})
