import { expect, test } from 'vitest'
import type { Contestant, Measure } from './benchmark.ts'
import { OWN, resultsOf, TOGETHER, WALL } from './results.ts'

const contestant = (name: string, isExtra?: true): Contestant => ({
  name,
  ...(isExtra && { isExtra }),
  open: () => Promise.reject(new Error('never opened')),
})

const measure = (cpuMs: number, more: Partial<Measure> = {}): Measure => ({
  events: 1_000,
  cpuMs,
  besideCpuMs: {},
  delaysMs: {},
  wallMs: 500,
  residentMiB: 100,
  latenciesMs: [],
  heard: [],
  ...more,
})

const limit = { contestant: contestant('bare'), measures: [measure(4), measure(8), measure(2)] }

test('a contestant is compared with the limit of its own round', () => {
  const own = { contestant: contestant('own'), measures: [measure(8), measure(10), measure(10)] }
  const [bare, result] = resultsOf('intake', [limit, own])
  expect(bare?.costs[0]).not.toHaveProperty('comparison')
  expect(result?.costs).toEqual([
    {
      of: OWN,
      cpuMicros: { median: 10, min: 8, max: 10 },
      comparison: { kind: 'share', median: 50, min: 20, max: 80 },
    },
  ])
})

test('what comes on top of the limit is told as a part of it', () => {
  const own = { contestant: contestant('own', true), measures: [1, 1, 1].map((ms) => measure(ms)) }
  const [, result] = resultsOf('check', [limit, own])
  expect(result?.costs[0]?.comparison).toEqual({ kind: 'extra', median: 25, min: 12.5, max: 50 })
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

test('engines and helpers are costs of their own, and all together are one more', () => {
  const rounds = [measure(2, { besideCpuMs: { Redis: 6 } })]
  const goals = { [TOGETHER]: '≤ 13 µs' }
  const [, own] = resultsOf('store', [
    { contestant: contestant('bare'), measures: [measure(1, { besideCpuMs: { Redis: 3 } })] },
    { contestant: { ...contestant('own'), goals }, measures: rounds },
  ])
  expect(own?.costs.map(({ of, cpuMicros }) => [of, cpuMicros.median])).toEqual([
    [OWN, 2],
    ['Redis', 6],
    [TOGETHER, 8],
  ])
  expect(own?.costs.map(({ comparison }) => comparison?.median)).toEqual([50, 50, 50])
  expect(own?.costs.map(({ goal }) => goal)).toEqual([undefined, undefined, '≤ 13 µs'])
})

test('a process that the limit does not have is compared with nothing', () => {
  const rounds = [measure(2, { besideCpuMs: { scorer: 6 } })]
  const [, own] = resultsOf('path', [
    { contestant: contestant('bare'), measures: [measure(1)] },
    { contestant: contestant('own'), measures: rounds },
  ])
  expect(own?.costs.map(({ comparison }) => comparison === undefined)).toEqual([false, true, true])
})

test('what a contestant timed itself is told over all rounds', () => {
  const rounds = [[1, 4], [9]].map((alert) => measure(1, { delaysMs: { alert } }))
  const goals = { alert: '≤ 30 ms' }
  const [result] = resultsOf('path', [
    { contestant: { ...contestant('own'), goals }, measures: rounds },
  ])
  expect(result?.delays).toEqual([
    { of: 'alert', count: 3, p50: 4, p99: 9, max: 9, goal: '≤ 30 ms' },
  ])
})

test('where a goal is set by the clock on the wall, an event has a cost by it too', () => {
  const limit = { contestant: contestant('bare'), measures: [measure(1, { wallMs: 100 })] }
  const goals = { [WALL]: '≥ 45 %' }
  const measures = [measure(9, { wallMs: 200 })]
  const [bare, own] = resultsOf('writes', [
    limit,
    { contestant: { ...contestant('own'), goals }, measures },
  ])
  expect(bare?.costs.map(({ of }) => of)).toEqual([OWN, WALL])
  expect(own?.costs[1]).toMatchObject({ of: WALL, goal: '≥ 45 %', comparison: { median: 50 } })
  expect(own?.costs[1]?.cpuMicros.median).toBe(200)
})

test('how much of a core a process takes is told where a goal is set by it, and how much more', () => {
  const share = (ms: number) => measure(1, { besideCpuMs: { insights: ms }, heard: [ms, 7] })
  const coreGoals = { insights: '≤ 10 more' }
  const [bare, own] = resultsOf('viewers', [
    { contestant: contestant('one'), measures: [5, 10, 15].map(share) },
    { contestant: { ...contestant('many'), coreGoals }, measures: [15, 15, 15].map(share) },
  ])
  expect(bare?.cores).toEqual([{ of: 'insights', percent: { median: 2, min: 1, max: 3 } }])
  expect(own?.cores).toEqual([
    {
      of: 'insights',
      percent: { median: 3, min: 3, max: 3 },
      more: { median: 1, min: 0, max: 2 },
      goal: '≤ 10 more',
    },
  ])
  expect(own?.heard).toEqual({ median: 7, min: 7, max: 15 })
  expect(resultsOf('intake', [limit])[0]).toMatchObject({ cores: [] })
})
