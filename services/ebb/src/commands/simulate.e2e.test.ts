import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKeysFile } from '@ebb/runtime/keys-file'
import type { Ended } from '@ebb/testkit/node-process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ANY_PORTS, endAll, runEbb, startEbb } from '../ebb-process.ts'
import { startedShop } from './live-shop.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-simulate-'))
})
afterEach(async () => {
  await endAll()
  rmSync(folder, { recursive: true })
})

const data = (): string[] => ['--data', join(folder, 'data')]

/** Simulates until a line is told, then presses Ctrl-C. */
const simulateUntil = async (line: RegExp, ...options: string[]): Promise<Ended> => {
  const simulation = startEbb(['simulate', ...data(), ...options])
  await simulation.line(line, 'err')
  await simulation.kill('SIGINT')
  return simulation.ended
}

test('a simulated shop has a past, and goes on where it stopped', async () => {
  const env = { ...process.env, ...ANY_PORTS }
  const { collector } = await startedShop(startEbb(['up', ...data()], { env }))
  const options = ['--url', collector, '--shoppers', '20']

  const first = await simulateUntil(/history is sent/, ...options)
  expect(first).toMatchObject({ code: 0, out: '' })
  const sent = Number(/sent: ([\d,]+) events/.exec(first.err)![1]!.replace(',', ''))
  expect(sent).toBeGreaterThan(1_000)
  const accepted = async (): Promise<number> => {
    const { topics } = JSON.parse((await runEbb(['topics', ...data(), '--json'])).out)
    return topics.find(({ name }: { name: string }) => name === 'ebb.events.v1').records
  }
  expect(await accepted()).toBeGreaterThanOrEqual(sent)
  expect((await runEbb(['rejects', ...data()])).out).toBe('')
  expect((await runEbb(['customer', 'u:shopper-1', ...data()])).code).toBe(0)

  const second = await simulateUntil(/sends to/, ...options)
  expect(second).toMatchObject({ code: 0 })
  expect(second.err).not.toContain('history')
  const keys = openKeysFile(join(data()[1]!, 'keys.json')).list()
  expect(keys.filter(({ source }) => source === 'simulated-shop')).toHaveLength(1)
})

test('a key that the collector does not know ends it', async () => {
  const env = { ...process.env, ...ANY_PORTS }
  const { collector } = await startedShop(startEbb(['up', ...data()], { env }))
  const key = `ebbw_${'0'.repeat(48)}`
  const { code, err } = await runEbb(['simulate', ...data(), '--url', collector, '--key', key])
  expect(code).toBe(1)
  expect(err).toContain('/v1/batch: 401')
})
