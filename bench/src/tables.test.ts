import { expect, test } from 'vitest'
import { OWN, type Result, TOGETHER } from './results.ts'
import { type Report, textReport } from './tables.ts'

const spread = { median: 2.5, min: 1.25, max: 12_000 }
const share = { kind: 'share', median: 41.26, min: 40, max: 43 } as const
const bare: Result = {
  benchmark: 'intake',
  contestant: 'bare',
  events: 20_000,
  costs: [{ of: OWN, cpuMicros: spread }],
  eventsPerSecond: spread,
  delays: [],
  cores: [],
  residentMiB: 145.4,
}
const own: Result = {
  ...bare,
  contestant: 'own',
  costs: [
    { of: OWN, cpuMicros: spread, goal: '≥ 40 %', comparison: share },
    { of: 'Redis', cpuMicros: spread },
    { of: TOGETHER, cpuMicros: spread, goal: '≤ 13 µs' },
  ],
  latencyMs: { p50: 1.23, p99: 20 },
}
const check: Result = {
  ...bare,
  contestant: 'check',
  costs: [{ of: OWN, cpuMicros: spread, comparison: { kind: 'extra', median: 3, min: 2, max: 4 } }],
}
const paced: Result = {
  ...bare,
  benchmark: 'paced',
  costs: [OWN, 'scorer', 'Kafka', TOGETHER].map((of) => ({ of, cpuMicros: spread })),
  delays: [{ of: 'alert', count: 2_000, p50: 3.21, p99: 30, max: 44, goal: '≤ 60' }],
}
const looked: Result = {
  ...bare,
  benchmark: 'viewers',
  cores: [{ of: 'insights', percent: spread, more: spread, goal: '≤ 10 more' }],
  heard: { median: 12, min: 11, max: 13 },
}
const report: Report = {
  scale: { rounds: 5, warmUps: 2, events: 20_000 },
  results: [bare, own, check, paced, looked],
  sizes: [{ name: 'CDNOW', customers: 2_357, median: 64, p95: 440, max: 2_265, decoded: 19.26 }],
  emissions: [{ name: 'clicks', events: 20_000, customers: 600, records: 5_000 }],
  missing: {},
}

/** The cells of every line of a table. */
const cells = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )

const linesOf = (table: number, of: Report = report): string[][] =>
  cells(textReport(of).split('\n\n')[table]!).slice(2)

test('each process of a contestant has a line with what it costs and how far from the limit', () => {
  const [cost, rate] = ['2.50 (1.25–12,000.00)', '3 (1–12,000)']
  expect(linesOf(1)).toEqual([
    ['intake', 'bare', OWN, cost, 'the limit', '', rate, '', '145'],
    ['', 'own', OWN, cost, '41.3 (40.0–43.0) %', '≥ 40 %', rate, '1.2 / 20.0', '145'],
    ['', '', 'Redis', cost, '', '', '', '', ''],
    ['', '', TOGETHER, cost, '', '≤ 13 µs', '', '', ''],
    ['', 'check', OWN, cost, '+3.0 (2.0–4.0) %', '', rate, '', '145'],
  ])
})

test('what was timed at a pace stands in a table of its own, without who only sent and listened', () => {
  const costs = 'scorer 2.5, Kafka 2.5'
  expect(linesOf(2)).toEqual([
    ['paced', 'bare', 'alert', '2,000', '3.2', '30.0', '44.0', '≤ 60', costs],
  ])
})

test('shares of a core stand in a table of their own, with what came to each who waits', () => {
  const [percent, rate] = ['2.5 (1.3–12,000.0)', '3 (1–12,000)']
  expect(linesOf(3)).toEqual([
    ['viewers', 'bare', 'insights', percent, percent, '≤ 10 more', rate, '12 (11–13)'],
  ])
})

test('bytes a customer stand in a table of their own', () => {
  expect(linesOf(4)).toEqual([['CDNOW', '2,357', '64', '440', '2,265', '19.3 times', '', '', '']])
})

test('what features tells stands in a table of its own', () => {
  expect(linesOf(5)).toEqual([['clicks', '20,000', '600', '5,000', '0.250']])
})

test('a table without lines is left out, and what was not measured is said', () => {
  const text = textReport({ ...report, results: [], missing: { kafka: 'java is not on PATH' } })
  expect(text).not.toContain('CPU time of')
  expect(text).toContain('NOT MEASURED, what needs kafka: java is not on PATH')
})
