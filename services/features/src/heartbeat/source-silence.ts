import { minuteOf } from '@ebb/contracts/traffic-record'
import {
  activeShare,
  addMinute,
  localHour,
  newRhythm,
  type WeeklyRhythm,
  wasClosed,
} from './weekly-rhythm.ts'

/** What is known of one source: integers. */
export interface SourceState {
  readonly rhythm: WeeklyRhythm
  /** Start of the first minute in which something came, ms. */
  readonly firstMinute: number
  /** Start of the last such minute. */
  readonly lastMinute: number
  /** Minutes in which something came, since the beginning. */
  readonly heard: number
  /** Minutes with traffic by the collector that brought it; halved now and then. */
  readonly carried: Readonly<Record<string, number>>
  /** Of the silence that lasts. */
  readonly quiet: Quiet
  /** Of silences that ended by themselves. */
  readonly gaps: Gaps
  /** How much came lately, of what was to be expected. */
  readonly lately: Lately
  /** Absent where it is not judged silent. */
  readonly silent?: Silent
}

/** A silence, in parts of an expected active minute. */
interface Quiet {
  /** -ln of its probability, if nothing is wrong. */
  readonly evidence: number
  /** Active minutes that were to be expected in it. */
  readonly expected: number
}

/** By the evidence of each: weeks fade as the rhythm does. */
interface Gaps {
  readonly week: number
  readonly sum: number
  readonly sumOfSquares: number
  readonly longest: number
}

interface Lately {
  readonly active: number
  readonly expected: number
}

/** A silence that was told. */
interface Silent {
  /** When it began, ms. */
  readonly since: number
  /** Minutes in which something came since it was told. */
  readonly returned: number
}

/** Fractions are kept as so many parts. */
const PARTS = 65_536
/** Squares of evidence are kept in coarser parts: they must stay exact integers. */
const SQUARE_PARTS = 256

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const MINUTES_OF_YEAR = 365.25 * 1_440

/** False alarms of a source in a year that chance alone may raise. */
const FALSE_ALARMS_A_YEAR = 0.1
/** ADR 21: at most one silence can begin in a minute, and each is longer than x by e^-x. */
const CONVINCING = Math.log(MINUTES_OF_YEAR / FALSE_ALARMS_A_YEAR)
/** A source is watched for so long before it is judged: each hour of the week was there twice. */
export const LEARNING_MS = 14 * DAY_MS
/** And so many minutes with traffic must have been heard. */
const LEARNING_MINUTES = 100
/** Minutes with traffic until a silent source is back. */
export const RETURN_MINUTES = 3
/** Nothing for so long: the source is taken as switched off. */
export const GONE_MS = 30 * DAY_MS

/** One minute speaks for itself so much at most: no hiccup of some minutes is a silence. */
const MOST_OF_MINUTE = 3
/** Expected active minutes that `lately` looks back on, twice that at most. */
const LATELY_MINUTES = 24
/** As if so many expected minutes had been as expected. */
const LATELY_PRIOR = 4
const LEAST_LATELY = 0.05
const KEPT_OF_WEEK = 7 / 8
/** A silence is none of the usual ones only if it is so much longer than the longest of these. */
const OF_LONGEST = 1.5
const FIRST_WEEK_MS = 7 * DAY_MS
const MOST_CARRIED = 256

/** Where and when a minute is judged. */
interface JudgedMinute {
  /** Its start, ms. */
  readonly minute: number
  readonly timeZone: string
}

/** A source of which something came for the first time. */
export const newSource = ({ minute, timeZone }: JudgedMinute): SourceState => {
  const { week } = localHour(minute, timeZone)
  return {
    rhythm: newRhythm(week),
    firstMinute: minute,
    lastMinute: minute,
    heard: 0,
    carried: {},
    quiet: { evidence: 0, expected: 0 },
    gaps: { week, sum: 0, sumOfSquares: 0, longest: 0 },
    lately: { active: 0, expected: 0 },
  }
}

/** A minute has been told of, whatever came in it. */
export const cover = (source: SourceState, { minute, timeZone }: JudgedMinute): SourceState => ({
  ...source,
  rhythm: addMinute(source.rhythm, localHour(minute, timeZone), 'covered'),
})

/** Something came in this minute, through this collector. */
export const hear = (
  source: SourceState,
  at: JudgedMinute & { readonly collector: string },
): SourceState => {
  const { minute, timeZone, collector } = at
  const carried = withOneMore(source.carried, collector)
  // Another collector has told of this very minute.
  if (minute === source.lastMinute && source.heard > 0) return { ...source, carried }
  const local = localHour(minute, timeZone)
  const rhythm = addMinute(source.rhythm, local, 'active')
  const heard = source.heard + 1
  if (minute < source.lastMinute) return { ...source, rhythm, carried, heard }
  const { quiet, silent } = source
  const isSilentAgain = isConvincing(source)
  return {
    ...source,
    ...{ rhythm, carried, heard, lastMinute: minute },
    quiet: { evidence: 0, expected: 0 },
    lately: withMinutes(source.lately, quiet.expected + partsOf(activeShare(rhythm, local))),
    ...(isUsual(source, minute) && { gaps: withGap(source, local.week) }),
    ...(silent && { silent: { ...silent, returned: isSilentAgain ? 1 : silent.returned + 1 } }),
  }
}

/**
 * Nothing came in this minute through a collector that usually brings `share` of what comes. What
 * lies before the last minute with traffic says nothing.
 */
export const missIn = (
  source: SourceState,
  { minute, timeZone, share }: JudgedMinute & { readonly share: number },
): SourceState => {
  if (minute <= source.lastMinute) return source
  const local = localHour(minute, timeZone)
  if (wasClosed(source.rhythm, local)) return source
  const active = activeShare(source.rhythm, local)
  const evidence = Math.min(MOST_OF_MINUTE, -Math.log(1 - active)) * levelOf(source.lately)
  const { quiet } = source
  return {
    ...source,
    quiet: {
      evidence: quiet.evidence + partsOf(share * evidence),
      expected: quiet.expected + partsOf(share * active),
    },
  }
}

/** What part of its traffic a collector brings, among those that are there. */
export const shareOf = (
  { carried }: SourceState,
  collector: string,
  present: ReadonlySet<string>,
): number => {
  let all = 0
  for (const each of present) all += carriedBy(carried, each) + 1
  return (carriedBy(carried, collector) + 1) / all
}

const carriedBy = (carried: SourceState['carried'], collector: string): number =>
  Object.hasOwn(carried, collector) ? carried[collector]! : 0

/** Whether the silence that lasts is too improbable to be chance, for a source that is known. */
export const isSilence = (source: SourceState, clock: number): boolean =>
  isJudged(source, clock) && isConvincing(source)

/** Whether a source is known for long enough to be judged. */
export const isJudged = ({ heard, firstMinute }: SourceState, clock: number): boolean =>
  heard >= LEARNING_MINUTES && clock - firstMinute >= LEARNING_MS

const isConvincing = (source: SourceState): boolean =>
  source.quiet.evidence >= convincing(source.gaps)

/** From how much evidence on a silence is none of the usual ones. */
const convincing = (gaps: Gaps): number =>
  Math.max(Math.ceil(PARTS * CONVINCING * spreadOf(gaps)), OF_LONGEST * gaps.longest)

/** The silence is told. */
export const silenced = (source: SourceState): SourceState => ({
  ...source,
  silent: { since: source.lastMinute + MINUTE_MS, returned: 0 },
})

/** Whether a silent source is back: what came is neither one order by hand, nor the end of a queue. */
export const isBack = ({ silent }: SourceState): boolean =>
  silent !== undefined && silent.returned >= RETURN_MINUTES

/** It is back; a silence that was taken for an outage may be a usual one, and counts as the least. */
export const returned = ({ silent: _told, ...source }: SourceState): SourceState => {
  const gaps = gapsWith(source.gaps, convincing(source.gaps), source.rhythm.week)
  return { ...source, gaps }
}

/** Whether nothing has come for so long that the source is taken as switched off. */
export const isGone = ({ lastMinute }: SourceState, clock: number): boolean =>
  minuteOf(clock) - lastMinute >= GONE_MS

/**
 * How much longer its silences are than those of a source whose minutes do not hang together:
 * the mean of what is left of a silence met at random, 1 for such a source.
 */
const spreadOf = ({ sum, sumOfSquares }: Gaps): number =>
  sum === 0 ? 1 : Math.max(1, sumOfSquares / SQUARE_PARTS / (2 * sum))

/** While a source is silent, and before its rhythm is known, no silence is a usual one. */
const isUsual = ({ silent, firstMinute }: SourceState, minute: number): boolean =>
  !silent && minute - firstMinute >= FIRST_WEEK_MS

const withGap = ({ gaps, quiet }: SourceState, week: number): Gaps =>
  gapsWith(gaps, Math.min(quiet.evidence, convincing(gaps)), week)

const gapsWith = (gaps: Gaps, evidence: number, week: number): Gaps => {
  const kept = KEPT_OF_WEEK ** Math.max(0, week - gaps.week)
  const coarse = Math.round((evidence * SQUARE_PARTS) / PARTS)
  return {
    week: Math.max(week, gaps.week),
    sum: Math.round(gaps.sum * kept) + coarse,
    sumOfSquares: Math.round(gaps.sumOfSquares * kept) + coarse * coarse,
    longest: Math.max(Math.round(gaps.longest * kept), evidence),
  }
}

/** 1 where as much came lately as usual, or more. */
const levelOf = ({ active, expected }: Lately): number => {
  const prior = LATELY_PRIOR * PARTS
  return Math.max(LEAST_LATELY, Math.min(1, (active + prior) / (expected + prior)))
}

const withMinutes = (lately: Lately, expectedMore: number): Lately => {
  const active = lately.active + PARTS
  const expected = lately.expected + expectedMore
  if (expected < 2 * LATELY_MINUTES * PARTS) return { active, expected }
  return { active: Math.round(active / 2), expected: Math.round(expected / 2) }
}

const withOneMore = (
  carried: SourceState['carried'],
  collector: string,
): SourceState['carried'] => {
  const more = { ...carried, [collector]: carriedBy(carried, collector) + 1 }
  const all = Object.values(more).reduce((sum, minutes) => sum + minutes, 0)
  if (all <= MOST_CARRIED) return more
  const halves = Object.entries(more).map(([name, minutes]) => [name, Math.floor(minutes / 2)])
  return Object.fromEntries(halves.filter(([, minutes]) => minutes !== 0))
}

const partsOf = (fraction: number): number => Math.round(fraction * PARTS)
