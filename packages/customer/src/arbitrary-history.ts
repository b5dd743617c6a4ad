import fc from 'fast-check'
import { DAY_MS } from './calendar.ts'
import type { CustomerEvent } from './customer-event.ts'
import type { CustomerState } from './customer-state.ts'
import { EVENT_NAMES } from './event-names.ts'
import { fold } from './fold.ts'
import { REASON_CODES } from './reason-code.ts'
import { CHANNELS, DEVICES } from './taste-codes.ts'

/** An event, and the clock of the partition (ms) when it is read. */
export interface ReadEvent {
  readonly event: CustomerEvent
  readonly clock: number
}

/** Noon of a day on which nothing special happens anywhere. */
export const NOON = Date.UTC(2024, 4, 15, 12)

/** Instants over 200 days around `NOON`, with both changes of the clocks, and with many ties. */
const arbitraryInstant = fc.oneof(
  fc.integer({ min: NOON - 120 * DAY_MS, max: NOON + 80 * DAY_MS }),
  fc.integer({ min: -12, max: 12 }).map((n) => NOON + n * 3_600_000),
  fc.constantFrom(NOON, NOON - 89 * DAY_MS, NOON - 90 * DAY_MS),
)

/** Zones with half hours, with a skipped day, with days that begin at one o'clock. */
export const arbitraryTimeZone = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Pacific/Apia',
  'Africa/Cairo',
)

const ORDER_NAMES = [
  ...['Order Completed', 'Order Updated', 'Order Delivered', 'Delivery Late'],
  ...['Order Cancelled', 'Order Refunded', 'Return Cancelled'],
]
const OTHER_NAMES = EVENT_NAMES.map(([name]) => name).filter((name) => !ORDER_NAMES.includes(name))

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

const arbitraryConsent = fc.record(
  { analytics: fc.boolean(), marketing: fc.boolean() },
  { requiredKeys: [] },
)

const common = {
  customer: fc.constantFrom({ userId: 'u1' }, { userId: 'u1', anonymousId: 'a1' }),
  sourceRank: fc.integer({ min: 0, max: 2 }),
  source: fc.constantFrom('storefront', 'erp', 'till'),
  occurredAt: arbitraryInstant,
}

const names = fc.uniqueArray(fc.constantFrom('Shoes', 'Toys', 'Books', 'Ö'), { maxLength: 3 })

const tastes = { categories: names, brands: names }

const arbitraryActivity = fc.record(
  {
    ...common,
    type: fc.constantFrom('track', 'track', 'track', 'page', 'screen', 'identify'),
    name: fc.oneof(fc.constantFrom(...OTHER_NAMES), fc.string({ maxLength: 80, unit: 'binary' })),
    rating: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(2.5, -1, 9)),
    consent: arbitraryConsent,
    page: fc.constantFrom('/', '/cart', '/shoes/:id', 'ü'),
    channel: fc.constantFrom(...CHANNELS),
    device: fc.constantFrom(...DEVICES),
    ...tastes,
    ticketId: fc.constantFrom('t1', 't2'),
    results: fc.constantFrom(0, 3),
    complaint: fc.constantFrom(...REASON_CODES),
  },
  { requiredKeys: ['customer', 'sourceRank', 'occurredAt', 'type', 'name'] },
)

const arbitraryDetails = fc.record(
  {
    amountMinor: fc.integer({ min: 0, max: 5_000 }),
    discountMinor: fc.integer({ min: 0, max: 500 }),
    units: fc.nat({ max: 12 }),
    items: fc.uniqueArray(fc.constantFrom(...'abcdefghijkl'), { maxLength: 12 }),
    promisedAt: arbitraryInstant,
    reason: fc.constantFrom(...REASON_CODES),
  },
  { requiredKeys: [] },
)

/** Few ids of orders and refunds, so that they meet. */
const arbitraryOrderEvent = fc
  .record({
    ...common,
    name: fc.constantFrom('Order Completed', ...ORDER_NAMES),
    id: optional(fc.constantFrom('o1', 'o1', 'o2', 'o3')),
    refundId: optional(fc.constantFrom('r1', 'r2')),
    details: arbitraryDetails,
    categories: optional(names),
  })
  .map(({ id, refundId, details, categories, ...event }) => ({
    ...event,
    type: 'track' as const,
    ...(categories !== undefined && { categories }),
    order: {
      ...details,
      ...((id !== undefined || !MAY_BE_LOOSE.has(event.name)) && { id: id ?? 'o1' }),
      ...((refundId !== undefined || event.name === 'Return Cancelled') && {
        refundId: refundId ?? 'r1',
      }),
    },
  }))

/** These need not name an order. */
const MAY_BE_LOOSE: ReadonlySet<string> = new Set([
  ...['Order Refunded', 'Return Cancelled', 'Order Delivered', 'Delivery Late'],
])

/** One event without its id. */
export const arbitraryUnnamedEvent: fc.Arbitrary<Omit<CustomerEvent, 'id'>> = fc.oneof(
  { weight: 3, arbitrary: arbitraryActivity },
  { weight: 2, arbitrary: arbitraryOrderEvent },
)

/** Events of one customer, each with an id of its own. */
export const arbitraryHistory: fc.Arbitrary<CustomerEvent[]> = fc
  .array(arbitraryUnnamedEvent, { maxLength: 40, size: 'max' })
  .map((events) => events.map((event, index) => ({ id: `e${index}`, ...event })))

/** So many clocks, rising, from before the first tick to 100 days after `NOON`. */
export const arbitraryClocks = (count: number): fc.Arbitrary<number[]> =>
  fc
    .array(
      fc.oneof(
        fc.constant(0),
        fc.integer({ min: NOON - 60 * DAY_MS, max: NOON + 100 * DAY_MS }),
        fc.integer({ min: NOON, max: NOON + 10 * DAY_MS }),
      ),
      { minLength: count, maxLength: count },
    )
    .map((clocks) => clocks.sort((a, b) => a - b))

/** A history in the order in which it is read, with the clock of each event. */
export const arbitraryReading: fc.Arbitrary<ReadEvent[]> = arbitraryHistory.chain((events) =>
  arbitraryClocks(events.length).map((clocks) =>
    events.map((event, index) => ({ event, clock: clocks[index] ?? 0 })),
  ),
)

/** So many orders and refunds of no order that they are not walked, all read before the first tick. */
export const LONG_HISTORY: readonly ReadEvent[] = Array.from({ length: 70 }, (_, index) => {
  const occurredAt = NOON + (index - 50) * 1.7 * DAY_MS
  const common = { type: 'track', customer: { userId: 'u1' }, sourceRank: 3, occurredAt } as const
  const promised = index % 3 === 0 ? { promisedAt: occurredAt + 2 * DAY_MS } : {}
  const order = { id: `many${index}`, amountMinor: 100 + index, discountMinor: index % 2 }
  const refund = { refundId: `many${index}`, amountMinor: index }
  return [
    { ...common, id: `o${index}`, name: 'Order Completed', order: { ...order, ...promised } },
    { ...common, id: `r${index}`, name: 'Order Refunded', order: refund },
  ]
})
  .flat()
  .map((event) => ({ event, clock: 0 }))

/** So many groups of events, three days apart, each within a day, read until a day later. */
export const arbitraryVisits: fc.Arbitrary<ReadEvent[][]> = fc
  .array(fc.array(fc.tuple(arbitraryActivity, fc.nat(), fc.nat()), { maxLength: 8 }), {
    maxLength: 4,
  })
  .map((groups) =>
    groups.map((group, g) => {
      const from = NOON + 3 * g * DAY_MS
      // Often within half an hour of each other.
      const within = (n: number) => (n % 3 === 0 ? n % DAY_MS : n % (4 * 3_600_000))
      const clocks = group.map(([, , n]) => from + DAY_MS + (n % DAY_MS)).sort((a, b) => a - b)
      return group.map(([event, n], i) => ({
        event: { ...event, id: `e${g}-${i}`, occurredAt: from + within(n) },
        clock: clocks[i]!,
      }))
    }),
  )

/** The state after all of these, read one after the other. */
export const foldAll = (
  reading: readonly ReadEvent[],
  timeZone: string,
): CustomerState | undefined =>
  reading.reduce<CustomerState | undefined>(
    (state, { event, clock }) => fold(state, event, { clock, timeZone }).state,
    undefined,
  )
