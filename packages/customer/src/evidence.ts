import { DAY_MS } from './calendar.ts'
import type { CustomerEvent } from './customer-event.ts'
import type { CustomerState, Evidence, Order, Refund, Tally } from './customer-state.ts'
import { eventIdHash } from './event-id-hash.ts'
import { countIn } from './event-names.ts'
import { type EvidenceKind, evidenceRow, fadesAt, firstWeight } from './evidence-kinds.ts'
import { interestShiftedAt } from './interest-shift.ts'
import { firstPlacedSince, lastMissed, type OrderDays } from './order-days.ts'
import { isPaidBack, isValid, lateSince } from './order-fact.ts'
import { nextMissedIn, orderDays, refundDays } from './order-index.ts'
import type { ReasonCode } from './reason-code.ts'

/** Of each kind. Four page errors say little that three do not. */
const KEPT = 3
/** Of support cases, opened and resolved together. */
const KEPT_OF_CASES = 8
/** An open support case is evidence when it is older than this. */
const PATIENCE_MS = 2 * DAY_MS

const KIND_OF_NAME = new Map<string, EvidenceKind>([
  ['Ticket Opened', 'ticketOpen'],
  ['Ticket Resolved', 'ticketResolved'],
  ['Payment Failed', 'paymentFailed'],
  ['Coupon Denied', 'couponDenied'],
  ['Page Error', 'pageError'],
  ['Delivery Late', 'lateDelivery'],
])

const KIND_OF_COMPLAINT: Partial<Record<ReasonCode, EvidenceKind>> = {
  PRICE: 'priceComplaint',
  QUALITY: 'qualityComplaint',
  SERVICE: 'serviceComplaint',
  UX: 'uxComplaint',
  COMPETITOR: 'competitorNamed',
  NEED_CHANGE: 'needChanged',
  NATURAL_END: 'needEnded',
}

const KIND_OF_REFUND: Partial<Record<ReasonCode, EvidenceKind>> = {
  PRICE: 'refundForPrice',
  QUALITY: 'refundForQuality',
  SERVICE: 'refundForService',
  UX: 'refundForService',
  NEED_CHANGE: 'refundForNeed',
  COMPETITOR: 'refundForCompetitor',
}

/**
 * What an event under its recorded name is evidence of, orders apart. A complaint in words says more
 * than the stars beside it: it names the reason.
 */
export function evidenceKind(
  name: string,
  event: CustomerEvent,
  counts: Tally,
): EvidenceKind | undefined {
  if (countIn(counts, 'emptySearches') > 0) return 'emptySearch'
  const isLow = countIn(counts, 'lowRatings') > 0
  const complaint = event.complaint && KIND_OF_COMPLAINT[event.complaint]
  // Words alone trigger nothing where stars say that all is well.
  if (complaint !== undefined && (isLow || event.rating === undefined)) return complaint
  if (isLow) return 'lowRating'
  return KIND_OF_NAME.get(name)
}

/** The evidence with one more, if it is one: of each kind the greatest few, see `greatest`. */
export function withEvidence(
  evidence: readonly Evidence[],
  kind: EvidenceKind | undefined,
  event: CustomerEvent,
): readonly Evidence[] {
  const { occurredAt, ticketId } = event
  if (kind === undefined) return evidence
  const told = plainId(event.id)
  // Copies are known for seven days; one that comes later still says nothing new.
  if (evidence.some((known) => known.id === told && known.occurredAt === occurredAt))
    return evidence
  const ref = ticketId === undefined ? 0 : eventIdHash(ticketId)
  return greatest([...evidence, { kind, occurredAt, id: told, ref }])
}

/** An id by which somebody finds the event again. What may be more than that is kept as its hash. */
const plainId = (id: string): string =>
  /^[\w:.-]{1,64}$/.test(id) ? id : `#${eventIdHash(id).toString(16)}`

/**
 * Of each kind the greatest few by (instant, id), all of them ascending: many of one kind push out
 * none of another. What resolves a case counts with what opened it, or else it could be pushed out
 * before, and the case would be open again.
 */
function greatest(evidence: readonly Evidence[]): readonly Evidence[] {
  const ascending = evidence.toSorted(
    (a, b) => a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : 1),
  )
  const kept = new Map<EvidenceKind, number>()
  const isKept = ({ kind }: Evidence): boolean => {
    const counted = kind === 'ticketResolved' ? 'ticketOpen' : kind
    const place = (kept.get(counted) ?? 0) + 1
    kept.set(counted, place)
    return place <= (counted === 'ticketOpen' ? KEPT_OF_CASES : KEPT)
  }
  return ascending.reverse().filter(isKept).reverse()
}

/** Something that went wrong, as it stands at an instant. */
export interface StandingEvidence {
  readonly kind: EvidenceKind
  readonly reason: ReasonCode
  /** Absent where it follows from several events. */
  readonly eventId?: string
  readonly orderId?: string
  readonly occurredAt: number
  /** Absent while nothing has made it good; an order may be some seconds ahead of the clock. */
  readonly resolvedAt?: number
  /**
   * Of its kind, less where an order came after it, halved with every half-life since; 0 where it
   * was made good.
   */
  readonly weight: number
  /** When it says nothing any more, if nothing makes it good before. */
  readonly fadesAt: number
}

/**
 * All evidence as it stands at `now` (ms), the latest first: what was told, and what follows from
 * orders (delays, refunds; the latest 64 of each) and from what the customer looks at (a shift of
 * interest).
 */
export function standingEvidence(
  state: CustomerState,
  now: number,
  timeZone: string,
): readonly StandingEvidence[] {
  const orders = orderDays(state.orders, timeZone)
  const told = state.evidence.flatMap((each) => toldEvidence({ state, orders }, each, now))
  const found = [
    ...told,
    ...orderEvidence(orders, now),
    ...troubles(refundDays(state.refunds, timeZone), now),
    ...shiftEvidence(state, now, timeZone),
  ]
  return found
    .map((each) => standing(each, orders, now))
    .sort((a, b) => b.occurredAt - a.occurredAt || (a.kind < b.kind ? -1 : 1))
}

/**
 * The next instant after `clock` (ms) at which evidence appears by itself where nothing more happens:
 * a promised delivery is missed, or a support case is open for too long.
 */
export function nextEvidenceAt(state: CustomerState, clock: number): number | undefined {
  let next = nextMissedIn(state.orders, clock)
  for (const told of state.evidence) {
    const at = told.occurredAt + PATIENCE_MS
    if (told.kind !== 'ticketOpen' || at <= clock || at >= (next ?? at + 1)) continue
    if (resolvedAt(state, told) === undefined) next = at
  }
  return next
}

/** What went wrong, before it is weighed. */
interface Found {
  readonly kind: EvidenceKind
  readonly occurredAt: number
  readonly resolvedAt: number | undefined
  readonly eventId?: string
  readonly orderId?: string
}

/** A state, and what its orders add up to. */
interface Known {
  readonly state: CustomerState
  readonly orders: OrderDays
}

function toldEvidence(known: Known, told: Evidence, now: number): Found[] {
  const { kind, occurredAt, id: eventId } = told
  if (kind === 'ticketResolved') return []
  const resolvedAt = remedyAt(known, told)
  const openUntil = Math.min(now, resolvedAt ?? now)
  if (kind === 'ticketOpen' && openUntil < occurredAt + PATIENCE_MS) return []
  return [{ kind, occurredAt, eventId, resolvedAt }]
}

/** The first instant at which an event made good what another had told. */
function remedyAt({ state, orders }: Known, told: Evidence): number | undefined {
  switch (evidenceRow(told.kind).resolvedBy) {
    case 'ticket resolved':
      return resolvedAt(state, told)
    case 'later order':
      return firstPlacedSince(orders.byTime, told.occurredAt)
    case 'later discount':
      return firstPlacedSince(orders.discounted, told.occurredAt)
    default:
      return undefined
  }
}

/** When a support case was resolved that had been opened. */
function resolvedAt({ evidence }: CustomerState, opened: Evidence): number | undefined {
  const { ref, occurredAt } = opened
  // They are kept by their instants.
  const isIt = (other: Evidence) =>
    other.kind === 'ticketResolved' && other.ref === ref && other.occurredAt >= occurredAt
  return evidence.find(isIt)?.occurredAt
}

/** Of orders, and of refunds: more than is shown, and bounded where there are tens of thousands. */
const LATEST = 64

const orderEvidence = (orders: OrderDays, now: number): Found[] => [
  ...lastMissed(orders, now, LATEST).flatMap(({ order }) =>
    // Somebody said so: that is among the troubles.
    order.late === undefined ? delayOf(order, now) : [],
  ),
  ...troubles(orders, now),
]

const troubles = (days: OrderDays, now: number): Found[] =>
  days.troubles
    .slice(-LATEST)
    .flatMap(({ order, refund }) =>
      refund === undefined ? delayOf(order!, now) : refundEvidence(refund, order?.id),
    )

function delayOf(order: Order, now: number): Found[] {
  if (!isValid(order)) return []
  const occurredAt = lateSince(order, now)
  if (occurredAt === undefined) return []
  const resolvedAt = order.delivered?.at
  return [{ kind: 'lateDelivery', orderId: order.id, occurredAt, resolvedAt }]
}

function refundEvidence(refund: Refund, orderId: string | undefined): Found[] {
  if (!isPaidBack(refund)) return []
  const { occurred, reason } = refund
  const kind = (reason && KIND_OF_REFUND[reason.value]) ?? 'refundUnexplained'
  const of = orderId === undefined ? {} : { orderId }
  return [{ kind, ...of, occurredAt: occurred.at, resolvedAt: undefined }]
}

function shiftEvidence(state: CustomerState, now: number, timeZone: string): Found[] {
  const occurredAt = interestShiftedAt(state, now, timeZone)
  return occurredAt === undefined
    ? []
    : [{ kind: 'interestShift', occurredAt, resolvedAt: undefined }]
}

function standing(
  { resolvedAt, ...found }: Found,
  { byTime }: OrderDays,
  now: number,
): StandingEvidence {
  const { kind, occurredAt } = found
  const { reason, halfLifeDays } = evidenceRow(kind)
  const orderedAt = firstPlacedSince(byTime, occurredAt + 1)
  const dated = { kind, occurredAt, isOrderedAfter: orderedAt !== undefined && orderedAt <= now }
  const age = Math.max(0, now - occurredAt) / DAY_MS
  const isMadeGood = resolvedAt !== undefined && resolvedAt <= now
  return {
    ...{ ...found, reason },
    ...(resolvedAt !== undefined && { resolvedAt }),
    weight: isMadeGood ? 0 : firstWeight(dated) * 2 ** (-age / halfLifeDays),
    fadesAt: fadesAt(dated),
  }
}
