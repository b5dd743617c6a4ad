import { expect, test } from 'vitest'
import { outcomeOf } from './produce-request.ts'

const answered = (partition: number, baseOffset: string, errorCode = 0) => ({
  topics: [{ topicName: 'a', partitions: [{ partition, baseOffset, errorCode }] }],
})
const errorOf = async ({ errorCode }: { errorCode: number }) =>
  errorCode === 0 ? undefined : new Error(`code ${errorCode}`)
const outcome = (answer: ReturnType<typeof answered>, topic = 'a') =>
  outcomeOf(answer, { topic, partition: 3 }, errorOf)

test('only an answer that names the partition acknowledges what was sent to it', async () => {
  expect(await outcome(answered(3, '17'))).toBe(17)
  expect(await outcome(answered(3, '0'))).toBe(0)
  for (const told of [
    await outcome(answered(2, '17')),
    await outcome(answered(3, '17'), 'b'),
    await outcome({ topics: [] }),
    await outcome(answered(3, '-1')),
  ])
    expect(told).toMatchObject({ message: expect.stringMatching(/the answer has no offset/) })
})

test('the error of a partition is its own', async () => {
  expect(await outcome(answered(3, '17', 6))).toMatchObject({ message: 'code 6' })
})
