import type { Measure } from './benchmark.ts'
import type { ContestantRounds } from './run-benchmark.ts'
import { quantile, type Spread, spreadOf } from './statistics.ts'

/** What is told of one contestant. */
export interface Result {
  readonly benchmark: string
  readonly contestant: string
  readonly goal?: string
  /** Events of one round. */
  readonly events: number
  /** CPU time of its process, in µs an event. */
  readonly cpuMicros: Spread
  /** By the wall clock, its rounds and nobody else's. */
  readonly eventsPerSecond: Spread
  /**
   * Compared round by round with the limit in CPU time, in per cent. `share`: the limit's part of
   * what this costs (100 is as good as the limit). `extra`: this, as a part of what the limit costs.
   * Absent on the limit itself.
   */
  readonly comparison?: { readonly kind: 'share' | 'extra' } & Spread
  /** Of all requests of all rounds as their sender saw them, in ms; absent where none were sent. */
  readonly latencyMs?: { readonly p50: number; readonly p99: number }
  /** Resident memory of its process after a round, the greatest. */
  readonly residentMiB: number
}

/** The results of a benchmark from its rounds, the limit's first. */
export const resultsOf = (
  benchmark: string,
  rounds: readonly ContestantRounds[],
): readonly Result[] => {
  const limit = rounds[0]!
  return rounds.map((each) => {
    const { contestant, measures } = each
    const { name, goal } = contestant
    return {
      benchmark,
      contestant: name,
      ...(goal !== undefined && { goal }),
      events: measures[0]!.events,
      cpuMicros: spreadOf(measures.map(cpuMicros)),
      eventsPerSecond: spreadOf(measures.map(({ events, wallMs }) => (events / wallMs) * 1_000)),
      ...(each !== limit && { comparison: comparisonOf(each, limit) }),
      ...latencyOf(measures),
      residentMiB: Math.max(...measures.map(({ residentMiB }) => residentMiB)),
    }
  })
}

const cpuMicros = ({ cpuMs, events }: Measure): number => (cpuMs / events) * 1_000

const comparisonOf = (
  { contestant, measures }: ContestantRounds,
  limit: ContestantRounds,
): NonNullable<Result['comparison']> => {
  const isExtra = contestant.isExtra === true
  const ratios = measures.map((measure, round) => {
    const own = cpuMicros(measure)
    const least = cpuMicros(limit.measures[round]!)
    return 100 * (isExtra ? own / least : least / own)
  })
  return { kind: isExtra ? 'extra' : 'share', ...spreadOf(ratios) }
}

const latencyOf = (measures: readonly Measure[]): Pick<Result, 'latencyMs'> => {
  const all = measures.flatMap(({ latenciesMs }) => latenciesMs).sort((a, b) => a - b)
  return all.length === 0
    ? {}
    : { latencyMs: { p50: quantile(all, 0.5), p99: quantile(all, 0.99) } }
}
