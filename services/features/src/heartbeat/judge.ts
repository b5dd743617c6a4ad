import type { SourceSignal } from '@ebb/contracts/source-signal'
import type { CollectorMinute, TrafficRecord } from '@ebb/contracts/traffic-record'
import {
  type CollectorRun,
  type CollectorRuns,
  presentAt,
  runKey,
  withoutDead,
} from './collector-runs.ts'
import {
  cover,
  hear,
  isBack,
  isGone,
  isSilence,
  missIn,
  newSource,
  returned,
  type SourceState,
  shareOf,
  silenced,
} from './source-silence.ts'

/** What the judge of silent sources keeps: all of it, for a minute is told by several records. */
export interface JudgeState {
  /** Start of the latest minute of which any collector has told, ms: the clock; -1 before the first. */
  readonly clock: number
  /** `at` of the last signal. */
  readonly toldAt: number
  readonly runs: CollectorRuns
  readonly sources: Readonly<Record<string, SourceState>>
}

/** A state, and what is to be told. */
interface Judged {
  readonly state: JudgeState
  readonly signals: readonly SourceSignal[]
}

/** More sources than that are not judged. */
export const MOST_SOURCES = 256

const MINUTE_MS = 60_000

/** Nothing was heard yet. */
export const NEW_JUDGE: JudgeState = { clock: -1, toldAt: 0, runs: {}, sources: {} }

/** Something came from a source: remembered until its collector has told the whole minute. */
export const onTraffic = (state: JudgeState, record: TrafficRecord): JudgeState => {
  if (record.accepted === undefined) return state
  const key = runKey(record)
  const run = state.runs[key] ?? newRun(record.collector)
  if (record.minute <= run.through) return state
  const before = run.told?.minute === record.minute ? run.told.sources : []
  if (before.includes(record.source)) return state
  const told = { minute: record.minute, sources: [...before, record.source] }
  return { ...state, runs: { ...state.runs, [key]: { ...run, told } } }
}

/** A collector has told a whole minute: what did not come through it is missed, where it is usual. */
export const onCollectorMinute = (
  state: JudgeState,
  record: CollectorMinute,
  timeZone: string,
): Judged => {
  const key = runKey(record)
  const { told, ...run } = state.runs[key] ?? newRun(record.collector)
  const { minute, collector } = record
  if (minute <= run.through) return { state, signals: [] }
  const active = told?.minute === minute ? told.sources : []
  const clock = Math.max(state.clock, minute)
  const hasLeft = record.leaves && { hasLeft: true as const }
  const runs = { ...state.runs, [key]: { ...run, through: minute, ...hasLeft } }
  // It leaves behind this minute, and not before it.
  const present = presentAt({ ...runs, [key]: { ...run, through: minute } }, clock)
  const at = { minute, timeZone, collector }
  const known = state.clock < minute ? covered(state.sources, at) : state.sources
  const sources = missed(heard(known, active, at), active, { ...at, present })
  return verdicts({ ...state, clock, runs: withoutDead(runs, clock), sources })
}

const newRun = (collector: string): CollectorRun => ({ collector, through: -1 })

type Sources = JudgeState['sources']

interface Told {
  readonly minute: number
  readonly timeZone: string
  readonly collector: string
}

const covered = (sources: Sources, at: Told): Sources =>
  mapped(sources, (source) => cover(source, at))

const heard = (sources: Sources, active: readonly string[], at: Told): Sources => {
  if (active.length === 0) return sources
  const after: Record<string, SourceState> = { ...sources }
  for (const name of active) {
    // Every object has a `constructor`, and a source may have that name.
    const known = Object.hasOwn(after, name) ? after[name] : undefined
    if (known !== undefined) after[name] = hear(known, at)
    else if (Object.keys(after).length < MOST_SOURCES)
      after[name] = hear(cover(newSource(at), at), at)
  }
  return after
}

const missed = (
  sources: Sources,
  active: readonly string[],
  { present, ...at }: Told & { readonly present: ReadonlySet<string> },
): Sources =>
  mapped(sources, (source, name) =>
    active.includes(name)
      ? source
      : missIn(source, { ...at, share: shareOf(source, at.collector, present) }),
  )

const mapped = (sources: Sources, change: (of: SourceState, name: string) => SourceState) =>
  Object.fromEntries(Object.entries(sources).map(([name, of]) => [name, change(of, name)]))

/** The verdicts, in the order of the names. */
const verdicts = (state: JudgeState): Judged => {
  const signals: SourceSignal[] = []
  const sources: Record<string, SourceState> = { ...state.sources }
  let { toldAt } = state
  const tell = (source: string, kind: SourceSignal['kind'], since: number): void => {
    toldAt = Math.max(toldAt + 1, state.clock + MINUTE_MS)
    signals.push({ source, kind, at: toldAt, since, silent: silentAmong(sources) })
  }
  for (const name of Object.keys(sources).sort()) {
    const source = sources[name]!
    const since = source.silent?.since ?? source.lastMinute + MINUTE_MS
    if (isGone(source, state.clock)) {
      delete sources[name]
      if (source.silent) tell(name, 'gone', since)
    } else if (isBack(source)) {
      sources[name] = returned(source)
      tell(name, 'back', since)
    } else if (!source.silent && isSilence(source, state.clock)) {
      sources[name] = silenced(source)
      tell(name, 'silent', since)
    }
  }
  return { state: { ...state, toldAt, sources }, signals }
}

/** The sources that are judged silent, by name. */
export const silentAmong = (sources: Sources): SourceSignal['silent'] =>
  Object.entries(sources)
    .flatMap(([source, { silent }]) => (silent ? [{ source, since: silent.since }] : []))
    .sort((a, b) => (a.source < b.source ? -1 : 1))
