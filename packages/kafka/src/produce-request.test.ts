import { expect, test } from 'vitest'
import { outcomeOf } from './produce-request.ts'

const answered = (partition: number, baseOffset: string, errorCode = 0) => ({
  topics: [{ topicName: 'a', partitions: [{ partition, baseOffset, errorCode }] }],
})
const outcome = (answer: ReturnType<typeof answered>, topic = 'a') =>
  outcomeOf(answer, { topic, partition: 3 })

test('only an answer that names the partition acknowledges what was sent to it', () => {
  expect(outcome(answered(3, '17'))).toBe(17)
  expect(outcome(answered(3, '0'))).toBe(0)
  for (const told of [
    outcome(answered(2, '17')),
    outcome(answered(3, '17'), 'b'),
    outcome({ topics: [] }),
    outcome(answered(3, '-1')),
  ])
    expect(told).toMatchObject({ message: expect.stringMatching(/the answer has no offset/) })
})

test('the error of a partition is its own', () => {
  expect(outcome(answered(3, '17', 6))).toMatchObject({ type: 'NOT_LEADER_FOR_PARTITION' })
})
