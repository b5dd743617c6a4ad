import { createRequire } from 'node:module'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { calmTimers } from './kafkajs-timers.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())

interface Queue {
  throttledUntil: number
  push(request: object): void
  fulfillRequest(answer: object): void
}

/** A queue of kafkajs as one connection has it, and what it sent. */
const openQueue = (maxInFlightRequests: number | null) => {
  calmTimers()
  const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js')
  const logger = { debug: () => {}, warn: () => {} }
  const queue: Queue = new RequestQueue({ maxInFlightRequests, requestTimeout: 1_000, logger })
  const sent: number[] = []
  const push = (correlationId: number): void =>
    queue.push({
      entry: { correlationId, resolve: () => {}, reject: () => {} },
      expectResponse: true,
      sendRequest: () => sent.push(correlationId),
    })
  const answer = (correlationId: number): void =>
    queue.fulfillRequest({ correlationId, payload: Buffer.alloc(0), size: 0 })
  return { queue, sent, push, answer }
}

test('a connection on which no request waits sets no timer', () => {
  const { sent, push, answer } = openQueue(null)
  push(1)
  answer(1)
  expect(sent).toEqual([1])
  expect(vi.getTimerCount()).toBe(0)
})

test('a request that waits for another is sent behind it', () => {
  const { sent, push, answer } = openQueue(1)
  push(1)
  push(2)
  expect(sent).toEqual([1])
  answer(1)
  expect(sent).toEqual([1, 2])
})

test('a request that the broker asked us to hold back is sent when its time has come', () => {
  const { queue, sent, push } = openQueue(null)
  queue.throttledUntil = Date.now() + 500
  push(1)
  vi.advanceTimersByTime(499)
  expect(sent).toEqual([])
  vi.advanceTimersByTime(20)
  expect(sent).toEqual([1])
})
