import Type, { type Static } from 'typebox'

const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength })

/** Instants are integers: ms since 1970-01-01T00:00:00Z, up to the end of the year 9999. */
export const Instant = Type.Integer({ minimum: 0, maximum: Date.UTC(10_000, 0) })

/** What an event says of an order: ids, and money in minor units. */
export const OrderPart = Type.Object({
  /** Absent only where a refund, its cancellation, a delivery or a delay names no order. */
  id: Type.Optional(Text(256)),
  /** Of a refund, where it is named; always there on `Return Cancelled`. */
  refundId: Type.Optional(Text(256)),
  /** As sent, in minor units of `currency`. */
  amountMinor: Type.Optional(Type.Integer({ minimum: 0 })),
  /** ISO 4217. */
  currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
  /** In minor units of the shop's base currency; absent where the rate is unknown. */
  baseMinor: Type.Optional(Type.Integer({ minimum: 0 })),
})

/** What a customer allowed. */
export const Consent = Type.Object({
  analytics: Type.Optional(Type.Boolean()),
  marketing: Type.Optional(Type.Boolean()),
})

/** What is noteworthy about an accepted event. */
export const EventFlag = Type.Union([
  Type.Literal('occurred-in-future'),
  Type.Literal('rate-unknown'),
])

/** One accepted event as `ebb.events.v1` keeps it. */
export const CanonicalEvent = Type.Object({
  id: Text(256),
  type: Type.Union([
    Type.Literal('track'),
    Type.Literal('identify'),
    Type.Literal('page'),
    Type.Literal('screen'),
    Type.Literal('group'),
    Type.Literal('alias'),
  ]),
  /** Segment e-commerce v2 name where it is one of that list. */
  name: Text(200),
  customer: Type.Object({
    userId: Type.Optional(Text(256)),
    anonymousId: Type.Optional(Text(256)),
  }),
  source: Text(128),
  /** Greater means more trusted: storefront 1, back end 2. */
  sourceRank: Type.Integer({ minimum: 0, maximum: 9 }),
  occurredAt: Instant,
  receivedAt: Instant,
  sentAt: Type.Optional(Instant),
  order: Type.Optional(OrderPart),
  /** Stars of a review, 0 to 5. */
  rating: Type.Optional(Type.Number()),
  consent: Type.Optional(Consent),
  flags: Type.Optional(Type.Array(EventFlag)),
  /**
   * It tells what was known elsewhere, and nothing happened: an `identify` with it is of the profile
   * alone, and makes no activity.
   */
  backfill: Type.Optional(Type.Boolean()),
  properties: Type.Record(Type.String(), Type.Unknown()),
  context: Type.Record(Type.String(), Type.Unknown()),
})
export type CanonicalEvent = Static<typeof CanonicalEvent>

/**
 * Partition key of every customer topic: `u:` and the user id, else `a:` and the anonymous id.
 * One of the two is there: the collector refuses an event without both.
 */
export const customerKey = (customer: CanonicalEvent['customer']): string =>
  customer.userId === undefined ? `a:${customer.anonymousId}` : `u:${customer.userId}`
