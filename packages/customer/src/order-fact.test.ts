import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryHistory, foldAll, NOON } from './arbitrary-history.ts'
import type { CustomerEvent } from './customer-event.ts'
import type { CustomerState } from './customer-state.ts'
import { fold } from './fold.ts'
import { recountLooseRefunds, recountOrders } from './history-recount.ts'
import { isPaidBack, isValid, type OrderFact, orderStanding, refundedMinor } from './order-fact.ts'

const AT = { clock: NOON, timeZone: 'UTC' }

type Part = Partial<CustomerEvent> & Pick<CustomerEvent, 'id' | 'name'>

const event = (part: Part): CustomerEvent => ({
  type: 'track',
  customer: { userId: 'u1' },
  sourceRank: 1,
  occurredAt: NOON,
  ...part,
})

/** The facts that these events bring, one for each. */
const factsOf = (...parts: Part[]): (OrderFact | undefined)[] =>
  allFactsOf(...parts).map(([fact]) => fact)

/** All facts that each of these events brings. */
function allFactsOf(...parts: Part[]): (readonly OrderFact[])[] {
  let state: CustomerState | undefined
  return parts.map((part) => {
    const folded = fold(state, event(part), AT)
    state = folded.state
    return folded.orderFacts ?? []
  })
}

const placed = { id: 'p', name: 'Order Completed', order: { id: 'o1', amountMinor: 100 } }
const placedFact = {
  kind: 'placed',
  id: 'p',
  orderId: 'o1',
  occurredAt: NOON,
  placedAt: NOON,
  amountMinor: 100,
  standing: { status: 'valid', netMinor: 100 },
}
/** All of it was paid back. */
const noneKept = { status: 'valid', netMinor: 0 }
const unplaced = { status: 'unplaced', netMinor: 0 }

describe('orders of a state', () => {
  test('agree with a look at all events', () => {
    fc.assert(
      fc.property(arbitraryHistory, (events) => {
        const state = foldAll(
          events.map((one) => ({ event: one, clock: NOON })),
          'UTC',
        )
        const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
        const refundsOf = (refunds: CustomerState['refunds'] = []) =>
          refunds
            .map((refund) => ({
              id: refund.id,
              at: isPaidBack(refund) ? refund.occurred.at : undefined,
              amount: refund.amount?.value,
            }))
            .sort(byId)
        const orders = (state?.orders ?? []).map((order) => ({
          id: order.id,
          valid: isValid(order),
          placedAt: order.placed?.at,
          deliveredAt: order.delivered?.at,
          lateAt: order.late?.at,
          promisedAt: order.promised?.value,
          amount: order.amount?.value,
          discount: order.discount?.value,
          units: order.units?.value,
          paidBack: refundedMinor(order),
          refunds: refundsOf(order.refunds),
        }))
        const expected = recountOrders(events).map((order) => ({
          ...order,
          refunds: order.refunds.toSorted(byId),
        }))
        expect(orders.sort(byId)).toEqual(expected.sort(byId))
        expect(refundsOf(state?.refunds)).toEqual(recountLooseRefunds(events).sort(byId))
      }),
      { numRuns: 300 },
    )
  })
})

test('the last fact of an order says how it stands, whatever came in whatever order', () => {
  fc.assert(
    fc.property(arbitraryHistory, (events) => {
      let state: CustomerState | undefined
      const told = new Map<string, unknown>()
      for (const one of events) {
        const { state: after, orderFacts = [] } = fold(state, one, AT)
        for (const { orderId, placedAt, standing } of orderFacts)
          if (orderId !== undefined) told.set(orderId, { placedAt, standing })
        state = after
      }
      const stands = (state?.orders ?? []).map(
        (order) =>
          [order.id, { placedAt: order.placed?.at, standing: orderStanding(order) }] as const,
      )
      expect(told).toEqual(new Map(stands))
    }),
    { numRuns: 500 },
  )
})

describe('the fact of an order', () => {
  test('is placed once, whichever source says it first', () => {
    expect(factsOf(placed, { ...placed, id: 'again' })).toEqual([placedFact, undefined])
  })

  test('is an update when a more trusted source knows better', () => {
    const better = { ...placed, id: 'q', sourceRank: 2, occurredAt: NOON - 5 }
    const fact = {
      ...placedFact,
      kind: 'updated',
      id: 'q',
      occurredAt: NOON - 5,
      placedAt: NOON - 5,
    }
    expect(factsOf(placed, better)[1]).toEqual(fact)
  })

  test('has the amount of an update that came before the order, and none from one without', () => {
    const update = { id: 'u', name: 'Order Updated', occurredAt: NOON + 1 }
    expect(
      factsOf({ ...update, order: { id: 'o1', amountMinor: 70 } }, placed, {
        ...update,
        id: 'v',
        order: { id: 'o1' },
      }),
    ).toEqual([
      {
        ...{ kind: 'updated', id: 'u', orderId: 'o1', occurredAt: NOON + 1, amountMinor: 70 },
        standing: unplaced,
      },
      { ...placedFact, amountMinor: 70, standing: { status: 'valid', netMinor: 70 } },
      undefined,
    ])
  })

  test('is cancelled once, and an order that was cancelled before is placed nevertheless', () => {
    const cancelled = { id: 'c', name: 'Order Cancelled', order: { id: 'o1' } }
    const standing = { status: 'cancelled', netMinor: 0 }
    expect(factsOf(cancelled, { ...cancelled, id: 'd' }, placed)).toEqual([
      { kind: 'cancelled', id: 'c', orderId: 'o1', occurredAt: NOON, standing },
      undefined,
      { ...placedFact, standing },
    ])
  })

  test('is refunded with what is paid back: the amount said, or else the whole order', () => {
    const refund = { id: 'r', name: 'Order Refunded', order: { id: 'o1' } }
    const part = { ...refund, id: 's', order: { id: 'o1', refundId: 'r7', amountMinor: 30 } }
    const fact = { ...placedFact, kind: 'refunded', standing: noneKept }
    expect(factsOf(placed, refund, part, { ...part, id: 't' }).slice(1)).toEqual([
      { ...fact, id: 'r', refundId: 'r', amountMinor: 100 },
      { ...fact, id: 's', refundId: 'r7', amountMinor: 30 },
      undefined,
    ])
  })

  test('is a refund of no order where none is named', () => {
    const loose = { id: 'r', name: 'Order Refunded', order: { amountMinor: 30 } }
    expect(
      factsOf(loose, { ...loose, id: 's', order: { refundId: 'r', amountMinor: 30 } }),
    ).toEqual([
      { kind: 'refunded', id: 'r', refundId: 'r', occurredAt: NOON, amountMinor: 30 },
      undefined,
    ])
  })

  test('pays nothing back where the return was called off, whichever comes first', () => {
    const refund = { id: 'r', name: 'Order Refunded', order: { id: 'o1', refundId: 'r7' } }
    const calledOff = { ...refund, id: 'c', name: 'Return Cancelled' }
    const fact = { ...placedFact, kind: 'refunded', refundId: 'r7' }
    expect(factsOf(placed, refund, calledOff).slice(1)).toEqual([
      { ...fact, id: 'r', amountMinor: 100, standing: noneKept },
      { ...fact, id: 'c', amountMinor: 0 },
    ])
    expect(factsOf(placed, calledOff, refund).slice(1)).toEqual([
      { ...fact, id: 'c', amountMinor: 0 },
      { ...fact, id: 'r', amountMinor: 0 },
    ])
  })

  test('pays nothing back where the return is called off by its refund alone', () => {
    const refund = { id: 'r', name: 'Order Refunded', order: { id: 'o1', refundId: 'r7' } }
    const calledOff = { id: 'c', name: 'Return Cancelled', order: { refundId: 'r7' } }
    const told = { ...placedFact, kind: 'refunded', refundId: 'r7', amountMinor: 0 }
    expect(factsOf(placed, refund, calledOff)[2]).toEqual({ ...told, id: 'c' })
    expect(factsOf(placed, calledOff, refund)[2]).toEqual({ ...told, id: 'r' })
  })

  test('is told of each order that has the refund which is called off', () => {
    const order = (id: string, name: string, refundId?: string) => ({
      id: `${name} ${id}`,
      name,
      order: { id, amountMinor: 100, ...(refundId && { refundId }) },
    })
    const facts = allFactsOf(
      ...['o1', 'o2', 'o3'].map((id) => order(id, 'Order Completed')),
      ...['o1', 'o2'].map((id) => order(id, 'Order Refunded', 'r1')),
      order('o3', 'Order Refunded', 'r2'),
      { id: 'c', name: 'Return Cancelled', order: { refundId: 'r1' } },
    ).at(-1)
    expect(facts?.map(({ orderId, standing }) => [orderId, standing])).toEqual([
      ['o1', placedFact.standing],
      ['o2', placedFact.standing],
    ])
  })

  test('is delivered once, and cancelled behind that it was bought and came back', () => {
    const delivered = { id: 'd', name: 'Order Delivered', order: { id: 'o1' } }
    const cancelled = { id: 'c', name: 'Order Cancelled', order: { id: 'o1' } }
    const facts = factsOf(placed, delivered, { ...delivered, id: 'e' }, cancelled)
    expect(facts.slice(1)).toEqual([
      { ...placedFact, kind: 'delivered', id: 'd' },
      undefined,
      {
        ...{ ...placedFact, kind: 'refunded', id: 'c', refundId: 'c' },
        standing: { status: 'returned', netMinor: 0 },
      },
    ])
    const orders = (...parts: Part[]) =>
      foldAll(
        parts.map((part) => ({ event: event(part), clock: NOON })),
        'UTC',
      )!.orders
    const [returned] = orders(placed, delivered, cancelled)
    expect([isValid(returned!), refundedMinor(returned!)]).toEqual([true, 100])
    const [stopped] = orders(placed, { ...delivered, occurredAt: NOON + 1 }, cancelled)
    expect(isValid(stopped!)).toBe(false)
  })

  test('bears the id of its event where an order has none', () => {
    expect(factsOf({ id: 'p', name: 'Order Completed' })[0]?.orderId).toBe('p')
  })
})
