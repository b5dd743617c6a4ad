import type { QuietHours } from '../policy/policy.ts'

const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440

/**
 * Whether an instant lies in quiet hours, by the wall clocks of a time zone: from the first minute
 * on, and not at the last one any more.
 */
const isQuiet = (instant: number, hours: QuietHours, clock: CivilClock): boolean => {
  const { fromMinute, untilMinute } = hours
  const minute = clock(instant)
  return fromMinute < untilMinute
    ? fromMinute <= minute && minute < untilMinute
    : fromMinute <= minute || minute < untilMinute
}

/**
 * When the quiet hours end that an instant lies in; `undefined` where it lies in none. It is a full
 * minute, and the first instant behind `instant` that is not quiet: where the clocks are put
 * forward over the end, the instant at which they are; where they are put back, quiet hours may
 * come twice, and the first end counts. The time zone has to be known to `Intl`.
 */
export const endOfQuietHours = (
  instant: number,
  hours: QuietHours,
  timeZone: string,
): number | undefined => {
  const clock = civilClock(timeZone)
  if (!isQuiet(instant, hours, clock)) return undefined
  const from = Math.floor(instant / MINUTE_MS) * MINUTE_MS
  const left = (hours.untilMinute - clock(from) + DAY_MINUTES) % DAY_MINUTES
  const end = from + left * MINUTE_MS
  return clock(end) === hours.untilMinute ? end : firstNotQuiet(from, hours, clock)
}

/** For nights in which the clocks are changed. */
const firstNotQuiet = (from: number, hours: QuietHours, clock: CivilClock): number => {
  let end = from
  do end += MINUTE_MS
  while (isQuiet(end, hours, clock))
  return end
}

/** Minutes since 00:00 that the clocks show at an instant. */
type CivilClock = (instant: number) => number

const clocks = new Map<string, CivilClock>()

/** Formats are costly to make. */
const civilClock = (timeZone: string): CivilClock => {
  const known = clocks.get(timeZone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
  })
  const clock: CivilClock = (instant) => {
    const [hour, minute] = format.format(instant).split(':')
    return Number(hour) * 60 + Number(minute)
  }
  clocks.set(timeZone, clock)
  return clock
}
