import { IsoInstant, type View } from '@ebb/contracts/api-view'
import { Consent } from '@ebb/contracts/canonical-event'
import { COUNTERS } from '@ebb/customer/event-names'
import type { Windows } from '@ebb/customer/windows'
import Type, { type TInteger } from 'typebox'

type Total = keyof Windows['d1']

const TOTALS: readonly Total[] = [
  ...COUNTERS,
  ...(['refunds', 'orders', 'grossMinor', 'refundedMinor', 'netMinor'] as const),
]

/** Counters and money of one window. */
const WindowTotals = Type.Object(
  Object.fromEntries(TOTALS.map((name) => [name, Type.Integer()])) as Record<Total, TInteger>,
)

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

/** One customer as people and programs read them. Instants in ISO 8601, money in minor units. */
export const CustomerView = Type.Object({
  customerId: Type.String(),
  userId: Type.Optional(Type.String()),
  /** Clock of the partition: what the windows end at. */
  asOf: IsoInstant,
  currency: Type.String(),
  consent: Type.Optional(Consent),
  /** Null where there is no valid order. */
  rhythm: Type.Union([CustomerRhythmView, Type.Null()]),
  windows: Type.Object({
    d1: WindowTotals,
    d7: WindowTotals,
    d30: WindowTotals,
    d90: WindowTotals,
    lifetime: WindowTotals,
  }),
  /** The last ten, the latest first. */
  recent: Type.Array(Type.Object({ name: Type.String(), occurredAt: IsoInstant })),
})
export type CustomerView = View<typeof CustomerView>
