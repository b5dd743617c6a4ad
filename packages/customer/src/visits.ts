import { DAY_MS, dayOf } from './calendar.ts'
import type { CustomerEvent, Moment } from './customer-event.ts'
import type { CustomerState, DayTile, Tally, Visit, VisitMark } from './customer-state.ts'
import { addOn } from './day-tiles.ts'
import { COUNTERS, countIn } from './event-names.ts'
import { channelCode, deviceCode } from './taste-codes.ts'

/** Half an hour without an event ends a visit. */
const GAP_MS = 1_800_000
/** So long after it took place, an event may still open, extend or join visits. */
const OPEN_MS = 2 * DAY_MS
const LAST_VISITS = 3

type Visits = Pick<CustomerState, 'openVisits' | 'lastVisits' | 'visited' | 'tiles' | 'totals'>
type Counted = Pick<Visits, 'visited' | 'tiles' | 'totals'>

/**
 * The open visits, by their start, with one more event of the storefront. A visit is a union of
 * events, none farther than half an hour from the next, so that their order of arrival does not
 * matter; where the event took place more than two days before the clock, it belongs to no visit.
 */
export function withVisit(
  openVisits: readonly Visit[],
  event: CustomerEvent,
  { clock }: Moment,
): readonly Visit[] {
  if (event.occurredAt < clock - OPEN_MS) return openVisits
  let joined = visitOf(event)
  const latest = openVisits.at(-1)
  // Most events go on with the latest visit.
  if (latest === undefined) return [joined]
  if (isNear(latest, joined) && joined.startAt >= latest.startAt)
    return openVisits.with(-1, join(latest, joined))
  const before: Visit[] = []
  const after: Visit[] = []
  for (const visit of openVisits) {
    if (isNear(visit, joined)) joined = join(visit, joined)
    else if (visit.endAt < joined.startAt) before.push(visit)
    else after.push(visit)
  }
  return [...before, joined, ...after]
}

const isNear = (a: Visit, b: Visit): boolean =>
  b.startAt - a.endAt <= GAP_MS && a.startAt - b.endAt <= GAP_MS

/**
 * The visits with those counted that nothing can join any more: on the day on which each began.
 */
export function closeVisits(visits: Visits, { clock, timeZone }: Moment): Visits {
  const { openVisits } = visits
  const isOver = ({ endAt }: Visit) => endAt < clock - OPEN_MS - GAP_MS
  // They lie apart, so the first of them ends first.
  const [first] = openVisits
  if (first === undefined || !isOver(first)) return visits
  const over = openVisits.filter(isOver)
  const { visited, tiles, totals } = over.reduce<Counted>(
    (counted, visit) => countVisit(counted, visit, dayOf(visit.startAt, timeZone)),
    visits,
  )
  const lastVisits = [...visits.lastVisits, ...over.map(settled)]
    .sort((a, b) => a.startAt - b.startAt)
    .slice(-LAST_VISITS)
  const open = openVisits.filter((visit) => !isOver(visit))
  return { openVisits: open, lastVisits, visited, tiles, totals }
}

/**
 * A day is rolled up long after all of its visits are over, so that its tile knows, while they are
 * counted, whether one was before.
 */
const countVisit = ({ visited, ...days }: Counted, visit: Visit, day: number): Counted => ({
  ...addOn(days, day, visitTally(visit)),
  visited: {
    days: (visited?.days ?? 0) + Number(!hasVisit(days.tiles, day)),
    firstAt: Math.min(visited?.firstAt ?? Number.POSITIVE_INFINITY, visit.startAt),
  },
})

/** Whether a visit that is over began on a day that is not rolled up. */
export const hasVisit = (tiles: readonly DayTile[], day: number): boolean => {
  const tile = tiles.find((each) => each.day === day)
  return tile !== undefined && countIn(tile.tally, 'sessions') > 0
}

/** A visit that nothing can join any more: when its marks were made does not matter now. */
const settled = (visit: Visit): Visit => {
  const { startAt, endAt, entry, exit, channel, device } = visit
  return {
    ...visit,
    entry: entry && { ...entry, at: startAt },
    exit: exit && { ...exit, at: endAt },
    channel: channel && { ...channel, at: startAt },
    device: device && { ...device, at: startAt },
  }
}

/**
 * What a visit adds to the day on which it began: itself, the channel by which it came, and its
 * device if that is known.
 */
export function visitTally({ startAt, endAt, events, channel, device }: Visit): Tally {
  const tally = [SESSIONS, 1]
  const dwellSeconds = Math.floor((endAt - startAt) / 1000)
  if (dwellSeconds > 0) tally.push(DWELL_SECONDS, dwellSeconds)
  if (events === 1) tally.push(BOUNCES, 1)
  tally.push(channelCode(channel?.value ?? 'direct'), 1)
  if (device !== undefined) tally.push(deviceCode(device.value), 1)
  return tally
}

const SESSIONS = COUNTERS.indexOf('sessions')
const DWELL_SECONDS = COUNTERS.indexOf('dwellSeconds')
const BOUNCES = COUNTERS.indexOf('bounces')

/** Two visits as one. */
export const join = (a: Visit, b: Visit): Visit => ({
  startAt: Math.min(a.startAt, b.startAt),
  endAt: Math.max(a.endAt, b.endAt),
  events: a.events + b.events,
  entry: first(a.entry, b.entry),
  exit: last(a.exit, b.exit),
  channel: first(a.channel, b.channel),
  device: first(a.device, b.device),
})

const visitOf = ({ occurredAt: at, page, channel, device }: CustomerEvent): Visit => {
  const mark = <T>(value: T | undefined): VisitMark<T> | undefined =>
    value === undefined ? undefined : { at, value }
  return {
    ...{ startAt: at, endAt: at, events: 1 },
    ...{ entry: mark(page), exit: mark(page), channel: mark(channel), device: mark(device) },
  }
}

type Marked<T> = VisitMark<T> | undefined

/** Of marks at one instant the lesser value. */
const first = <T extends string>(a: Marked<T>, b: Marked<T>): Marked<T> => {
  if (a === undefined || b === undefined) return a ?? b
  return b.at < a.at || (b.at === a.at && b.value < a.value) ? b : a
}

const last = <T extends string>(a: Marked<T>, b: Marked<T>): Marked<T> => {
  if (a === undefined || b === undefined) return a ?? b
  return b.at > a.at || (b.at === a.at && b.value > a.value) ? b : a
}
