import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { cpuMsIn, cpuMsOf } from './process-cpu.ts'

test.runIf(process.platform === 'linux')('the time of a process is what it says of itself', () => {
  const before = cpuMsOf(process.pid)
  const begunAt = process.cpuUsage()
  while (msSince(begunAt) < 200);
  const told = cpuMsOf(process.pid) - before
  // Told in steps of 10 ms, user and system each, and a little later.
  expect(told).toBeGreaterThan(180)
  expect(told).toBeLessThan(1_200)
})

test.runIf(process.platform === 'linux')(
  'a process that it started counts, once it ended too',
  () => {
    const before = cpuMsOf(process.pid)
    const begunAt = process.cpuUsage()
    const burning = 'const until = performance.now() + 300; while (performance.now() < until);'
    const used = Number(
      execFileSync(process.execPath, [
        '-e',
        `${burning} const { user, system } = process.cpuUsage(); console.log((user + system) / 1e3)`,
      ]),
    )
    const told = cpuMsOf(process.pid) - before
    expect(told).toBeGreaterThan(used + msSince(begunAt) - 60)
  },
)

test('the times are found behind a name of any kind', () => {
  const before = '12 (a) b (c) S 1 12 12 0 -1 4194560 1 2 3 4'
  expect(cpuMsIn(`${before} 5 6 7 8 20 0 1 0 999`)).toBe(260)
})

const msSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}
