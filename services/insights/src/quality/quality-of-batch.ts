import { isBotVisit, isView } from '@ebb/contracts/bot-visit'
import { type CanonicalEvent, customerKey } from '@ebb/contracts/canonical-event'
import type { Installation } from '@ebb/contracts/installation'
import type { RejectRecord } from '@ebb/contracts/reject-record'
import { isStorable } from '@ebb/contracts/storable-text'
import { dayOf } from '@ebb/customer/calendar'
import { type CountRow, newTally } from './counter.ts'
import { countersOf, transitCounters } from './quality-of-event.ts'
import type { Visitor } from './quality-rows.ts'
import { rateView, type VisitorMinute } from './visitor-rate.ts'

/** Visitors by source and customer key. */
export type Visitors = Map<string, Visitor & VisitorMinute>

/** The key of a visitor among `Visitors`. */
export const visitorKey = ({ source, customerId }: Visitor): string =>
  JSON.stringify([source, customerId])

/** What is rated: a visitor who looks now. What comes late, such as a history, has no rate of its own. */
export const ratedVisitor = (event: CanonicalEvent): Visitor | undefined => {
  if (!isView(event) || isBotVisit(event) || event.backfill) return undefined
  if (event.receivedAt - event.occurredAt > LATEST_RATED_MS) return undefined
  const visitor = { source: event.source, customerId: customerKey(event.customer) }
  return isStorable(visitor.source) && isStorable(visitor.customerId) ? visitor : undefined
}

const LATEST_RATED_MS = 10 * 60_000

/** Whose days are counted, and by what clock. */
export type CountedShop = Pick<Installation, 'timeZone' | 'kind'>

/**
 * What events of one partition add to the counts, in their order, but for what is told of the past;
 * brings `visitors` up to date. The same rows come out however the events are split into batches, and
 * whatever is added up first. The clock of a demonstration runs a day while a request takes its second:
 * the way of its events is not counted.
 */
export const countEvents = (
  events: readonly CanonicalEvent[],
  visitors: Visitors,
  { timeZone, kind }: CountedShop,
): CountRow[] => {
  const tally = newTally()
  for (const event of events) {
    if (event.backfill) continue
    const at = { day: dayOf(event.receivedAt, timeZone), source: event.source }
    const transit = kind === 'demonstration' ? [] : transitCounters(event)
    for (const counter of [...countersOf(event), ...transit]) tally.add(at, counter)
    const visitor = ratedVisitor(event)
    if (visitor === undefined) continue
    const key = visitorKey(visitor)
    const { after, fast } = rateView(visitors.get(key), event.occurredAt)
    visitors.set(key, { ...visitor, ...after })
    tally.add(at, 'fast', fast)
  }
  return tally.rows()
}

/** What rejects add to the counts. */
export const countRejects = (rejects: readonly RejectRecord[], timeZone: string): CountRow[] => {
  const tally = newTally()
  for (const { source, code, receivedAt } of rejects) {
    const at = { day: dayOf(receivedAt, timeZone), source }
    tally.add(at, 'refused')
    tally.add(at, `code:${CODE.test(code) ? code : 'OTHER'}`)
  }
  return tally.rows()
}

/** As all codes of docs/errors.md are written. */
const CODE = /^EBB_[A-Z_]{1,60}$/
