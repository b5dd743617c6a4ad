import { HaltError, TransientError } from '@ebb/streaming/faults'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type AppendQueue, appendQueue } from './append-queue.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

type Outcome = 'appended' | 'lost' | 'answer lost' | 'denied'

const away = () => new TransientError('EBB_TEST_AWAY', 'no broker answers')
const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

/** A partition's log of texts, which does to each send what `outcomes` say, then takes all. */
const openLog = (outcomes: readonly Outcome[], maxMessage = Number.POSITIVE_INFINITY) => {
  const log: string[] = []
  const script = [...outcomes]
  let sending = 0
  let mostAtOnce = 0
  const take = (records: readonly string[]): number => {
    const outcome = script.shift() ?? 'appended'
    if (outcome === 'denied') throw new HaltError('EBB_TEST_DENIED', 'not for you')
    if (records.join('').length > maxMessage) throw new HaltError('EBB_RECORD_TOO_LARGE', 'no')
    const base = log.length
    if (outcome !== 'lost') log.push(...records)
    if (outcome !== 'appended') throw away()
    return base
  }
  const send = async (records: readonly string[]): Promise<number> => {
    sending += 1
    mostAtOnce = Math.max(mostAtOnce, sending)
    await nextTurn()
    sending -= 1
    return take(records)
  }
  return { log, send, mostAtOnce: () => mostAtOnce }
}

const openQueue = (
  send: (records: readonly string[]) => Promise<number>,
  limits: { maxRecords?: number; maxBytes?: number } = {},
): AppendQueue<string> => {
  const queue: AppendQueue<string> = appendQueue({
    name: 'topic/0',
    send,
    sizeOf: (text) => text.length,
    onReady: () => queueMicrotask(queue.flush),
    maxRecords: 500,
    maxBytes: 1_000,
    deadlineMs: 10_000,
    ...limits,
  })
  return queue
}

/** Lets everything happen that the passing of `ms` brings about. */
const pass = async (ms: number): Promise<void> => {
  for (let left = ms; left > 0; left -= 50) {
    await nextTurn()
    await vi.advanceTimersByTimeAsync(50)
  }
  await nextTurn()
}

const anyOutcome = fc.constantFrom<Outcome>('appended', 'lost', 'answer lost', 'denied')
const anyCalls = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 30 })

test('what is acknowledged stands where it was said to, whole and in the order of the calls', () =>
  fc.assert(
    fc.asyncProperty(anyCalls, fc.array(anyOutcome, { maxLength: 12 }), async (sizes, outcomes) => {
      const { log, send, mostAtOnce } = openLog(outcomes)
      const queue = openQueue(send, { maxRecords: 10 })
      const calls = sizes.map((size, call) =>
        Array.from({ length: size }, (_, i) => `${call}.${i} `),
      )
      const settling = Promise.allSettled(calls.map((records) => queue.add(records)))
      await pass(15_000)
      const settled = await settling
      const firsts: number[] = []
      settled.forEach((outcome, i) => {
        if (outcome.status === 'rejected') return
        const { value } = outcome
        expect(log.slice(value, value + calls[i]!.length)).toEqual(calls[i])
        firsts.push(log.indexOf(calls[i]![0]!))
      })
      expect(firsts).toEqual(firsts.toSorted((a, b) => a - b))
      expect(mostAtOnce()).toBeLessThanOrEqual(1)
      const denials = outcomes.filter((outcome) => outcome === 'denied').length
      if (denials === 0) expect(firsts).toHaveLength(calls.length)
    }),
    { numRuns: 60 },
  ))

test('a call of more than a send may hold goes in pieces, behind each other', async () => {
  const { log, send } = openLog(['appended', 'answer lost'])
  const queue = openQueue(send, { maxBytes: 10 })
  const calls = [queue.add(['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee']), queue.add(['f'])]
  await pass(1_000)
  expect(await Promise.all(calls)).toEqual([0, 7])
  expect(log.join(' ')).toBe('aaaa bbbb cccc dddd cccc dddd eeee f')
})

test('learns that the broker takes less, and refuses the one record that it will never take', async () => {
  const { log, send } = openLog([], 20)
  const queue = openQueue(send)
  const small = Array.from({ length: 12 }, (_, i) => `record ${i}`)
  const calls = [queue.add(small), queue.add(['x'.repeat(21)]), queue.add(['after'])]
  const settled = Promise.allSettled(calls)
  await pass(1_000)
  expect(await settled).toEqual([
    { status: 'fulfilled', value: 0 },
    { status: 'rejected', reason: expect.objectContaining({ code: 'EBB_RECORD_TOO_LARGE' }) },
    { status: 'fulfilled', value: 12 },
  ])
  expect(log).toEqual([...small, 'after'])
})

test('at its deadline a call is given up, and what waits behind it, which must not overtake', async () => {
  const answer = Promise.withResolvers<number>()
  const sent: (readonly string[])[] = []
  const queue = openQueue((records) => {
    sent.push(records)
    return sent.length === 1 ? answer.promise : Promise.resolve(7)
  })
  const first = queue.add(['first']).catch((error) => error.message)
  await pass(4_000)
  const second = queue.add(['second']).catch((error) => error.message)
  await pass(6_100)
  expect(await first).toContain('topic/0 took nothing within 10000 ms')
  expect(await second).toContain('topic/0 took nothing within 10000 ms')
  const third = queue.add(['third'])
  await pass(100)
  expect(sent).toEqual([['first']])
  answer.reject(away())
  await pass(100)
  expect(await third).toBe(7)
  expect(sent).toEqual([['first'], ['third']])
})

test('while no broker answers, waits longer and longer, and says why it gave up', async () => {
  let sends = 0
  const queue = openQueue(async () => {
    sends += 1
    throw away()
  })
  const call = queue.add(['a']).catch((error) => error.message)
  await pass(10_100)
  expect(await call).toContain('no broker answers')
  expect(sends).toBeGreaterThan(10)
  expect(sends).toBeLessThan(20)
  const before = sends
  await pass(5_000)
  expect(sends).toBe(before)
})

test('abandoned, it rejects what is open and repeats nothing', async () => {
  const { log, send } = openLog(Array(99).fill('lost'))
  const queue = openQueue(send)
  const call = queue.add(['a']).catch((error) => error.message)
  await pass(500)
  queue.abandon(new Error('closed'))
  expect(await call).toBe('closed')
  await queue.settled()
  await pass(12_000)
  expect(log).toEqual([])
})
