import { dayOf } from './calendar.ts'
import type { CustomerState } from './customer-state.ts'
import { hasVisit } from './visits.ts'

/** When a customer visits the storefront. Instants in ms. */
export interface VisitRhythm {
  /** Distinct civil days on which a visit began, less one. */
  readonly repeatDays: number
  /** When the first visit began. */
  readonly firstAt: number
  /** Last event of the last visit. */
  readonly lastAt: number
}

/**
 * The visit rhythm of a customer, `undefined` where nobody told of a visit. A visit counts from its
 * first event. Throws `EBB_CONFIG_TIME_ZONE` for an unknown time zone.
 */
export function visitRhythm(state: CustomerState, timeZone: string): VisitRhythm | undefined {
  const { openVisits, lastVisits, visited, tiles } = state
  const last = openVisits.at(-1) ?? lastVisits.at(-1)
  if (last === undefined) return undefined
  const open = new Set(openVisits.map(({ startAt }) => dayOf(startAt, timeZone)))
  const openDays = [...open].filter((day) => !hasVisit(tiles, day)).length
  return {
    repeatDays: (visited?.days ?? 0) + openDays - 1,
    firstAt: Math.min(visited?.firstAt ?? last.startAt, openVisits[0]?.startAt ?? last.startAt),
    lastAt: last.endAt,
  }
}
