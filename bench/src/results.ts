import type { Contestant, Measure } from './benchmark.ts'
import type { ContestantRounds } from './run-benchmark.ts'
import { quantile, type Spread, spreadOf } from './statistics.ts'

/** Whose CPU time a cost is, where it is not that of an engine or a helper. */
export const OWN = 'its process'
export const TOGETHER = 'all together'

/** What is told of one contestant. */
export interface Result {
  readonly benchmark: string
  readonly contestant: string
  /** Events of one round. */
  readonly events: number
  /** Of its own process; then of engines and helpers, and all together, where there are any. */
  readonly costs: readonly Cost[]
  /** By the wall clock, its rounds and nobody else's. */
  readonly eventsPerSecond: Spread
  /** Of all requests of all rounds as their sender saw them, in ms; absent where none were sent. */
  readonly latencyMs?: { readonly p50: number; readonly p99: number }
  /** What the contestant itself timed, over all rounds. */
  readonly delays: readonly Delay[]
  /** Resident memory of its process after a round, the greatest. */
  readonly residentMiB: number
}

/** CPU time of one process, or of all together. */
export interface Cost {
  readonly of: string
  /** µs an event. */
  readonly cpuMicros: Spread
  /**
   * Compared round by round with the same cost of the limit, in per cent. `share`: the limit's part
   * of what this costs (100 is as good as the limit). `extra`: this, as a part of what the limit
   * costs. Absent on the limit itself, and where one of them uses no such process.
   */
  readonly comparison?: { readonly kind: 'share' | 'extra' } & Spread
  readonly goal?: string
}

/** How long something took, in ms. */
export interface Delay {
  readonly of: string
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly max: number
  readonly goal?: string
}

/** The results of a benchmark from its rounds, the limit's first. */
export const resultsOf = (
  benchmark: string,
  rounds: readonly ContestantRounds[],
): readonly Result[] => {
  const limit = rounds[0]!
  return rounds.map((each) => {
    const { contestant, measures } = each
    return {
      benchmark,
      contestant: contestant.name,
      events: measures[0]!.events,
      costs: costsOf(each, limit),
      eventsPerSecond: spreadOf(measures.map(({ events, wallMs }) => (events / wallMs) * 1_000)),
      ...latencyOf(measures),
      delays: delaysOf(each),
      residentMiB: Math.max(...measures.map(({ residentMiB }) => residentMiB)),
    }
  })
}

const costsOf = (each: ContestantRounds, limit: ContestantRounds): readonly Cost[] => {
  const own = each.measures.map(microsByName)
  const least = limit.measures.map(microsByName)
  return Object.keys(own[0]!).map((of) => {
    const micros = own.map((round) => round[of]!)
    const limits = least.map((round) => round[of] ?? 0)
    // An engine that one of them does not use is not what they are compared by.
    const isCompared = each !== limit && [...micros, ...limits].every((cost) => cost > 0)
    return {
      of,
      cpuMicros: spreadOf(micros),
      ...(isCompared && { comparison: comparisonOf(each.contestant, micros, limits) }),
      ...goalOf(each.contestant, of),
    }
  })
}

/** CPU time an event, by whose it is. */
const microsByName = (measure: Measure): Readonly<Record<string, number>> => {
  const { cpuMs, besideCpuMs, events } = measure
  const micros = (ms: number): number => (ms / events) * 1_000
  const beside = Object.entries(besideCpuMs)
  if (beside.length === 0) return { [OWN]: micros(cpuMs) }
  return {
    [OWN]: micros(cpuMs),
    ...Object.fromEntries(beside.map(([name, ms]) => [name, micros(ms)])),
    [TOGETHER]: micros(beside.reduce((sum, [, ms]) => sum + ms, cpuMs)),
  }
}

const comparisonOf = (
  { isExtra }: Contestant,
  micros: readonly number[],
  least: readonly number[],
): NonNullable<Cost['comparison']> => {
  const ratios = micros.map((own, round) => {
    const limit = least[round]!
    return 100 * (isExtra ? own / limit : limit / own)
  })
  return { kind: isExtra ? 'extra' : 'share', ...spreadOf(ratios) }
}

const goalOf = ({ goal, goals }: Contestant, of: string): { readonly goal?: string } => {
  const found = of === OWN ? goal : goals?.[of]
  return found === undefined ? {} : { goal: found }
}

const latencyOf = (measures: readonly Measure[]): Pick<Result, 'latencyMs'> => {
  const all = ascending(measures.flatMap(({ latenciesMs }) => latenciesMs))
  return all.length === 0
    ? {}
    : { latencyMs: { p50: quantile(all, 0.5), p99: quantile(all, 0.99) } }
}

const delaysOf = ({ contestant, measures }: ContestantRounds): readonly Delay[] =>
  Object.keys(measures[0]!.delaysMs).map((of) => {
    const all = ascending(measures.flatMap(({ delaysMs }) => delaysMs[of] ?? []))
    const [p50, p99, max] = [0.5, 0.99, 1].map((q) => quantile(all, q)) as [number, number, number]
    return { of, count: all.length, p50, p99, max, ...goalOf(contestant, of) }
  })

const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b)
