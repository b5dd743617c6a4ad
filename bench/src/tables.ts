import { availableParallelism } from 'node:os'
import type { EngineName, Scale } from './benchmark.ts'
import type { Emission } from './emission.ts'
import { type Cost, OWN, type Result } from './results.ts'
import type { StateSizes } from './state-sizes.ts'
import type { Spread } from './statistics.ts'

/** All that a run found. */
export interface Report {
  readonly scale: Scale
  readonly results: readonly Result[]
  readonly sizes: readonly StateSizes[]
  readonly emissions: readonly Emission[]
  /** Why what needs an engine was left out. */
  readonly missing: Readonly<Partial<Record<EngineName, string>>>
}

const machine = { node: process.version, cores: availableParallelism() }

/** For machines: one JSON object. */
export const jsonReport = (report: Report): string =>
  `${JSON.stringify({ ...machine, ...report }, null, 2)}\n`

/** For people: tables in Markdown. */
export const textReport = ({ scale, results, sizes, emissions, missing }: Report): string => {
  const isPaced = ({ delays }: Result): boolean => delays.length > 0
  const isInCores = ({ cores }: Result): boolean => cores.length > 0
  return [
    `Median (least–greatest) of ${scale.rounds} interleaved rounds; Node ${machine.node}, ` +
      `${machine.cores} cores. Of the limit: what the limit\ncosts, as a share of what this ` +
      'costs; with a +, what this adds to what the limit costs.',
    costsTable(results.filter((result) => !isPaced(result) && !isInCores(result))),
    delaysTable(results.filter(isPaced)),
    coresTable(results.filter(isInCores)),
    sizesTable(sizes),
    emissionsTable(emissions),
    ...Object.entries(missing).map(([name, why]) => `NOT MEASURED, what needs ${name}: ${why}`),
  ]
    .filter((part) => part !== '')
    .map((part) => `${part}\n`)
    .join('\n')
}

/** One line for each process of a contestant. */
const costsTable = (results: readonly Result[]): string =>
  markdownTable(
    [
      'benchmark',
      'contestant',
      'CPU time of',
      'µs/event',
      'of the limit',
      'goal',
      'events/s',
      'ms p50 / p99',
      'MiB',
    ],
    results.flatMap((result, index) =>
      result.costs.map((cost) => {
        const isFirst = cost.of === OWN
        const isLimit = result.benchmark !== results[index - 1]?.benchmark
        return [
          isFirst && isLimit ? result.benchmark : '',
          isFirst ? result.contestant : '',
          cost.of,
          spread(cost.cpuMicros, 2),
          isLimit ? 'the limit' : comparison(cost.comparison),
          cost.goal ?? '',
          isFirst ? spread(result.eventsPerSecond, 0) : '',
          isFirst && result.latencyMs
            ? `${digits(result.latencyMs.p50, 1)} / ${digits(result.latencyMs.p99, 1)}`
            : '',
          isFirst ? digits(result.residentMiB, 0) : '',
        ]
      }),
    ),
  )

/** One line for each thing that was timed; who sends and listens is not among the costs. */
const delaysTable = (results: readonly Result[]): string =>
  markdownTable(
    [
      ...['at a pace', 'contestant', 'ms from the append to', 'timed', 'p50', 'p99', 'most'],
      ...['goal', 'CPU µs/event'],
    ],
    results.flatMap(({ benchmark, contestant, delays, costs }, index) =>
      delays.map((delay, line) => [
        benchmark === results[index - 1]?.benchmark || line > 0 ? '' : benchmark,
        line > 0 ? '' : contestant,
        delay.of,
        digits(delay.count, 0),
        ...[delay.p50, delay.p99, delay.max].map((ms) => digits(ms, 1)),
        delay.goal ?? '',
        line > 0 ? '' : besideCosts(costs),
      ]),
    ),
  )

const besideCosts = (costs: readonly Cost[]): string =>
  costs
    .slice(1, -1)
    .map(({ of, cpuMicros }) => `${of} ${digits(cpuMicros.median, 1)}`)
    .join(', ')

/** One line for each process of which it is asked how much of a core it takes. */
const coresTable = (results: readonly Result[]): string =>
  markdownTable(
    [
      'of a core',
      'contestant',
      'CPU time of',
      '% of a core',
      'more than the limit',
      'goal',
      'events/s',
      'messages to each',
    ],
    results.flatMap(({ benchmark, contestant, cores, heard, eventsPerSecond }, index) =>
      cores.map(({ of, percent, more, goal }, line) => [
        benchmark === results[index - 1]?.benchmark || line > 0 ? '' : benchmark,
        line > 0 ? '' : contestant,
        of,
        spread(percent, 1),
        more === undefined ? 'the limit' : spread(more, 1),
        goal ?? '',
        line > 0 ? '' : spread(eventsPerSecond, 0),
        line > 0 || heard === undefined ? '' : spread(heard, 0),
      ]),
    ),
  )

const sizesTable = (sizes: readonly StateSizes[]): string =>
  markdownTable(
    [
      ...['bytes a customer', 'customers', 'median', 'p95', 'most'],
      ...['in memory', 'in Redis: median', 'mean', 'goal'],
    ],
    sizes.map(({ name, customers, median, p95, max, decoded, redis, goal }) => [
      name,
      ...[customers, median, p95, max].map((number) => digits(number, 0)),
      `${digits(decoded, 1)} times`,
      ...[redis?.median, redis?.mean].map((bytes) => (bytes ? digits(bytes, 0) : '')),
      goal ?? '',
    ]),
  )

const emissionsTable = (emissions: readonly Emission[]): string =>
  markdownTable(
    ['what features tells', 'events', 'customers', 'records of features', 'records an event'],
    emissions.map(({ name, events, customers, records }) => [
      name,
      ...[events, customers, records].map((number) => digits(number, 0)),
      digits(records / events, 3),
    ]),
  )

const comparison = (compared: Cost['comparison']): string => {
  if (compared === undefined) return ''
  return `${compared.kind === 'extra' ? '+' : ''}${spread(compared, 1)} %`
}

const spread = ({ median, min, max }: Spread, decimals: number): string =>
  `${digits(median, decimals)} (${digits(min, decimals)}–${digits(max, decimals)})`

const digits = (value: number, decimals: number): string =>
  value.toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  })

/** Nothing where there are no lines. */
const markdownTable = (head: readonly string[], body: readonly (readonly string[])[]): string => {
  if (body.length === 0) return ''
  const rows = [head, ...body]
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(head), rule, ...body.map(line)].join('\n')
}
