import { HaltError, TransientError } from '@ebb/streaming/faults'
import { expect, test } from 'vitest'
import { orInterrupted, patiently } from './patience.ts'

/** Fails with each of these in turn, and then answers. */
const failing = (...errors: readonly Error[]) => {
  const left = [...errors]
  return async (): Promise<string> => {
    const error = left.shift()
    if (error !== undefined) throw error
    return 'there'
  }
}

const away = (code: string) => new TransientError(code, 'nobody answers')

test('an engine that is away is waited for, and each reason is told once', async () => {
  const told: string[] = []
  const person = {
    tell: (line: string) => told.push(line),
    interrupted: new AbortController().signal,
  }
  const [kafka, redis] = [away('EBB_KAFKA_UNAVAILABLE'), away('EBB_REDIS_AWAY')]
  expect(await patiently(person, failing(kafka, kafka, redis))).toBe('there')
  expect(told).toEqual([
    expect.stringMatching(/^EBB_KAFKA_UNAVAILABLE: nobody answers\. Start Kafka.* Trying again/),
    expect.stringMatching(/^EBB_REDIS_AWAY: nobody answers\. Start Redis.* Trying again/),
  ])
})

test('Ctrl-C ends the wait, and is no fault', async () => {
  const interrupt = new AbortController()
  const person = { tell: () => interrupt.abort(), interrupted: interrupt.signal }
  const waiting = patiently(person, failing(away('EBB_REDIS_AWAY'), away('EBB_REDIS_AWAY')))
  await orInterrupted(waiting.then(() => expect.unreachable()))
})

test('a fault that will not pass is thrown at once', async () => {
  const person = { tell: () => expect.unreachable(), interrupted: new AbortController().signal }
  const refused = new HaltError('EBB_REDIS_REFUSED', 'wrong password')
  await expect(orInterrupted(patiently(person, failing(refused)).then())).rejects.toBe(refused)
})
