import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ended } from '@ebb/testkit/node-process'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { endAll, lastJson, runEbb } from '../ebb-process.ts'
import { CDNOW, cdnowReplay } from './cdnow-sample.ts'

let folder: string
let first: Ended
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-e2e-'))
  first = await runEbb(cdnowReplay(join(folder, 'first')))
})
afterEach(endAll)
afterAll(() => rmSync(folder, { recursive: true }))

const again = async (...more: string[]): Promise<Record<string, unknown>> => {
  const ended = await runEbb(cdnowReplay(join(folder, 'again'), '--fresh', ...more))
  expect(ended).toMatchObject({ code: 0, err: '' })
  return lastJson(ended)
}

describe('the replay of CDNOW', () => {
  test('ends with one line of JSON of exactly these fields, and nothing else', () => {
    expect(first).toMatchObject({ code: 0, err: '' })
    expect(first.out.split('\n')).toHaveLength(2)
    const digest = expect.stringMatching(/^[0-9a-f]{64}$/)
    const count = expect.any(Number)
    expect(lastJson(first)).toStrictEqual({
      customers: 2_357,
      orders: 6_919,
      refunds: 0,
      rejects: 0,
      revenue: { amount: 24_409_194, currency: 'USD' },
      alerts: { light: count, moderate: count, heavy: count },
      recovered: count,
      lost: count,
      silent: count,
      statesDigest: digest,
      digest,
    })
  })

  test('gives the same to the byte in another folder', async () => {
    expect(await again()).toEqual(lastJson(first))
  })

  test.each([
    ['shuffled within each day', ['--order', 'shuffle-day:7']],
    ['backwards', ['--order', 'reverse']],
    ['as it stands in the file, by customer', ['--order', 'file']],
  ])('gives the same states when it is sent %s', async (_how, options) => {
    const { statesDigest, customers, orders, revenue } = lastJson(first)
    const other = await again(...options)
    expect(other).toMatchObject({ statesDigest, customers, orders, revenue })
  })

  test('gives the same in all when a fifth of its rows is sent twice', async () => {
    expect(await again('--repeat', '20:7')).toEqual(lastJson(first))
  })

  test('is told to a person in a table, and not replayed again for that', async () => {
    const args = ['replay', CDNOW, '--format', 'cdnow', '--data', join(folder, 'first')]
    const { code, out } = await runEbb(args)
    expect(code).toBe(0)
    expect(out).toMatch(/customers with an order +2,357\n/)
    expect(out).toMatch(/revenue, gross +244,091\.94 USD\n/)
    const { light, moderate, heavy } = lastJson(first)['alerts'] as Record<string, number>
    const { recovered, lost, digest } = lastJson(first)
    expect(out).toMatch(
      new RegExp(`\\nall +${[light, moderate, heavy, recovered, lost].join(' +')}\\n`),
    )
    expect(out).toContain(`digest  ${digest}\n`)
  })
})
