import type { CustomerEvent } from './customer-event.ts'
import { eventIdHash } from './event-id-hash.ts'

/** An order as a fresh look at all events of a customer finds it. */
export interface RecountedOrder {
  readonly id: string
  readonly valid: boolean
  readonly placedAt: number | undefined
  readonly amount: number | undefined
  readonly refunds: readonly RecountedRefund[]
}

export interface RecountedRefund {
  readonly id: string
  readonly at: number
  readonly amount: number | undefined
}

/** Orders by definition, from the list of all events: the reference for the fold. */
export function recountOrders(events: readonly CustomerEvent[]): RecountedOrder[] {
  const orderEvents = events.filter(
    ({ name, type, order }) =>
      type === 'track' && /^Order (Completed|Updated|Cancelled|Refunded)$/.test(name) && order?.id,
  )
  const byOrder = Object.groupBy(orderEvents, ({ order }) => order?.id ?? '')
  return Object.entries(byOrder).map(([id, ofOrder = []]) => {
    const named = (...names: string[]) => ofOrder.filter(({ name }) => names.includes(name))
    const placed = named('Order Completed')
    return {
      id,
      valid: placed.length > 0 && named('Order Cancelled').length === 0,
      placedAt: earliestOfGreatestRank(placed),
      amount: amountOf([...placed, ...named('Order Updated')]),
      refunds: recountRefunds(named('Order Refunded')),
    }
  })
}

/** Refunds that name no order, by definition. */
export const recountLooseRefunds = (events: readonly CustomerEvent[]): RecountedRefund[] =>
  recountRefunds(
    events.filter(
      ({ name, type, order }) =>
        type === 'track' && name === 'Order Refunded' && order?.id === undefined,
    ),
  )

function recountRefunds(events: readonly CustomerEvent[]): RecountedRefund[] {
  const byRefund = Object.groupBy(events, ({ id, order }) => order?.refundId ?? id)
  return Object.entries(byRefund).map(([id, ofRefund = []]) => ({
    id,
    at: earliestOfGreatestRank(ofRefund) ?? 0,
    amount: amountOf(ofRefund),
  }))
}

function earliestOfGreatestRank(events: readonly CustomerEvent[]): number | undefined {
  const rank = Math.max(...events.map(({ sourceRank }) => sourceRank))
  const instants = events.filter((e) => e.sourceRank === rank).map((e) => e.occurredAt)
  return instants.length === 0 ? undefined : Math.min(...instants)
}

function amountOf(events: readonly CustomerEvent[]): number | undefined {
  return events
    .filter(({ order }) => order?.amountMinor !== undefined)
    .toSorted(
      (a, b) =>
        a.sourceRank - b.sourceRank ||
        a.occurredAt - b.occurredAt ||
        eventIdHash(a.id) - eventIdHash(b.id),
    )
    .at(-1)?.order?.amountMinor
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
