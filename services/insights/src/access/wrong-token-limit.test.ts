import { expect, test } from 'vitest'
import { wrongTokenLimit } from './wrong-token-limit.ts'

const MINUTE_MS = 60_000

test('ten wrong tokens close it for the rest of the minute, for their address alone', () => {
  let now = 0
  const limit = wrongTokenLimit({ now: () => now })
  for (let wrong = 0; wrong < 9; wrong += 1) limit.count('a')
  expect(limit.isOpen('a')).toBe(true)
  limit.count('a')
  expect([limit.isOpen('a'), limit.isOpen('b')]).toEqual([false, true])
  now = MINUTE_MS
  expect(limit.isOpen('a')).toBe(true)
})

test('where no more addresses can be kept in mind, a new one is refused', () => {
  let now = 0
  const limit = wrongTokenLimit({ now: () => now })
  for (let address = 0; address < 10_000; address += 1) limit.count(`address ${address}`)
  expect([limit.isOpen('another'), limit.isOpen('address 7')]).toEqual([false, true])
  now = MINUTE_MS
  expect(limit.isOpen('another')).toBe(true)
})
