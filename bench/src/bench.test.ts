import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isInstalled } from '@ebb/postgres/embedded-postgres-fixture'
import { useOwnRedis } from '@ebb/testkit/engines'
import { describe, expect, test } from 'vitest'
import { contestantsOf } from './benchmark.ts'
import { BENCHMARKS } from './benchmarks.ts'
import { OWN, TOGETHER, WALL } from './results.ts'
import type { Report } from './tables.ts'

const run = promisify(execFile)
const MAIN = join(import.meta.dirname, 'main.ts')

const ARGS = ['--expose-gc', '--disable-warning=ExperimentalWarning', MAIN, '--quick', '--json']
const ROUND = ['--rounds', '1']

/** Shows that everything runs and is told; says nothing about speed. */
test('a quick run tells every contestant of every benchmark that needs no engine', async () => {
  const { stdout } = await run(process.execPath, [...ARGS, ...ROUND, '--no-engines'])
  const { results, sizes, emissions }: Report = JSON.parse(stdout)
  const possible = BENCHMARKS.filter(({ needs }) => needs === undefined)
  const expected = possible.flatMap((benchmark) =>
    contestantsOf(benchmark).map(({ name }) => [benchmark.name, name]),
  )
  expect(results.map(({ benchmark, contestant }) => [benchmark, contestant])).toEqual(expected)
  for (const { events, costs, eventsPerSecond } of results) {
    expect(events).toBeGreaterThan(0)
    expect(costs[0]!.cpuMicros.median).toBeGreaterThan(0)
    expect(eventsPerSecond.median).toBeGreaterThan(0)
  }
  const limits = results.filter(({ costs }) => costs[0]!.comparison === undefined)
  expect(limits).toHaveLength(possible.length)
  expect(sizes.at(-1)?.customers).toBe(2_357)
  expect(emissions.at(-1)?.events).toBe(800)
  for (const { median, p95, max, decoded } of sizes) {
    expect(median).toBeGreaterThan(0)
    expect(median).toBeLessThanOrEqual(p95)
    expect(p95).toBeLessThanOrEqual(max)
    expect(decoded).toBeGreaterThan(1)
  }
}, 300_000)

const redis = await useOwnRedis()

test.skipIf(redis === undefined)('with Redis its part of the cost is told', async () => {
  const { stdout } = await run(process.execPath, [...ARGS, ...ROUND, '--only', 'one commit'])
  const { results, missing }: Report = JSON.parse(stdout)
  expect(missing).toEqual({})
  expect(results.map(({ costs }) => costs.map(({ of }) => of))).toEqual([
    [OWN, 'Redis', TOGETHER],
    [OWN, 'Redis', TOGETHER],
  ])
})

describe.runIf(isInstalled())('with PostgreSQL', () => {
  test('what retention writes is told by the clock on the wall', async () => {
    const { stdout } = await run(process.execPath, [...ARGS, ...ROUND, '--only', 'retention'])
    const { results, missing }: Report = JSON.parse(stdout)
    expect(missing).toEqual({})
    expect(results).toHaveLength(7)
    for (const { costs } of results)
      expect(costs.map(({ of }) => of)).toEqual([OWN, 'PostgreSQL', TOGETHER, WALL])
  })

  test('what viewers cost is told as a share of a core, and every one has seen something', async () => {
    const { stdout } = await run(process.execPath, [...ARGS, ...ROUND, '--only', 'viewers'])
    const { results }: Report = JSON.parse(stdout)
    expect(results.map(({ cores }) => cores.map(({ of }) => of))).toEqual([
      ['insights'],
      ['insights'],
    ])
    for (const { heard } of results) expect(heard!.min).toBeGreaterThan(0)
  })
})
