import { expect, test } from 'vitest'
import { HaltError, TransientError } from './faults.ts'
import { retryWithin } from './retry.ts'

test('a call is repeated as long as its fault may pass, then the last fault is thrown', async () => {
  const faults = [1, 2].map((n) => new TransientError('EBB_TEST_AWAY', `fault ${n}`))
  const left = [...faults]
  const called = retryWithin(60_000, async () => {
    const fault = left.shift()
    if (fault !== undefined) throw fault
    return 'there'
  })
  expect(await called).toBe('there')
  const fail = (error: Error) => async () => {
    throw error
  }
  await expect(retryWithin(1, fail(faults[0]!))).rejects.toBe(faults[0])
  const refused = new HaltError('EBB_TEST_REFUSED', 'no')
  await expect(retryWithin(60_000, fail(refused))).rejects.toBe(refused)
})
