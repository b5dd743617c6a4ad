import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { contestantsOf } from './benchmark.ts'
import { BENCHMARKS } from './benchmarks.ts'
import type { Report } from './tables.ts'

const run = promisify(execFile)
const MAIN = join(import.meta.dirname, 'main.ts')

const ARGS = ['--expose-gc', '--disable-warning=ExperimentalWarning', MAIN, '--quick', '--json']

/** Shows that everything runs and is told; says nothing about speed. */
test('a quick run tells every contestant of every benchmark', async () => {
  const { stdout } = await run(process.execPath, [...ARGS, '--rounds', '1'])
  const { results, sizes }: Report = JSON.parse(stdout)
  const expected = BENCHMARKS.flatMap((benchmark) =>
    contestantsOf(benchmark).map(({ name }) => [benchmark.name, name]),
  )
  expect(results.map(({ benchmark, contestant }) => [benchmark, contestant])).toEqual(expected)
  for (const { events, cpuMicros, eventsPerSecond } of results) {
    expect(events).toBeGreaterThan(0)
    expect(cpuMicros.median).toBeGreaterThan(0)
    expect(eventsPerSecond.median).toBeGreaterThan(0)
  }
  const limits = results.filter(({ comparison }) => comparison === undefined)
  expect(limits).toHaveLength(BENCHMARKS.length)
  expect(sizes.at(-1)?.customers).toBe(2_357)
  for (const { median, p95, max } of sizes) {
    expect(median).toBeGreaterThan(0)
    expect(median).toBeLessThanOrEqual(p95)
    expect(p95).toBeLessThanOrEqual(max)
  }
})
