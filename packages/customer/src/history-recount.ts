import type { CustomerEvent } from './customer-event.ts'
import { eventIdHash } from './event-id-hash.ts'

/** An order as a fresh look at all events of a customer finds it. */
export interface RecountedOrder {
  readonly id: string
  /** It counts: neither unplaced nor cancelled before it was delivered. */
  readonly valid: boolean
  readonly placedAt: number | undefined
  readonly deliveredAt: number | undefined
  readonly lateAt: number | undefined
  readonly promisedAt: number | undefined
  readonly amount: number | undefined
  readonly discount: number | undefined
  readonly units: number | undefined
  /** Minor units, at most the amount. */
  readonly paidBack: number
  readonly refunds: readonly RecountedRefund[]
}

export interface RecountedRefund {
  readonly id: string
  /** Absent where it was called off, or never took place. */
  readonly at: number | undefined
  readonly amount: number | undefined
}

const ORDER_NAME =
  /^(Order (Completed|Updated|Delivered|Cancelled|Refunded)|Delivery Late|Return Cancelled)$/

/** Orders by definition, from the list of all events: the reference for the fold. */
export function recountOrders(events: readonly CustomerEvent[]): RecountedOrder[] {
  const orderEvents = events.filter(
    ({ name, type, order }) => type === 'track' && ORDER_NAME.test(name) && order?.id !== undefined,
  )
  const byOrder = Object.groupBy(orderEvents, ({ order }) => order?.id ?? '')
  const calledOff = new Set(
    events
      .filter(
        ({ type, name, order }) => type === 'track' && name === 'Return Cancelled' && !order?.id,
      )
      .map(({ order }) => order?.refundId),
  )
  return Object.entries(byOrder).map(([id, ofOrder = []]) => recountOrder(id, ofOrder, calledOff))
}

function recountOrder(
  id: string,
  events: readonly CustomerEvent[],
  calledOff: ReadonlySet<string | undefined>,
): RecountedOrder {
  const named = (...names: string[]) => events.filter(({ name }) => names.includes(name))
  const when = (name: string) => earliestOfGreatestRank(named(name))
  const sold = named('Order Completed', 'Order Updated')
  const [deliveredAt, cancelledAt] = [when('Order Delivered'), when('Order Cancelled')]
  const returned =
    deliveredAt !== undefined && cancelledAt !== undefined && deliveredAt <= cancelledAt
  const amount = lastSaid(sold, 'amountMinor')
  const refunds = recountRefunds(named('Order Refunded', 'Return Cancelled')).map((refund) =>
    calledOff.has(refund.id) ? { ...refund, at: undefined } : refund,
  )
  const refunded = refunds
    .filter(({ at }) => at !== undefined)
    .reduce((sum, refund) => sum + (refund.amount ?? amount ?? 0), 0)
  return {
    ...{ id, deliveredAt, amount, refunds, lateAt: when('Delivery Late') },
    valid: named('Order Completed').length > 0 && (cancelledAt === undefined || returned),
    placedAt: when('Order Completed'),
    promisedAt: lastSaid([...sold, ...named('Order Delivered', 'Delivery Late')], 'promisedAt'),
    discount: lastSaid(sold, 'discountMinor'),
    units: lastSaid(sold, 'units'),
    paidBack: returned ? (amount ?? 0) : Math.min(amount ?? 0, refunded),
  }
}

/** Refunds that name no order, by definition. */
export const recountLooseRefunds = (events: readonly CustomerEvent[]): RecountedRefund[] =>
  recountRefunds(
    events.filter(
      ({ name, type, order }) =>
        type === 'track' &&
        (name === 'Order Refunded' || name === 'Return Cancelled') &&
        order?.id === undefined,
    ),
  )

function recountRefunds(events: readonly CustomerEvent[]): RecountedRefund[] {
  const byRefund = Object.groupBy(events, ({ id, order }) => order?.refundId ?? id)
  return Object.entries(byRefund).map(([id, ofRefund = []]) => {
    const paid = ofRefund.filter(({ name }) => name === 'Order Refunded')
    const isCalledOff = ofRefund.length > paid.length
    return {
      id,
      at: isCalledOff ? undefined : earliestOfGreatestRank(paid),
      amount: lastSaid(paid, 'amountMinor'),
    }
  })
}

function earliestOfGreatestRank(events: readonly CustomerEvent[]): number | undefined {
  const rank = Math.max(...events.map(({ sourceRank }) => sourceRank))
  const instants = events.filter((e) => e.sourceRank === rank).map((e) => e.occurredAt)
  return instants.length === 0 ? undefined : Math.min(...instants)
}

function lastSaid(
  events: readonly CustomerEvent[],
  field: 'amountMinor' | 'discountMinor' | 'units' | 'promisedAt',
): number | undefined {
  return events
    .filter(({ order }) => order?.[field] !== undefined)
    .toSorted(
      (a, b) =>
        a.sourceRank - b.sourceRank ||
        a.occurredAt - b.occurredAt ||
        eventIdHash(a.id) - eventIdHash(b.id),
    )
    .at(-1)?.order?.[field]
}

/** A visit by definition. */
export interface RecountedVisit {
  readonly startAt: number
  readonly endAt: number
  readonly events: number
}

const AT_THE_DESK =
  /^(Order (Updated|Cancelled|Refunded|Delivered)|Delivery Late|Return Cancelled|Ticket Resolved)$/

/**
 * Visits by definition: what a storefront reported within two days, split where half an hour passed.
 */
export function recountVisits(
  reading: readonly { readonly event: CustomerEvent; readonly clock: number }[],
): RecountedVisit[] {
  const instants = reading
    .filter(({ event, clock }) => clock - event.occurredAt <= 48 * 3_600_000)
    .filter(({ event: { type, sourceRank } }) => type !== 'identify' && sourceRank < 2)
    .filter(({ event: { type, name } }) => type !== 'track' || !AT_THE_DESK.test(name))
    .map(({ event }) => event.occurredAt)
    .sort((a, b) => a - b)
  const visits: number[][] = []
  for (const at of instants) {
    const current = visits.at(-1)
    if (current !== undefined && at - current.at(-1)! <= 30 * 60_000) current.push(at)
    else visits.push([at])
  }
  return visits.map((visit) => ({
    ...{ startAt: visit[0]!, endAt: visit.at(-1)!, events: visit.length },
  }))
}

/** Civil day by the calendar of the platform, counted from 1970-01-01. */
export function civilDay(instant: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  })
  const parts = Object.fromEntries(
    format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
  )
  return Date.UTC(parts['year'] ?? 0, (parts['month'] ?? 1) - 1, parts['day']) / 86_400_000
}
