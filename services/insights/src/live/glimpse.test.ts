import { expect, test } from 'vitest'
import { glimpse } from './glimpse.ts'

test('everybody who waits for the first answer gets it, and it is asked once', async () => {
  let asked = 0
  const look = glimpse(async () => (asked += 1), 60_000)
  expect(await Promise.all([look.latest(), look.latest()])).toEqual([1, 1])
  expect(await look.latest()).toBe(1)
  expect([asked, look.isAnswered()]).toEqual([1, true])
})

test('a failure leaves the answer before, and is known', async () => {
  let isAway = false
  const second = Promise.withResolvers<void>()
  const look = glimpse(async () => {
    if (!isAway) return 'here'
    queueMicrotask(second.resolve)
    throw new Error('away')
  }, 0)
  expect(await look.latest()).toBe('here')
  isAway = true
  while (look.isAnswered()) expect(await look.latest()).toBe('here')
  await second.promise
  expect([await look.latest(), look.isAnswered()]).toEqual(['here', false])
})

test('what was never answered is nothing', async () => {
  const look = glimpse(() => Promise.reject(new Error('away')), 60_000)
  expect([await look.latest(), look.isAnswered()]).toEqual([undefined, false])
})
