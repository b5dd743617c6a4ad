import { createHash } from 'node:crypto'
import { dayOf } from './calendar.ts'
import type {
  Choice,
  CustomerState,
  Evidence,
  Order,
  Refund,
  Tally,
  Visit,
  Visited,
} from './customer-state.ts'
import { eachOf, rollUp } from './day-tiles.ts'
import { COUNTERS, countIn } from './event-names.ts'
import { FIRST_TASTE } from './taste-codes.ts'
import { closeVisits } from './visits.ts'

/**
 * The facts of a customer as plain JSON with sorted keys: equal for equal histories, in whatever
 * order and at whatever clock up to this one (ms) they were folded. Without what only
 * de-duplication, merging and emission need. Throws `EBB_CONFIG_TIME_ZONE` for an unknown time
 * zone.
 */
export function normalise(state: CustomerState, clock: number, timeZone: string) {
  const closed = closeVisits(state, { clock, timeZone })
  const { tiles, totals } = rollUp(closed, dayOf(clock, timeZone))
  return {
    analytics: choiceFacts(state.analytics),
    evidence: state.evidence.map(evidenceFacts),
    marketing: choiceFacts(state.marketing),
    orders: state.orders.map(orderFacts).sort(byId),
    recent: state.recent.map(({ name, occurredAt }) => ({ name, occurredAt })),
    refunds: state.refunds.map(refundFacts).sort(byId),
    tasteNames: state.tasteNames,
    tiles: tiles.map(({ day, tally }) => ({ ...tallyFacts(tally), day })),
    totals: tallyFacts(totals),
    userId: state.userId ?? null,
    visited: closed.visited ? visitedFacts(closed.visited) : null,
    visits: [...closed.lastVisits, ...closed.openVisits].map(visitFacts),
  }
}

/**
 * SHA-256 in hex over one line of canonical JSON `[customerId, facts]` for each customer, in order
 * of their ids: equal for two stores that hold the same facts at this clock (ms).
 */
export function statesDigest(
  states: Iterable<readonly [customerId: string, state: CustomerState]>,
  clock: number,
  timeZone: string,
): string {
  const digest = createHash('sha256')
  for (const [id, state] of Array.from(states).sort(([a], [b]) => (a < b ? -1 : 1))) {
    digest.update(`${JSON.stringify([id, normalise(state, clock, timeZone)])}\n`)
  }
  return digest.digest('hex')
}

const SORTED_COUNTERS = COUNTERS.toSorted()

const tallyFacts = (tally: Tally) => ({ counts: countFacts(tally), tastes: tasteFacts(tally) })

const countFacts = (tally: Tally): Record<string, number> =>
  Object.fromEntries(
    SORTED_COUNTERS.map((counter) => [counter, countIn(tally, counter)] as const).filter(
      ([, count]) => count > 0,
    ),
  )

const tasteFacts = (tally: Tally): readonly (readonly [code: number, weight: number])[] => {
  const tastes: [number, number][] = []
  eachOf(tally, (code, weight) => {
    if (code >= FIRST_TASTE) tastes.push([code, weight])
  })
  return tastes
}

const choiceFacts = (choice: Choice | undefined) =>
  choice === undefined ? null : { allowed: choice.allowed, occurredAt: choice.occurredAt }

const evidenceFacts = ({ id, kind, occurredAt, ref }: Evidence) => ({ id, kind, occurredAt, ref })

const visitedFacts = ({ days, firstAt }: Visited) => ({ days, firstAt })

const visitFacts = ({ channel, device, endAt, entry, events, exit, startAt }: Visit) => ({
  channel: channel?.value ?? null,
  device: device?.value ?? null,
  endAt,
  entry: entry?.value ?? null,
  events,
  exit: exit?.value ?? null,
  startAt,
})

const orderFacts = (order: Order) => ({
  amountMinor: order.amount?.value ?? null,
  basket: order.basket?.value ?? null,
  cancelledAt: order.cancelled?.at ?? null,
  deliveredAt: order.delivered?.at ?? null,
  discountMinor: order.discount?.value ?? null,
  id: order.id,
  lateAt: order.late?.at ?? null,
  placedAt: order.placed?.at ?? null,
  promisedAt: order.promised?.value ?? null,
  refunds: order.refunds.map(refundFacts).sort(byId),
  source: order.placed?.source ?? null,
  units: order.units?.value ?? null,
})

const refundFacts = ({ amount, cancelled, id, occurred, reason }: Refund) => ({
  amountMinor: amount?.value ?? null,
  cancelled,
  id,
  occurredAt: occurred?.at ?? null,
  reason: reason?.value ?? null,
})

const byId = (a: { readonly id: string }, b: { readonly id: string }): number =>
  a.id < b.id ? -1 : 1
