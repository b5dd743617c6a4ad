import { expect, test } from 'vitest'
import { engineNotices, lastingFaults } from './engine-notices.ts'

/** What is told of notices that come at these seconds. */
const toldOf = (...seconds: readonly number[]): string[] => {
  const told: string[] = []
  let at = 0
  const hear = lastingFaults(
    (line) => told.push(line),
    () => at * 1_000,
  )
  for (const second of seconds) {
    at = second
    hear({ message: `at ${second}`, error: new Error('away') })
  }
  return told
}

test('a fault that passes within some seconds is not told', () => {
  expect(toldOf(0, 0, 1, 2, 4)).toEqual([])
})

test('faults long after each other are not one that lasts', () => {
  expect(toldOf(0, 3, 20, 23, 60)).toEqual([])
})

test('a fault that lasts is told, and now and then again', () => {
  expect(toldOf(0, 2, 5, 7, 12, 19, 20, 22)).toEqual([
    'Still waiting: at 5',
    'Still waiting: at 20',
  ])
})

test('what is no fault of an engine is not waited for', () => {
  let at = 0
  const hear = lastingFaults(
    () => expect.unreachable(),
    () => at,
  )
  for (; at < 60_000; at += 1_000) hear({ message: 'a leader moves' })
})

test('what there is to know is heard by whoever comes later, faults that are over and details are not', () => {
  const first: string[] = []
  const second: string[] = []
  const notices = engineNotices(({ message }) => first.push(message))
  notices.say({ message: 'keys are evicted' })
  notices.sayFault(new Error('away'))
  notices.say({ message: 'kafkajs: connection error', isDetail: true })
  notices.hear(({ message }) => second.push(message))
  notices.say({ message: 'back' })
  expect(first).toEqual(['keys are evicted', 'away', 'kafkajs: connection error'])
  expect(second).toEqual(['keys are evicted', 'back'])
})
