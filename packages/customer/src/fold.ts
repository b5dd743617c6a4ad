import { dayOf } from './calendar.ts'
import { withChoice } from './consent.ts'
import type { CustomerEvent, Moment } from './customer-event.ts'
import { type CustomerState, EMPTY_STATE, type Tally } from './customer-state.ts'
import { addOn, addTally, rollUp } from './day-tiles.ts'
import { eventIdHash } from './event-id-hash.ts'
import { countsOf, isFriction, isVisit, recordedName } from './event-names.ts'
import { evidenceKind, withEvidence } from './evidence.ts'
import { foldOrder, hasOrderEvent, isOrderEvent } from './fold-order.ts'
import { addId, hasId } from './id-ring.ts'
import type { OrderFact } from './order-fact.ts'
import { withRecent } from './recent-events.ts'
import { tastesOf, withTasteNames } from './tastes.ts'
import { closeVisits, withVisit } from './visits.ts'

/**
 * What an event did, the first that applies of: `none` (a copy), `order`, `refund`, `friction`,
 * `identity`, `consent`, else `activity`. Orders, refunds, identity and consent count as such only
 * when a fact changed: a second source that says the same is activity.
 */
export type Effect = 'none' | 'activity' | 'order' | 'refund' | 'friction' | 'consent' | 'identity'

/** What came of one event. */
interface Folded {
  readonly state: CustomerState
  readonly effect: Effect
  /** With effect `order` or `refund`: what changed, one of each order. */
  readonly orderFacts?: readonly OrderFact[]
}

/**
 * Folds one event into the state of its customer; `undefined` is a customer not heard of before.
 * Pure: no clock but `at`, and `before` stays as it is. The facts do not depend on the order of
 * arrival of distinct events, but for visits: an event that is read more than two days after it took
 * place is counted and opens none. A copy returns `before` itself; copies are known by their id, for
 * seven days of the clock, and for ever where they speak of an order or a refund. Of copies that
 * differ the first one read holds. Throws `EBB_CONFIG_TIME_ZONE` for an unknown time zone.
 */
export function fold(before: CustomerState | undefined, event: CustomerEvent, at: Moment): Folded {
  const state = before ?? EMPTY_STATE
  const name = recordedName(event)
  const idHash = eventIdHash(event.id)
  const tastes = tastesOf(name, event)
  // A delay of a known order is told by the order; a day counts only those of no order.
  return isOrderEvent(name, event)
    ? foldOrderEvent(state, { event, name, idHash, tally: tastes }, at)
    : foldActivity(
        state,
        { event, name, idHash, tally: addTally(countsOf(name, event), tastes) },
        at,
      )
}

/** An event, the name under which it is recorded, the hash of its id, and what its day counts. */
interface Named {
  readonly event: CustomerEvent
  readonly name: string
  readonly idHash: number
  readonly tally: Tally
}

function foldOrderEvent(state: CustomerState, named: Named, at: Moment): Folded {
  const isCopy = hasOrderEvent(state, named.idHash) || isEarlierDelivery(state, named)
  if (isCopy) return { state, effect: 'none' }
  const { orders, refunds, orderFacts } = foldOrder(state, named.event, named.idHash)
  const { ring, evidence } = state
  const after = advanced(state, { ring, evidence, orders, refunds }, { ...named, at })
  const [first] = orderFacts
  if (first === undefined) return { state: after, effect: plainEffect(state, after) }
  return { state: after, effect: first.kind === 'refunded' ? 'refund' : 'order', orderFacts }
}

function foldActivity(state: CustomerState, named: Named, at: Moment): Folded {
  if (hasId(state.ring, named.idHash)) return { state, effect: 'none' }
  const ring = addId(state.ring, named.idHash, at.clock)
  const kind = evidenceKind(named.name, named.event, named.tally)
  const evidence = withEvidence(state.evidence, kind, named.event)
  const { orders, refunds } = state
  const after = advanced(state, { ring, evidence, orders, refunds }, { ...named, at })
  const effect = isFriction(named.tally) ? 'friction' : plainEffect(state, after)
  return { state: after, effect }
}

/** Version 1 of the state knew deliveries by the memory of all other events. */
const isEarlierDelivery = ({ ring }: CustomerState, { name, idHash }: Named): boolean =>
  (name === 'Order Delivered' || name === 'Delivery Late') && hasId(ring, idHash)

/** What only some events change. */
type Parts = Pick<CustomerState, 'ring' | 'evidence' | 'orders' | 'refunds'>

/** What every event brings, whatever it speaks of, and these parts. */
function advanced(
  state: CustomerState,
  { ring, evidence, orders, refunds }: Parts,
  { event, name, idHash, tally, at }: Named & { readonly at: Moment },
): CustomerState {
  const { occurredAt, consent } = event
  const source = { occurredAt, by: idHash }
  const days = addOn(state, dayOf(occurredAt, at.timeZone), tally)
  const openVisits = isVisit(name, event)
    ? withVisit(state.openVisits, event, at)
    : state.openVisits
  const { lastVisits, visited } = state
  const visits = { openVisits, lastVisits, visited, tiles: days.tiles, totals: days.totals }
  const closed = closeVisits(visits, at)
  const { tiles, totals } = rollUp(closed, dayOf(at.clock, at.timeZone))
  // A copy that is changed: V8 would make a literal of all fields in its old generation, for states
  // live long, where replacing them at each event costs twice as much.
  return {
    ...state,
    changedAt: at.clock,
    userId: greater(state.userId, event.customer.userId),
    analytics: withChoice(state.analytics, consent?.analytics, source),
    marketing: withChoice(state.marketing, consent?.marketing, source),
    tiles,
    totals,
    tasteNames: withTasteNames(state.tasteNames, name, event),
    openVisits: closed.openVisits,
    lastVisits: closed.lastVisits,
    visited: closed.visited,
    evidence,
    recent: withRecent(state.recent, { name, occurredAt }),
    ring,
    orders,
    refunds,
  }
}

/** One key has one user; should it ever have two, the greater id holds, whichever came first. */
function greater(known: string | undefined, said: string | undefined): string | undefined {
  if (said === undefined || said === known) return known
  const wellFormed = said.toWellFormed()
  return known === undefined || wellFormed > known ? wellFormed : known
}

function plainEffect(before: CustomerState, after: CustomerState): Effect {
  if (after.userId !== before.userId) return 'identity'
  const sameConsent =
    after.analytics?.allowed === before.analytics?.allowed &&
    after.marketing?.allowed === before.marketing?.allowed
  return sameConsent ? 'activity' : 'consent'
}
