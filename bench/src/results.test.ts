import { expect, test } from 'vitest'
import type { Contestant, Measure } from './benchmark.ts'
import { resultsOf } from './results.ts'

const contestant = (name: string, isExtra?: true): Contestant => ({
  name,
  ...(isExtra && { isExtra }),
  open: () => Promise.reject(new Error('never opened')),
})

const measure = (cpuMs: number, more: Partial<Measure> = {}): Measure => ({
  events: 1_000,
  cpuMs,
  wallMs: 500,
  residentMiB: 100,
  latenciesMs: [],
  ...more,
})

const limit = { contestant: contestant('bare'), measures: [measure(4), measure(8), measure(2)] }

test('a contestant is compared with the limit of its own round', () => {
  const own = { contestant: contestant('own'), measures: [measure(8), measure(10), measure(10)] }
  const [bare, result] = resultsOf('intake', [limit, own])
  expect(bare).not.toHaveProperty('comparison')
  expect(result?.comparison).toEqual({ kind: 'share', median: 50, min: 20, max: 80 })
  expect(result?.cpuMicros).toEqual({ median: 10, min: 8, max: 10 })
})

test('what comes on top of the limit is told as a part of it', () => {
  const own = { contestant: contestant('own', true), measures: [1, 1, 1].map((ms) => measure(ms)) }
  const [, result] = resultsOf('check', [limit, own])
  expect(result?.comparison).toEqual({ kind: 'extra', median: 25, min: 12.5, max: 50 })
})

test('the rate is by the wall clock, the memory the greatest, latencies are of all rounds', () => {
  const rounds = [
    measure(1, { residentMiB: 300, latenciesMs: [1, 9] }),
    measure(1, { wallMs: 250, latenciesMs: [2, 3] }),
  ]
  const [result] = resultsOf('intake', [{ contestant: contestant('own'), measures: rounds }])
  expect(result?.eventsPerSecond).toEqual({ median: 2_000, min: 2_000, max: 4_000 })
  expect(result?.residentMiB).toBe(300)
  expect(result?.latencyMs).toEqual({ p50: 2, p99: 9 })
})
