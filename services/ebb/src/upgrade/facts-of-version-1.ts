import { createHash } from 'node:crypto'
import type { CustomerState } from '@ebb/customer/customer-state'
import { normalise } from '@ebb/customer/normalise'

/** What the days of a customer state counted in its first version. */
const COUNTERS: ReadonlySet<string> = new Set([
  ...['pageViews', 'productViews', 'listViews', 'searches', 'cartAdds', 'cartRemoves'],
  ...['checkouts', 'ticketsOpened', 'paymentFailures', 'pageErrors', 'couponDenials'],
  ...['lateDeliveries', 'lowRatings'],
])

type Facts = ReturnType<typeof normalise>

/**
 * The digest that the first version of the customer state would have counted of these states at this
 * clock (ms): of those facts alone that it knew.
 */
export const digestOfVersion1 = (
  states: Iterable<readonly [customerId: string, state: CustomerState]>,
  clock: number,
): string => {
  const digest = createHash('sha256')
  for (const [id, state] of Array.from(states).sort(([a], [b]) => (a < b ? -1 : 1)))
    digest.update(`${JSON.stringify([id, factsOf(normalise(state, clock, 'UTC'))])}\n`)
  return digest.digest('hex')
}

const factsOf = ({ analytics, marketing, orders, recent, ...facts }: Facts) => ({
  ...{ analytics, marketing },
  orders: orders.map(({ amountMinor, cancelledAt, id, placedAt, refunds }) => ({
    amountMinor,
    cancelled: cancelledAt !== null,
    ...{ id, placedAt },
    refunds: refunds.map(refundOf),
  })),
  recent,
  refunds: facts.refunds.map(refundOf),
  tiles: facts.tiles
    .map(({ counts, day }) => ({ counts: countsOf(counts), day }))
    .filter(({ counts }) => Object.keys(counts).length > 0),
  totals: countsOf(facts.totals.counts),
  userId: facts.userId,
})

const refundOf = ({ amountMinor, id, occurredAt }: Facts['refunds'][number]) => ({
  ...{ amountMinor, id, occurredAt },
})

const countsOf = (counts: Facts['totals']['counts']) =>
  Object.fromEntries(Object.entries(counts).filter(([name]) => COUNTERS.has(name)))
