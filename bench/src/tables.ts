import { availableParallelism } from 'node:os'
import type { Scale } from './benchmark.ts'
import type { Result } from './results.ts'
import type { StateSizes } from './state-sizes.ts'
import type { Spread } from './statistics.ts'

/** All that a run found. */
export interface Report {
  readonly scale: Scale
  readonly results: readonly Result[]
  readonly sizes: readonly StateSizes[]
}

const machine = { node: process.version, cores: availableParallelism() }

/** For machines: one JSON object. */
export const jsonReport = (report: Report): string =>
  `${JSON.stringify({ ...machine, ...report }, null, 2)}\n`

/** For people: two tables in Markdown. */
export const textReport = ({ scale, results, sizes }: Report): string => `\
Median (least–greatest) of ${scale.rounds} interleaved rounds; Node ${machine.node}, \
${machine.cores} cores. CPU is that of the
contestant's process. Of the limit: what the limit costs, as a share of what this costs; with a +,
what this adds to what the limit costs.

${resultsTable(results)}

${sizesTable(sizes)}
`

/** One line a contestant. */
const resultsTable = (results: readonly Result[]): string =>
  markdownTable([
    [
      'benchmark',
      'contestant',
      'CPU µs/event',
      'events/s',
      'of the limit',
      'goal',
      'ms p50 / p99',
      'MiB',
    ],
    ...results.map((result, index) => [
      result.benchmark === results[index - 1]?.benchmark ? '' : result.benchmark,
      result.contestant,
      spread(result.cpuMicros, 2),
      spread(result.eventsPerSecond, 0),
      comparison(result.comparison),
      result.goal ?? '',
      result.latencyMs
        ? `${digits(result.latencyMs.p50, 1)} / ${digits(result.latencyMs.p99, 1)}`
        : '',
      digits(result.residentMiB, 0),
    ]),
  ])

const sizesTable = (sizes: readonly StateSizes[]): string =>
  markdownTable([
    ['bytes a customer', 'customers', 'median', 'p95', 'most'],
    ...sizes.map(({ name, customers, median, p95, max }) => [
      name,
      ...[customers, median, p95, max].map((number) => digits(number, 0)),
    ]),
  ])

const comparison = (compared: Result['comparison']): string => {
  if (compared === undefined) return 'the limit'
  return `${compared.kind === 'extra' ? '+' : ''}${spread(compared, 1)} %`
}

const spread = ({ median, min, max }: Spread, decimals: number): string =>
  `${digits(median, decimals)} (${digits(min, decimals)}–${digits(max, decimals)})`

const digits = (value: number, decimals: number): string =>
  value.toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  })

const markdownTable = (rows: readonly (readonly string[])[]): string => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  const [head, ...body] = rows
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(head!), rule, ...body.map(line)].join('\n')
}
