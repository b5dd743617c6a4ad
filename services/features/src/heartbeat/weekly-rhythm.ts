import { dayOf, hourOf } from '@ebb/customer/calendar'

/** Hours of a week. */
const WEEK_HOURS = 168

/** Minutes, by hour of the week. */
interface WeekOfMinutes {
  /** In which something came. */
  readonly active: readonly number[]
  /** Of which a collector has told. */
  readonly covered: readonly number[]
}

/**
 * How often something comes from a source, by hour of the week in the shop's time zone: integers.
 * Minutes with traffic are counted, not events: a burst or a file that is posted again counts as
 * what it is, a minute.
 */
export interface WeeklyRhythm {
  /** Local week that runs, from 1970 on; it begins on Monday. */
  readonly week: number
  readonly thisWeek: WeekOfMinutes
  readonly lastWeek: WeekOfMinutes
  /** Of the weeks before, in sixteenths of a minute; an eighth of it is forgotten each week. */
  readonly earlier: WeekOfMinutes
}

/** A local hour. */
interface LocalHour {
  readonly week: number
  /** 0 is Monday at midnight. */
  readonly hourOfWeek: number
}

const NOTHING: readonly number[] = new Array(WEEK_HOURS).fill(0)
const NO_WEEK: WeekOfMinutes = { active: NOTHING, covered: NOTHING }
/** 1970-01-01 was a Thursday. */
const DAYS_FROM_MONDAY = 3
const WEIGHT = 16
const KEPT_OF_WEEK = 7 / 8
/** Behind so many weeks without a word nothing is left. */
const LONGEST_MEMORY_WEEKS = 52
/** As if a cell had been watched for so long already, and had been as its neighbours are. */
const PRIOR_MINUTES = 60
/** Of its last hour so many minutes must have been told of to say that nothing came in it. */
const TOLD_MINUTES = 30

/** The local hour of an instant (ms). Throws as `dayOf` does. */
export const localHour = (instant: number, timeZone: string): LocalHour => {
  const day = dayOf(instant, timeZone) + DAYS_FROM_MONDAY
  const week = Math.floor(day / 7)
  return { week, hourOfWeek: (day - week * 7) * 24 + hourOf(instant, timeZone) }
}

/** Nothing is known yet. */
export const newRhythm = (week: number): WeeklyRhythm => ({
  week,
  thisWeek: NO_WEEK,
  lastWeek: NO_WEEK,
  earlier: NO_WEEK,
})

/** Counts one minute, at whatever time it is told. */
export const addMinute = (
  rhythm: WeeklyRhythm,
  { week, hourOfWeek }: LocalHour,
  of: keyof WeekOfMinutes,
): WeeklyRhythm => {
  const now = turnedTo(rhythm, week)
  const age = now.week - week
  if (age === 0) return { ...now, thisWeek: plus(now.thisWeek, of, { hourOfWeek, minutes: 1 }) }
  if (age === 1) return { ...now, lastWeek: plus(now.lastWeek, of, { hourOfWeek, minutes: 1 }) }
  const minutes = Math.round(WEIGHT * KEPT_OF_WEEK ** (age - 1))
  return { ...now, earlier: plus(now.earlier, of, { hourOfWeek, minutes }) }
}

const plus = (
  week: WeekOfMinutes,
  of: keyof WeekOfMinutes,
  { hourOfWeek, minutes }: { readonly hourOfWeek: number; readonly minutes: number },
): WeekOfMinutes => ({
  ...week,
  [of]: week[of].with(hourOfWeek, (week[of][hourOfWeek] ?? 0) + minutes),
})

const turnedTo = (rhythm: WeeklyRhythm, week: number): WeeklyRhythm => {
  if (week > rhythm.week + LONGEST_MEMORY_WEEKS) return newRhythm(week)
  let turned = rhythm
  while (turned.week < week) turned = inNextWeek(turned)
  return turned
}

const inNextWeek = ({ week, thisWeek, lastWeek, earlier }: WeeklyRhythm): WeeklyRhythm => ({
  week: week + 1,
  thisWeek: NO_WEEK,
  lastWeek: thisWeek,
  earlier: {
    active: faded(earlier.active, lastWeek.active),
    covered: faded(earlier.covered, lastWeek.covered),
  },
})

const faded = (earlier: readonly number[], lastWeek: readonly number[]): number[] =>
  earlier.map((weighed, i) => Math.round((weighed + WEIGHT * (lastWeek[i] ?? 0)) * KEPT_OF_WEEK))

/**
 * The share of minutes of such an hour in which something comes, below 1: of this hour of the week,
 * leaning on the same hour of all days while little is known of it, and that on nothing.
 */
export const activeShare = (rhythm: WeeklyRhythm, { hourOfWeek }: LocalHour): number => {
  const hour = { active: 0, covered: 0 }
  for (let i = hourOfWeek % 24; i < WEEK_HOURS; i += 24) add(hour, minutesOf(rhythm, i))
  return leaning(minutesOf(rhythm, hourOfWeek), leaning(hour, 0))
}

interface Minutes {
  active: number
  covered: number
}

const minutesOf = ({ thisWeek, lastWeek, earlier }: WeeklyRhythm, i: number): Minutes => {
  const covered = thisWeek.covered[i]! + lastWeek.covered[i]! + earlier.covered[i]! / WEIGHT
  const active = thisWeek.active[i]! + lastWeek.active[i]! + earlier.active[i]! / WEIGHT
  // What is told late may be a minute that another collector has told of.
  return { active: Math.min(covered, active), covered }
}

const add = (sum: Minutes, { active, covered }: Minutes): void => {
  sum.active += active
  sum.covered += covered
}

const leaning = ({ active, covered }: Minutes, on: number): number =>
  (active + PRIOR_MINUTES * on) / (covered + PRIOR_MINUTES)

/** Nothing came in this hour a week ago, though there was somebody to hear it: closed, say. */
export const wasClosed = ({ week, ...of }: WeeklyRhythm, local: LocalHour): boolean => {
  const before = local.week > week ? of.thisWeek : of.lastWeek
  const i = local.hourOfWeek
  return before.covered[i]! >= TOLD_MINUTES && before.active[i] === 0
}
