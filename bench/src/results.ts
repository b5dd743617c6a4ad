import type { Contestant, Measure } from './benchmark.ts'
import type { ContestantRounds } from './run-benchmark.ts'
import { quantile, type Spread, spreadOf } from './statistics.ts'

/** Whose CPU time a cost is, where it is not that of an engine or a helper. */
export const OWN = 'its process'
export const TOGETHER = 'all together'
/** What an event takes by the clock on the wall; told where a goal is set by it. */
export const WALL = 'nobody: the clock on the wall'

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
  /** Of processes that have a goal by it. */
  readonly cores: readonly CoreShare[]
  /** Messages of a round that came to each who waits for them; absent where nobody does. */
  readonly heard?: Spread
  /** Resident memory of its process after a round, the greatest. */
  readonly residentMiB: number
}

/** CPU time of one process, or of all together; or `WALL`. */
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

/** How much of a core a process takes, in per cent. */
export interface CoreShare {
  readonly of: string
  readonly percent: Spread
  /** Than with the limit, round by round, in percentage points; absent on the limit itself. */
  readonly more?: Spread
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
  const contestants = rounds.map(({ contestant }) => contestant)
  const isByTheClock = contestants.some(({ goals }) => goals?.[WALL] !== undefined)
  const inCores = contestants.flatMap(({ coreGoals = {} }) => Object.keys(coreGoals))
  return rounds.map((each) => {
    const { contestant, measures } = each
    return {
      benchmark,
      contestant: contestant.name,
      events: measures[0]!.events,
      costs: costsOf(each, limit, isByTheClock),
      eventsPerSecond: spreadOf(measures.map(({ events, wallMs }) => (events / wallMs) * 1_000)),
      ...latencyOf(measures),
      delays: delaysOf(each),
      cores: [...new Set(inCores)].map((of) => coreShareOf(of, each, limit)),
      ...heardOf(measures),
      residentMiB: Math.max(...measures.map(({ residentMiB }) => residentMiB)),
    }
  })
}

const costsOf = (
  each: ContestantRounds,
  limit: ContestantRounds,
  isByTheClock: boolean,
): readonly Cost[] => {
  const microsOf = (measure: Measure) => microsByName(measure, isByTheClock)
  const own = each.measures.map(microsOf)
  const least = limit.measures.map(microsOf)
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
const microsByName = (
  { cpuMs, besideCpuMs, events, wallMs }: Measure,
  isByTheClock: boolean,
): Readonly<Record<string, number>> => {
  const micros = (ms: number): number => (ms / events) * 1_000
  const beside = Object.entries(besideCpuMs)
  const together = beside.reduce((sum, [, ms]) => sum + ms, cpuMs)
  return {
    [OWN]: micros(cpuMs),
    ...Object.fromEntries(beside.map(([name, ms]) => [name, micros(ms)])),
    ...(beside.length > 0 && { [TOGETHER]: micros(together) }),
    ...(isByTheClock && { [WALL]: micros(wallMs) }),
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

const coreShareOf = (of: string, each: ContestantRounds, limit: ContestantRounds): CoreShare => {
  const percentOf = ({ besideCpuMs, wallMs }: Measure): number =>
    (100 * (besideCpuMs[of] ?? 0)) / wallMs
  const percent = each.measures.map(percentOf)
  const least = limit.measures.map(percentOf)
  const goal = each.contestant.coreGoals?.[of]
  return {
    of,
    percent: spreadOf(percent),
    ...(each !== limit && { more: spreadOf(percent.map((own, round) => own - least[round]!)) }),
    ...(goal !== undefined && { goal }),
  }
}

const heardOf = (measures: readonly Measure[]): Pick<Result, 'heard'> => {
  const all = measures.flatMap(({ heard }) => heard)
  return all.length === 0 ? {} : { heard: spreadOf(all) }
}

const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b)
