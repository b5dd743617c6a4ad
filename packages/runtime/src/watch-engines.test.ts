import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type WatchedEngines, watchEngines } from './watch-engines.ts'

const EVERY_MS = 1_000

let watched: WatchedEngines<'log' | 'states'>
/** What the log was asked, and was not told yet; each ends as the test likes. */
let asked: PromiseWithResolvers<void>[]

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  asked = []
  const log = (): Promise<void> => {
    asked.push(Promise.withResolvers<void>())
    return asked.at(-1)!.promise
  }
  watched = watchEngines({ log, states: async () => {} }, EVERY_MS)
})
afterEach(() => {
  watched.stop()
  vi.useRealTimers()
})

const pass = (times: number) => vi.advanceTimersByTimeAsync(times * EVERY_MS)
const answer = async (): Promise<void> => {
  asked.at(-1)!.resolve()
  await pass(0)
}
const refuse = async (words: string): Promise<void> => {
  asked.at(-1)!.reject(new Error(words))
  await pass(0)
}

test('an engine that was not asked yet, or answers, is there', async () => {
  expect(watched.fault('log')).toBeUndefined()
  for (let time = 0; time < 3; time += 1) {
    await pass(1)
    await answer()
    expect(watched.fault('log')).toBeUndefined()
  }
  expect(asked).toHaveLength(3)
})

test('one that is silent is away after two turns, asked once, and back with its answer', async () => {
  await pass(2)
  expect(watched.fault('log')).toBeUndefined()
  await pass(1)
  expect(watched.fault('log')?.message).toBe('does not answer')
  expect(() => watched.checks.log()).toThrow('does not answer')
  expect([watched.fault('states'), asked.length]).toEqual([undefined, 1])
  await answer()
  expect(watched.fault('log')).toBeUndefined()
})

test('one that refuses is away the second time in a row, by its last words', async () => {
  await pass(1)
  await refuse('first')
  expect(watched.fault('log')).toBeUndefined()
  await pass(1)
  await refuse('second')
  expect(watched.fault('log')?.message).toBe('second')
})

test('an answer between two failures makes them two incidents', async () => {
  for (const end of [refuse, answer, refuse]) {
    await pass(1)
    await end('away')
    expect(watched.fault('log')).toBeUndefined()
  }
})

test('a look that fails late counts for what it was, and the next one is asked', async () => {
  await pass(3)
  await refuse('timed out')
  expect(watched.fault('log')?.message).toBe('timed out')
  await pass(1)
  expect(asked).toHaveLength(2)
  await answer()
  expect(watched.fault('log')).toBeUndefined()
})

test('nobody is asked any more when it is stopped', async () => {
  watched.stop()
  await pass(5)
  expect(asked).toEqual([])
})
