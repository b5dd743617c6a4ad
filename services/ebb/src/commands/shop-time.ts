import { DAY_MS, dayOf, startOfDay } from '@ebb/customer/calendar'
import { InvalidArgumentError } from 'commander'

const formats = new Map<string, Intl.DateTimeFormat>()

/** `2026-03-01 14:05:09` on the shop's clocks: Swedes write it so. */
const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const style = { dateStyle: 'short', timeStyle: 'medium', timeZone } as const
  const format = new Intl.DateTimeFormat('sv-SE', style)
  formats.set(timeZone, format)
  return format
}

/** An instant (ms) on the shop's clocks to the second: `2026-03-01 14:05:09`. */
export const shopSecond = (instant: number, timeZone: string): string =>
  formatOf(timeZone).format(instant)

/** An instant (ms) on the shop's clocks to the minute: `2026-03-01 14:05`. */
export const shopMinute = (instant: number, timeZone: string): string =>
  shopSecond(instant, timeZone).slice(0, -3)

/** The civil day of an instant (ms) in the shop: `2026-03-01`. */
export const shopDay = (instant: number, timeZone: string): string =>
  shopSecond(instant, timeZone).slice(0, -9)

/** Days of 24 h from one instant (ms) to another. */
export const daysBetween = (from: number, to: number): number => (to - from) / DAY_MS

const UNITS = [
  [DAY_MS, 'days'],
  [3_600_000, 'h'],
  [60_000, 'min'],
] as const

/** A length of time (ms) in its largest unit: `4 s`, `3 min`, `12 h`, `2 days`. */
export const duration = (ms: number): string => {
  const [size, unit] = UNITS.find(([size]) => ms >= 2 * size) ?? [1_000, 's']
  return `${Math.floor(ms / size).toLocaleString('en-US')} ${unit}`
}

/** An instant (ms) that a person gave, once the shop's time zone is known. */
export type GivenInstant = (timeZone: string) => number

const DAY = /^\d{4}-\d\d-\d\d$/
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/

/**
 * Reads a day, meaning its beginning in the shop's time zone, or an instant with its offset.
 * Throws commander's `InvalidArgumentError`.
 */
export const parseInstant = (text: string): GivenInstant => {
  const instant = Date.parse(text)
  // `Date.parse` takes 30 February for 2 March.
  const isDay = DAY.test(text) && new Date(instant).toJSON()?.startsWith(text)
  if (isDay) return (timeZone) => startOfDay(dayOf(instant, 'UTC'), timeZone)
  if (INSTANT.test(text) && !Number.isNaN(instant)) return () => instant
  throw new InvalidArgumentError('Give a day, 2026-03-01, or an instant, 2026-03-01T08:00:00Z.')
}
