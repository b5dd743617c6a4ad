import { expect, test } from 'vitest'
import { cpuMsOf } from './process-cpu.ts'

test.runIf(process.platform === 'linux')('the time of a process is what it says of itself', () => {
  const { user, system } = process.cpuUsage()
  const own = (user + system) / 1_000
  const told = cpuMsOf(process.pid)
  // Told in steps of 10 ms, user and system each, and a little later.
  expect(told).toBeGreaterThan(own - 20)
  expect(told).toBeLessThan(own + 1_000)
})
