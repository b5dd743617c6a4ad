import type { Target } from './http-load.ts'

/** How much a run does. */
export interface Scale {
  /** Rounds that count. */
  readonly rounds: number
  /** Rounds before them that do not: compilers and caches settle. */
  readonly warmUps: number
  /** Events of one round; some contestants take a part or a multiple of them. */
  readonly events: number
}

/** The engines that a run brought up for itself, each in a process of its own. */
export interface Engines {
  readonly kafka?: { readonly brokers: readonly string[]; readonly pid: number }
  readonly redis?: { readonly url: string; readonly pid: number }
  readonly postgres?: { readonly url: string; readonly pid: number }
}

/** An engine by the name under which `Engines` has it. */
export type EngineName = keyof Engines

/** Things that do one job and are measured in turn: A B C, A B C … */
export interface Benchmark {
  readonly name: string
  /** It is left out of a run that has not all of these. Their CPU time is measured, too. */
  readonly needs?: readonly EngineName[]
  /** Makes what all contestants read and none changes, before they start. */
  prepare?(setting: Omit<Setting, 'folder'>): Promise<void>
  /** Bodies of the requests of a round, for contestants that are servers. */
  bodies?(round: number, scale: Scale): readonly string[]
  /** The bare limit: the least that anybody does for the job; or else a peer that does it. */
  readonly against: Contestant
  readonly contestants: readonly Contestant[]
}

/** One thing that is measured, in a process of its own. */
export interface Contestant {
  readonly name: string
  /** Of its own process, as docs/performance.md has it. */
  readonly goal?: string
  /** Of others: by name of the process, `TOGETHER`, `WALL`, or what a delay is of. */
  readonly goals?: Readonly<Record<string, string>>
  /** How much more of a core than with the limit a process may take, by its name. */
  readonly coreGoals?: Readonly<Record<string, string>>
  /** It does not do the job of the limit over again, but comes on top of it. */
  readonly isExtra?: true
  /** Sets itself up in its own process. */
  open(setting: Setting): Promise<Workload>
}

/** Where a contestant runs. */
export interface Setting {
  /** Empty, and its alone. */
  readonly folder: string
  /** Empty, unless the benchmark prepared something. */
  readonly shared: string
  readonly scale: Scale
  readonly engines: Engines
}

/** A contestant that is set up. */
export interface Workload {
  /** Where the requests of a round go. */
  readonly target?: Target
  /** Process ids, by name, of what works for it beside the engines. */
  readonly helpers?: Readonly<Record<string, number>>
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
  /** Asked for behind the end: what this contestant itself timed, in ms, by what it is of. */
  delaysMs?(): Readonly<Record<string, readonly number[]>>
  /** Asked for behind the end: messages that came, of each who waits for them. */
  heard?(): readonly number[]
}

/** What one round took. */
export interface Measure {
  readonly events: number
  /** User and system time of all threads of the contestant's process. */
  readonly cpuMs: number
  /** The same of engines and helpers, by their names. */
  readonly besideCpuMs: Readonly<Record<string, number>>
  readonly wallMs: number
  /** Resident memory of the contestant's process behind the round. */
  readonly residentMiB: number
  /** Of the requests as the sender saw them; empty where there were none. */
  readonly latenciesMs: readonly number[]
  readonly delaysMs: Readonly<Record<string, readonly number[]>>
  /** Empty where nobody waits for messages. */
  readonly heard: readonly number[]
}

/** What a contestant's process says about a round: all but what its sender saw. */
export type OwnMeasure = Omit<Measure, 'latenciesMs'>

/** The limit first, then those that are measured against it: the order of a round. */
export const contestantsOf = ({ against, contestants }: Benchmark): readonly Contestant[] => [
  against,
  ...contestants,
]
