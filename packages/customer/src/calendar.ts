/** Milliseconds of a UTC day, and of a civil day without a change of the clocks. */
export const DAY_MS = 86_400_000

const HOUR_MS = 3_600_000

/** How far civil time runs ahead of UTC within one UTC day. */
interface DayOffsets {
  readonly before: number
  /** Instant from which `after` holds; `Infinity` on a day without a change. */
  readonly changesAt: number
  readonly after: number
}

interface Zone {
  readonly offsetAt: (instant: number) => number
  readonly days: Map<number, DayOffsets>
}

/** Bounds the memory of a zone: 27 years of days. */
const CACHED_DAYS = 10_000

/** No zone was ever more than 16 h away from UTC. */
const GREATEST_OFFSET_DAYS = 1

const zones = new Map<string, Zone>()

/**
 * Civil day on which an instant (ms) falls in a time zone, counted from 1970-01-01.
 * Assumes at most one change of the clocks in a UTC day. Throws `EBB_CONFIG_TIME_ZONE` for a
 * time zone that is not known.
 */
export function dayOf(instant: number, timeZone: string): number {
  return Math.floor((instant + civilOffset(instant, timeZone)) / DAY_MS)
}

/** Civil hour in which an instant (ms) falls, 0 to 23. As `dayOf`. */
export function hourOf(instant: number, timeZone: string): number {
  const civil = instant + civilOffset(instant, timeZone)
  return Math.floor((civil - Math.floor(civil / DAY_MS) * DAY_MS) / HOUR_MS)
}

/** How far civil time runs ahead of UTC at an instant, ms. */
function civilOffset(instant: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0
  const { before, changesAt, after } = offsetsOf(Math.floor(instant / DAY_MS), zoneOf(timeZone))
  return instant < changesAt ? before : after
}

/**
 * First instant (ms) whose civil day is `day` or later. It is not midnight where the clocks are
 * put forward at midnight. Throws as `dayOf` does.
 */
export function startOfDay(day: number, timeZone: string): number {
  const midnight = day * DAY_MS
  if (timeZone === 'UTC') return midnight
  const zone = zoneOf(timeZone)
  for (let utcDay = day - GREATEST_OFFSET_DAYS; ; utcDay++) {
    const { before, changesAt, after } = offsetsOf(utcDay, zone)
    const dayEnd = (utcDay + 1) * DAY_MS
    const early = Math.max(midnight - before, utcDay * DAY_MS)
    if (early < Math.min(changesAt, dayEnd)) return early
    const late = Math.max(midnight - after, changesAt)
    if (late < dayEnd) return late
  }
}

function zoneOf(timeZone: string): Zone {
  const known = zones.get(timeZone)
  if (known !== undefined) return known
  const zone = { offsetAt: offsetReader(timeZone), days: new Map<number, DayOffsets>() }
  zones.set(timeZone, zone)
  return zone
}

function offsetReader(timeZone: string): (instant: number) => number {
  const format = formatOf(timeZone)
  return (instant) => {
    const name = format.formatToParts(instant).find((part) => part.type === 'timeZoneName')
    const [, sign, hours, minutes, seconds] =
      /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?/.exec(name?.value ?? '') ?? []
    const ahead = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)
    return (sign === '-' ? -ahead : ahead) * 1000
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  } catch (cause) {
    const error = new Error(`Unknown time zone '${timeZone}'. Use an IANA name.`, { cause })
    throw Object.assign(error, { code: 'EBB_CONFIG_TIME_ZONE' })
  }
}

function offsetsOf(utcDay: number, zone: Zone): DayOffsets {
  const known = zone.days.get(utcDay)
  if (known !== undefined) return known
  if (zone.days.size >= CACHED_DAYS) zone.days.clear()
  const offsets = readOffsets(utcDay, zone)
  zone.days.set(utcDay, offsets)
  return offsets
}

function readOffsets(utcDay: number, { offsetAt }: Zone): DayOffsets {
  let from = utcDay * DAY_MS
  let changesAt = from + DAY_MS
  const before = offsetAt(from)
  const after = offsetAt(changesAt)
  if (before === after) return { before, changesAt: Number.POSITIVE_INFINITY, after }
  while (changesAt - from > 1) {
    const middle = Math.floor((from + changesAt) / 2)
    if (offsetAt(middle) === before) from = middle
    else changesAt = middle
  }
  return { before, changesAt, after }
}
