import { ReasonCode } from '@ebb/contracts/alert-record'
import { Count, IsoInstant, Minor, type View } from '@ebb/contracts/api-view'
import { Consent } from '@ebb/contracts/canonical-event'
import { EVIDENCE, REMEDIES } from '@ebb/customer/evidence-kinds'
import { TASTE_KINDS } from '@ebb/customer/taste-codes'
import { WINDOW_TOTALS } from '@ebb/customer/windows'
import Type, { type TInteger, type TSchema } from 'typebox'

/** One of these words. */
const OneOf = <T extends string>(words: readonly T[]) =>
  Type.Unsafe<T>(Type.Union(words.map((word) => Type.Literal(word))))

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

/** The same schema for each of these names. */
const Each = <N extends string, T extends TSchema>(names: readonly N[], schema: T) =>
  Type.Object(Object.fromEntries(names.map((name) => [name, schema])) as Record<N, T>)

/** Counters and money of one window. */
const WindowTotals = Each<(typeof WINDOW_TOTALS)[number], TInteger>(WINDOW_TOTALS, Type.Integer())

const WINDOWS = ['d1', 'd7', 'd30', 'd90', 'lifetime'] as const

/** Shares and means of one window; null where there is nothing to divide by. */
const WindowRates = Type.Object({
  /** Orders a session. */
  conversion: Nullable(Type.Number()),
  averageOrderMinor: Nullable(Type.Number()),
  /** Share of orders that are not the customer's first. */
  repurchaseShare: Nullable(Type.Number()),
  /** Share of orders with something taken off. */
  discountShare: Nullable(Type.Number()),
  /** Stars. */
  meanRating: Nullable(Type.Number()),
})

/** Order rhythm with instants in ISO 8601. */
const CustomerRhythmView = Type.Object({
  /** Valid orders. */
  orders: Type.Integer(),
  /** Days with a valid order, less one. */
  repeatDays: Type.Integer(),
  firstAt: IsoInstant,
  lastAt: IsoInstant,
  lastOrderId: Type.String(),
})
export type CustomerRhythmView = View<typeof CustomerRhythmView>

/** Habits of who ordered: see `purchaseHabits` of packages/customer. */
const Habits = Type.Object({
  meanGapDays: Nullable(Type.Number()),
  gapSpreadDays: Nullable(Type.Number()),
  /** 0 to 23, in the shop's time zone. */
  hour: Type.Integer(),
  /** 1 Monday to 7 Sunday. */
  weekday: Type.Integer(),
  /** Minor units a piece, the middle half of the orders. */
  priceBand: Nullable(Type.Object({ fromMinor: Minor, toMinor: Minor })),
})

/** The greatest three of a kind, each with its share of all. */
const TopTastes = Type.Array(Type.Object({ name: Type.String(), share: Type.Number() }))

const Purchase = Type.Object({
  orderId: Type.String(),
  placedAt: IsoInstant,
  /** `related`: shares an item or a category with an earlier one. */
  kind: OneOf(['first', 'repeat', 'related']),
})

const Visit = Type.Object({
  startAt: IsoInstant,
  endAt: IsoInstant,
  events: Count,
  entryPage: Type.Optional(Type.String()),
  exitPage: Type.Optional(Type.String()),
  channel: Type.String(),
  device: Type.Optional(Type.String()),
})

/** Something that went wrong for the customer. */
const EvidenceView = Type.Object({
  kind: OneOf(EVIDENCE.map(({ kind }) => kind)),
  reason: ReasonCode,
  eventId: Type.Optional(Type.String()),
  orderId: Type.Optional(Type.String()),
  occurredAt: IsoInstant,
  /** Absent while nothing has made it good. */
  resolvedAt: Type.Optional(IsoInstant),
  /** How much it says for its reason now, 0 to 1. */
  weight: Type.Number(),
  /** What would make it good; absent where only time does. */
  clearedBy: Type.Optional(OneOf(REMEDIES)),
  /** When it says nothing any more, if nothing makes it good before. */
  fadesAt: IsoInstant,
})

const known = {
  customerId: Type.String(),
  /** Clock of the partition: what the windows end at. */
  asOf: IsoInstant,
  currency: Type.String(),
  /** Null where there is no valid order. */
  rhythm: Nullable(CustomerRhythmView),
}

/** What somebody needs who talks to the customer. */
const ofSupport = {
  userId: Type.Optional(Type.String()),
  consent: Type.Optional(Consent),
  /** The last ten, the latest first. */
  purchases: Type.Array(Purchase),
  /** The last fifty, the latest first. */
  evidence: Type.Array(EvidenceView),
  /** The last few, the latest first. */
  visits: Type.Array(Visit),
  /** The last ten, the latest first. */
  recent: Type.Array(Type.Object({ name: Type.String(), occurredAt: IsoInstant })),
}

/** What somebody needs who studies customers: figures. */
const ofAnalyst = {
  windows: Each(WINDOWS, WindowTotals),
  rates: Each(WINDOWS, WindowRates),
  tastes: Each(TASTE_KINDS, TopTastes),
  /** Null where there is no valid order. */
  habits: Nullable(Habits),
}

/** One customer as people and programs read them. Instants in ISO 8601, money in minor units. */
export const CustomerView = Type.Object({ ...known, ...ofSupport, ...ofAnalyst })
export type CustomerView = View<typeof CustomerView>

/** Whose eyes it is for: another one leaves the other's part out. */
export const VIEWERS = ['support', 'analyst'] as const
export type Viewer = (typeof VIEWERS)[number]

/** The view for one of them; the whole one unless it says for whom. */
export const viewFor = (view: CustomerView, viewer: Viewer | undefined): Partial<CustomerView> => {
  if (viewer === undefined) return view
  const left = viewer === 'support' ? ofAnalyst : ofSupport
  return Object.fromEntries(Object.entries(view).filter(([name]) => !Object.hasOwn(left, name)))
}

/** What is asked of `POST /v1/customers/batch`. */
export const CustomersBody = Type.Object(
  { keys: Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 100 }) },
  { additionalProperties: false },
)

/** What it answers. */
export const CustomersView = Type.Object({
  /** In the order of the keys, without those of whom nothing was heard. */
  customers: Type.Array(Type.Partial(CustomerView)),
  /** Keys of whom nothing was heard. */
  unknown: Type.Array(Type.String()),
})
