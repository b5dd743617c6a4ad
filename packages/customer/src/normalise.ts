import { createHash } from 'node:crypto'
import { dayOf } from './calendar.ts'
import type { Choice, Counts, CustomerState, Order, Refund } from './customer-state.ts'
import { rollUp } from './day-tiles.ts'
import { COUNTERS } from './event-names.ts'

/**
 * The facts of a customer as plain JSON with sorted keys: equal for equal histories, in whatever
 * order and at whatever clock up to this one (ms) they were folded. Without what only
 * de-duplication, merging and emission need. Throws `EBB_CONFIG_TIME_ZONE` for an unknown time
 * zone.
 */
export function normalise(state: CustomerState, clock: number, timeZone: string) {
  const { tiles, totals } = rollUp(state, dayOf(clock, timeZone))
  return {
    analytics: choiceFacts(state.analytics),
    marketing: choiceFacts(state.marketing),
    orders: state.orders.map(orderFacts).sort(byId),
    recent: state.recent.map(({ name, occurredAt }) => ({ name, occurredAt })),
    refunds: state.refunds.map(refundFacts).sort(byId),
    tiles: tiles.map(({ counts, day }) => ({ counts: countFacts(counts), day })),
    totals: countFacts(totals),
    userId: state.userId ?? null,
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

const countFacts = (counts: Counts): Record<string, number> =>
  Object.fromEntries(
    SORTED_COUNTERS.map(
      (counter) => [counter, counts[COUNTERS.indexOf(counter)] ?? 0] as const,
    ).filter(([, count]) => count > 0),
  )

const choiceFacts = (choice: Choice | undefined) =>
  choice === undefined ? null : { allowed: choice.allowed, occurredAt: choice.occurredAt }

const orderFacts = ({ amount, cancelled, id, placed, refunds }: Order) => ({
  amountMinor: amount?.minor ?? null,
  cancelled,
  id,
  placedAt: placed?.at ?? null,
  refunds: refunds.map(refundFacts).sort(byId),
})

const refundFacts = ({ amount, id, occurred }: Refund) => ({
  amountMinor: amount?.minor ?? null,
  id,
  occurredAt: occurred.at,
})

const byId = (a: { readonly id: string }, b: { readonly id: string }): number =>
  a.id < b.id ? -1 : 1
