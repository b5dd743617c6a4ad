import { type CanonicalEvent, customerKey } from '@ebb/contracts/canonical-event'
import type { CustomerEvent } from '@ebb/customer/customer-event'
import type { CustomerState } from '@ebb/customer/customer-state'
import { fold } from '@ebb/customer/fold'
import { customerEventOf } from '@ebb/features/customer-event'
import { SHOP } from './bench-shop.ts'

/** An event as the fold reads it. */
export interface KeyedEvent {
  readonly key: string
  readonly event: CustomerEvent
  /** Where the clock of its partition stands, in ms. */
  readonly clock: number
}

/** States by customer key. */
export type CustomerStates = Map<string, CustomerState>

/** What the feature service hands to the fold, with a tick each `tickEveryMs`. */
export const keyedEvent = (
  canonical: CanonicalEvent,
  { tickEveryMs }: { readonly tickEveryMs: number },
): KeyedEvent => ({
  key: customerKey(canonical.customer),
  event: customerEventOf(canonical, SHOP.timeZone),
  clock: Math.floor(canonical.occurredAt / tickEveryMs) * tickEveryMs,
})

/** Folds events into the states of their customers. */
export const foldInto = (states: CustomerStates, events: Iterable<KeyedEvent>): CustomerStates => {
  for (const { key, event, clock } of events)
    states.set(key, fold(states.get(key), event, { clock, timeZone: SHOP.timeZone }).state)
  return states
}
