import type { Target } from './http-load.ts'

/** How much a run does. */
export interface Scale {
  /** Rounds that count. */
  readonly rounds: number
  /** Rounds before them that do not: compilers and caches settle. */
  readonly warmUps: number
  /** Events of one round; some contestants take a part of them. */
  readonly events: number
}

/** Things that do one job and are measured in turn: A B C, A B C … */
export interface Benchmark {
  readonly name: string
  /** Makes what all contestants read and none changes, in an empty folder, before they start. */
  prepare?(shared: string, scale: Scale): Promise<void>
  /** Bodies of the requests of a round, for contestants that are servers. */
  bodies?(round: number, scale: Scale): readonly string[]
  /** The bare limit: the least that anybody does for the job. */
  readonly against: Contestant
  readonly contestants: readonly Contestant[]
}

/** One thing that is measured, in a process of its own. */
export interface Contestant {
  readonly name: string
  /** As docs/performance.md has it. */
  readonly goal?: string
  /** It does not do the job of the limit over again, but comes on top of it. */
  readonly isExtra?: true
  /** Sets itself up in its own process. */
  open(setting: Setting): Promise<Workload>
}

/** Where a contestant runs. */
export interface Setting {
  /** Empty, and its alone. */
  readonly folder: string
  /** What the benchmark prepared. */
  readonly shared: string
  readonly scale: Scale
}

/** A contestant that is set up. */
export interface Workload {
  /** Where the requests of a round go. */
  readonly target?: Target
  /** What comes before a round and is not measured. Rounds count from 0, warm-ups included. */
  prepare(round: number): Promise<Round>
  close(): Promise<void>
}

/** What is measured. */
export interface Round {
  /** Resolves to the number of events. `load` has the requests of the round sent and answered. */
  run(load: () => Promise<void>): Promise<number>
  /** What comes after it and is not measured; throws where not all was done. */
  end?(): Promise<void>
}

/** What one round took. */
export interface Measure {
  readonly events: number
  /** User and system time of all threads of the contestant's process. */
  readonly cpuMs: number
  readonly wallMs: number
  /** Resident memory of that process behind the round. */
  readonly residentMiB: number
  /** Of the requests as the sender saw them; empty where there were none. */
  readonly latenciesMs: readonly number[]
}

/** What a contestant's process says about a round: all but what its sender saw. */
export type OwnMeasure = Omit<Measure, 'latenciesMs'>

/** The limit first, then those that are measured against it: the order of a round. */
export const contestantsOf = ({ against, contestants }: Benchmark): readonly Contestant[] => [
  against,
  ...contestants,
]
