import { DAY_MS, dayOf, startOfDay } from './calendar.ts'
import type { CustomerEvent } from './customer-event.ts'
import type { CustomerState, Evidence, Order, Refund } from './customer-state.ts'
import { addTastes } from './day-tiles.ts'
import { eventIdHash } from './event-id-hash.ts'
import type { countsOf } from './event-names.ts'
import { type EvidenceKind, evidenceRow } from './evidence-kinds.ts'
import { isValid, lateSince } from './order-fact.ts'
import type { ReasonCode } from './reason-code.ts'
import { kindOfCode } from './taste-codes.ts'

const KEPT = 8
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
  counts: ReturnType<typeof countsOf>,
): EvidenceKind | undefined {
  if (counts.some(([counter]) => counter === 'emptySearches')) return 'emptySearch'
  const isLow = counts.some(([counter]) => counter === 'lowRatings')
  const complaint = event.complaint && KIND_OF_COMPLAINT[event.complaint]
  // Words alone trigger nothing where stars say that all is well.
  if (complaint !== undefined && (isLow || event.rating === undefined)) return complaint
  if (isLow) return 'lowRating'
  return KIND_OF_NAME.get(name)
}

/** The evidence with one more, if it is one: the greatest eight by (instant, id). */
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

/** The greatest eight by (instant, id), ascending. */
export const greatest = (evidence: readonly Evidence[]): readonly Evidence[] =>
  evidence.toSorted((a, b) => a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : 1)).slice(-KEPT)

/** Something that went wrong, as it stands at an instant. */
export interface StandingEvidence {
  readonly kind: EvidenceKind
  readonly reason: ReasonCode
  /** Absent where it follows from several events. */
  readonly eventId?: string
  readonly orderId?: string
  readonly occurredAt: number
  /** Absent while nothing has made it good. */
  readonly resolvedAt?: number
  /** Of its kind, halved with every half-life since; 0 where it was made good. */
  readonly weight: number
}

/**
 * All evidence as it stands at `now` (ms), the latest first: what was told, and what follows from
 * orders (delays, refunds) and from what the customer looks at (a shift of interest).
 */
export function standingEvidence(
  state: CustomerState,
  now: number,
  timeZone: string,
): readonly StandingEvidence[] {
  const told = state.evidence.flatMap((each) => toldEvidence(state, each, now))
  const shift = interestShift(state, now, timeZone)
  return [...told, ...orderEvidence(state, now), ...(shift === undefined ? [] : [shift])].sort(
    (a, b) => b.occurredAt - a.occurredAt || (a.kind < b.kind ? -1 : 1),
  )
}

/**
 * The next instant after `clock` (ms) at which evidence appears by itself where nothing more happens:
 * a promised delivery is missed, or a support case is open for too long.
 */
export function nextEvidenceAt(state: CustomerState, clock: number): number | undefined {
  const missed = state.orders.flatMap((order) => {
    const due = order.promised?.value
    const isMissed = due !== undefined && (order.delivered?.at ?? due + 1) > due
    return isMissed && isValid(order) ? [due] : []
  })
  const open = state.evidence
    .filter((told) => told.kind === 'ticketOpen' && remedyAt(state, told) === undefined)
    .map(({ occurredAt }) => occurredAt + PATIENCE_MS)
  return least([...missed, ...open].filter((at) => at > clock))
}

/** However many there are: the arguments of a call have a limit. */
const least = (instants: readonly number[]): number | undefined =>
  instants.reduce<number | undefined>(
    (first, at) => (first === undefined || at < first ? at : first),
    undefined,
  )

function toldEvidence(state: CustomerState, told: Evidence, now: number): StandingEvidence[] {
  const { kind, occurredAt, id: eventId } = told
  if (kind === 'ticketResolved') return []
  if (kind === 'ticketOpen' && occurredAt + PATIENCE_MS > now) return []
  return [standing({ kind, occurredAt, eventId, resolvedAt: remedyAt(state, told) }, now)]
}

/** The first instant at which an event made good what another had told. */
function remedyAt(state: CustomerState, { kind, occurredAt, ref }: Evidence): number | undefined {
  const later = (instants: readonly number[]): number | undefined => {
    return least(instants.filter((at) => at >= occurredAt))
  }
  const valid = () => state.orders.filter(isValid)
  switch (evidenceRow(kind).resolvedBy) {
    case 'ticket resolved':
      return later(
        state.evidence
          .filter((other) => other.kind === 'ticketResolved' && other.ref === ref)
          .map((other) => other.occurredAt),
      )
    case 'later order':
      return later(valid().map(({ placed }) => placed.at))
    case 'later discount':
      return later(
        valid()
          .filter(({ discount }) => (discount?.value ?? 0) > 0)
          .map(({ placed }) => placed.at),
      )
    default:
      return undefined
  }
}

function orderEvidence({ orders, refunds }: CustomerState, now: number): StandingEvidence[] {
  return [
    ...orders.flatMap((order) => [...delayOf(order, now), ...refundsOf(order, now)]),
    ...refunds.flatMap((refund) => refundEvidence(refund, undefined, now)),
  ]
}

function delayOf(order: Order, now: number): StandingEvidence[] {
  if (!isValid(order)) return []
  const occurredAt = lateSince(order, now)
  if (occurredAt === undefined) return []
  const resolvedAt = order.delivered?.at
  return [standing({ kind: 'lateDelivery', orderId: order.id, occurredAt, resolvedAt }, now)]
}

const refundsOf = (order: Order, now: number): StandingEvidence[] =>
  order.refunds.flatMap((refund) => refundEvidence(refund, order.id, now))

function refundEvidence(
  { occurred, cancelled, reason }: Refund,
  orderId: string | undefined,
  now: number,
): StandingEvidence[] {
  if (occurred === undefined || cancelled) return []
  const kind = (reason && KIND_OF_REFUND[reason.value]) ?? 'refundUnexplained'
  const of = orderId === undefined ? {} : { orderId }
  return [standing({ kind, ...of, occurredAt: occurred.at, resolvedAt: undefined }, now)]
}

interface Found {
  readonly kind: EvidenceKind
  readonly occurredAt: number
  readonly resolvedAt: number | undefined
  readonly eventId?: string
  readonly orderId?: string
}

function standing({ resolvedAt, ...found }: Found, now: number): StandingEvidence {
  const { reason, weight, halfLifeDays } = evidenceRow(found.kind)
  const age = Math.max(0, now - found.occurredAt) / DAY_MS
  if (resolvedAt !== undefined && resolvedAt <= now)
    return { ...found, reason, resolvedAt, weight: 0 }
  return { ...found, reason, weight: weight * 2 ** (-age / halfLifeDays) }
}

const RECENT_DAYS = 30
/** Weights below which a mix says nothing. */
const LEAST_WEIGHT = 10
/** Total variation distance, 0 to 1, from which on a mix is another one. */
const SHIFTED = 0.6

/** Categories of the last thirty days that are far from those before. */
function interestShift(
  { tiles, totals }: CustomerState,
  now: number,
  timeZone: string,
): StandingEvidence | undefined {
  const since = dayOf(now, timeZone) - RECENT_DAYS + 1
  const sumOf = (tastes: readonly (readonly (readonly [number, number])[])[]) =>
    new Map(tastes.reduce(addTastes, []).filter(([code]) => kindOfCode(code) === 'categories'))
  const lately = tiles.filter(({ day }) => day >= since)
  const recent = sumOf(lately.map(({ tastes }) => tastes))
  const before = sumOf([
    totals.tastes,
    ...tiles.filter(({ day }) => day < since).map(({ tastes }) => tastes),
  ])
  if (!isSaying(recent) || !isSaying(before) || distance(recent, before) < SHIFTED) return undefined
  const [first] = lately
  const occurredAt = first === undefined ? now : Math.min(now, startOfDay(first.day, timeZone))
  return standing({ kind: 'interestShift', occurredAt, resolvedAt: undefined }, now)
}

type Mix = ReadonlyMap<number, number>

const weightOf = (mix: Mix): number => [...mix.values()].reduce((sum, weight) => sum + weight, 0)

const isSaying = (mix: Mix): boolean => weightOf(mix) >= LEAST_WEIGHT

/** Half the sum of differences of shares: total variation. */
const distance = (a: Mix, b: Mix): number => {
  const [all, other] = [weightOf(a), weightOf(b)]
  const codes = new Set([...a.keys(), ...b.keys()])
  const differences = [...codes].map((code) =>
    Math.abs((a.get(code) ?? 0) / all - (b.get(code) ?? 0) / other),
  )
  return differences.reduce((sum, each) => sum + each, 0) / 2
}
