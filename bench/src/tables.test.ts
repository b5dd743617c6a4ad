import { expect, test } from 'vitest'
import type { Result } from './results.ts'
import { type Report, textReport } from './tables.ts'

const spread = { median: 2.5, min: 1.25, max: 12_000 }
const bare: Result = {
  benchmark: 'intake',
  contestant: 'bare',
  events: 20_000,
  cpuMicros: spread,
  eventsPerSecond: spread,
  residentMiB: 145.4,
}
const own: Result = {
  ...bare,
  contestant: 'own',
  goal: '≥ 40 %',
  comparison: { kind: 'share', median: 41.26, min: 40, max: 43 },
  latencyMs: { p50: 1.23, p99: 20 },
}
const check: Result = {
  ...bare,
  contestant: 'check',
  comparison: { kind: 'extra', median: 3, min: 2, max: 4 },
}
const report: Report = {
  scale: { rounds: 5, warmUps: 2, events: 20_000 },
  results: [bare, own, check],
  sizes: [{ name: 'CDNOW', customers: 2_357, median: 64, p95: 440, max: 2_265 }],
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

test('each contestant has a line with what it costs and how far that is from the limit', () => {
  const [, , ...lines] = cells(textReport(report))
  const costs = ['2.50 (1.25–12,000.00)', '3 (1–12,000)']
  expect(lines.slice(0, 3)).toEqual([
    ['intake', 'bare', ...costs, 'the limit', '', '', '145'],
    ['', 'own', ...costs, '41.3 (40.0–43.0) %', '≥ 40 %', '1.2 / 20.0', '145'],
    ['', 'check', ...costs, '+3.0 (2.0–4.0) %', '', '', '145'],
  ])
})

test('bytes a customer stand in a table of their own', () => {
  expect(cells(textReport(report)).at(-1)).toEqual(['CDNOW', '2,357', '64', '440', '2,265'])
})
