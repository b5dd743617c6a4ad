import { DateTime, Settings } from 'luxon'

// An hour that the clocks repeat is read by the offset that holds now, unless now is always the same.
Settings.now = () => 0

/** The last answer for each zone: consecutive rows of a file often share their time. */
const known = new Map<string, { text: string; instant: number | undefined }>()

/**
 * The instant of an ISO 8601 date or date and time, in ms since the epoch: at its own offset where
 * it has one, else in `timeZone`. A date alone is the midnight that begins it; a space may stand
 * for the T. `undefined` for everything else.
 */
export const localInstant = (text: string, timeZone: string): number | undefined => {
  const last = known.get(timeZone)
  if (last?.text === text) return last.instant
  const instant = parse(text, timeZone)
  known.set(timeZone, { text, instant })
  return instant
}

const EARLIEST = Date.UTC(1990, 0, 1)

/** The instant of a row, `undefined` also where it lies before 1990 or behind `now`. */
export const rowInstant = (
  text: string,
  { timeZone, now }: { readonly timeZone: string; readonly now: number },
): number | undefined => {
  const instant = localInstant(text, timeZone)
  return instant !== undefined && instant >= EARLIEST && instant <= now ? instant : undefined
}

const ISO_LIKE =
  /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?\s?(Z|[+-]\d{2}(:?\d{2})?)?)?$/

const parse = (text: string, timeZone: string): number | undefined => {
  const trimmed = text.trim()
  if (!ISO_LIKE.test(trimmed)) return undefined
  const iso = trimmed.replace(/ (?=[Z+-])/, '').replace(' ', 'T')
  const time = DateTime.fromISO(iso, { zone: timeZone })
  return time.isValid ? time.toMillis() : undefined
}
