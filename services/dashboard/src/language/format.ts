/** What formats follow: the reader's language, the shop's time zone and currency. */
export interface FormatSettings {
  /** BCP 47. */
  readonly tag: string
  readonly timeZone: string
  readonly currency: string
  /** Decimals of the minor unit. */
  readonly currencyExponent: number
}

/** Writes values as a reader expects them. Instants are ISO 8601 or ms since the epoch. */
export interface Format {
  readonly number: (value: number) => string
  /** Short where it is large: 12.3K. */
  readonly compact: (value: number) => string
  /** A fraction as whole per cent; with decimals where it is not 0 or 1 but would read so. */
  readonly percent: (fraction: number) => string
  /** A difference of shares in percentage points, with its sign. */
  readonly points: (fraction: number) => string
  readonly money: (minor: number) => string
  readonly date: (at: string | number) => string
  /** A civil day of the shop, `2026-06-01`. */
  readonly civilDate: (day: string) => string
  /** A length of time in its largest whole unit. */
  readonly span: (ms: number) => string
  /** Without the year, for axes. */
  readonly day: (at: string | number) => string
  /** To the minute. */
  readonly moment: (at: string | number) => string
  /** The time of day, to the second. */
  readonly clock: (at: string | number) => string
  /** A day of the week: 1 Monday to 7 Sunday. */
  readonly weekday: (day: number) => string
  /** An hour of the day, 0 to 23, by its beginning. */
  readonly hour: (hour: number) => string
  /** `3 days ago`, `in 2 months`. */
  readonly distance: (at: string | number, from: string | number) => string
}

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** Whole days between two instants, rounded down. */
export const daysBetween = (from: string | number, until: string | number): number =>
  Math.floor((+new Date(until) - +new Date(from)) / DAY_MS)

/** Formats of a reader and a shop. A time zone or currency that `Intl` does not know throws. */
export const formatOf = (settings: FormatSettings): Format => {
  const { tag } = settings
  const number = new Intl.NumberFormat(tag)
  const compact = new Intl.NumberFormat(tag, { notation: 'compact', maximumFractionDigits: 1 })
  return {
    number: (value) => number.format(value),
    compact: (value) => compact.format(value),
    percent: percentOf(tag),
    points: pointsOf(tag),
    money: moneyOf(settings),
    distance: distanceOf(tag),
    span: spanOf(tag),
    civilDate: datesOf({ ...settings, timeZone: 'UTC' }).date,
    ...habitsOf(tag),
    ...datesOf(settings),
  }
}

const percentOf = (tag: string): Format['percent'] => {
  const whole = new Intl.NumberFormat(tag, { style: 'percent' })
  const fine = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 2 })
  return (fraction) => {
    const isRoundedAway = fraction > 0 && fraction < 1 && (fraction < 0.005 || fraction >= 0.995)
    // Nobody is certain to stay away: .9999 is not written as 100 %.
    return isRoundedAway ? fine.format(Math.min(fraction, 0.9999)) : whole.format(fraction)
  }
}

const pointsOf = (tag: string): Format['points'] => {
  const signed = new Intl.NumberFormat(tag, { signDisplay: 'exceptZero', maximumFractionDigits: 1 })
  return (fraction) => signed.format(100 * fraction)
}

const moneyOf = ({ tag, currency, currencyExponent }: FormatSettings): Format['money'] => {
  const money = new Intl.NumberFormat(tag, {
    style: 'currency',
    currency,
    // ISO 4217 decides, not `Intl`: see packages/contracts/src/currency.ts.
    minimumFractionDigits: currencyExponent,
    maximumFractionDigits: currencyExponent,
  })
  return (minor) => money.format(minor / 10 ** currencyExponent)
}

const datesOf = ({
  tag,
  timeZone,
}: FormatSettings): Pick<Format, 'date' | 'day' | 'moment' | 'clock'> => {
  const writer = (options: Intl.DateTimeFormatOptions): ((at: string | number) => string) => {
    const written = new Intl.DateTimeFormat(tag, { timeZone, ...options })
    return (at) => written.format(new Date(at))
  }
  return {
    date: writer({ dateStyle: 'medium' }),
    day: writer({ month: 'short', day: 'numeric' }),
    moment: writer({ dateStyle: 'medium', timeStyle: 'short' }),
    clock: writer({ timeStyle: 'medium' }),
  }
}

const habitsOf = (tag: string): Pick<Format, 'weekday' | 'hour'> => {
  const weekday = new Intl.DateTimeFormat(tag, { timeZone: 'UTC', weekday: 'long' })
  const hour = new Intl.DateTimeFormat(tag, { timeZone: 'UTC', timeStyle: 'short' })
  return {
    // 1 January 2024 was a Monday.
    weekday: (day) => weekday.format(Date.UTC(2024, 0, day)),
    hour: (beginning) => hour.format(Date.UTC(2024, 0, 1, beginning)),
  }
}

const SPAN_UNITS = [
  ['day', DAY_MS],
  ['hour', HOUR_MS],
  ['minute', 60_000],
  ['second', 1_000],
] as const

const spanOf = (tag: string): Format['span'] => {
  const writers = SPAN_UNITS.map(([unit, length]) => {
    const style = { style: 'unit', unit, maximumFractionDigits: 0 } as const
    return { length, written: new Intl.NumberFormat(tag, style) }
  })
  return (ms) => {
    const { length, written } = writers.find(({ length }) => ms >= length) ?? writers.at(-1)!
    return written.format(ms / length)
  }
}

const distanceOf = (tag: string): Format['distance'] => {
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' })
  return (at, from) => {
    const ms = +new Date(at) - +new Date(from)
    const days = Math.abs(ms) / DAY_MS
    if (days >= 730) return relative.format(Math.trunc(ms / (365.25 * DAY_MS)), 'year')
    if (days >= 120) return relative.format(Math.round(ms / (30.44 * DAY_MS)), 'month')
    if (days >= 1) return relative.format(Math.trunc(ms / DAY_MS), 'day')
    if (Math.abs(ms) >= HOUR_MS) return relative.format(Math.trunc(ms / HOUR_MS), 'hour')
    return relative.format(Math.trunc(ms / 60_000), 'minute')
  }
}
