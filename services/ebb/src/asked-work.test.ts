import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@ebb/runtime/logger'
import { HaltError } from '@ebb/streaming/faults'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { answerWhenAsked, doOrAsk } from './asked-work.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-asked-work-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const at = () => ({ place: { folder, namespace: '' }, name: 'sums' })

const ask = (request: number) =>
  doOrAsk({ ...at(), request, interrupted: new AbortController().signal }, () =>
    Promise.reject(new HaltError('EBB_DATA_IN_USE', 'another process has it')),
  )

/** Tells the double of each number, of 0 only when it may. */
const owner = (mayEnd: Promise<void>) => {
  const begun = Promise.withResolvers<void>()
  const done: number[] = []
  const answering = answerWhenAsked({
    ...{ ...at(), logger: createLogger({ service: 'test', level: 'silent' }) },
    work: async (request: number) => {
      begun.resolve()
      if (request === 0) await mayEnd
      done.push(request)
      return request * 2
    },
  })
  return { begun: begun.promise, done, stop: answering.stop }
}

test('whoever asks while something else is done gets the answer to what they asked', async () => {
  const mayEnd = Promise.withResolvers<void>()
  const { begun, done, stop } = owner(mayEnd.promise)
  const first = ask(0)
  await begun
  const [second, third, same] = [ask(7), ask(8), ask(0)]
  mayEnd.resolve()
  expect(await Promise.all([first, second, third])).toEqual([0, 14, 16])
  expect(await same).toBe(0)
  expect(done).toEqual(expect.arrayContaining([0, 7, 8]))
  await stop()
})

test('several who ask at once are all answered', async () => {
  const { stop } = owner(Promise.resolve())
  expect(await Promise.all([1, 2, 3].map(ask))).toEqual([2, 4, 6])
  await stop()
})

test('where nobody hears it, the folder is in use', async () => {
  await expect(ask(1)).rejects.toMatchObject({ code: 'EBB_DATA_IN_USE' })
})
