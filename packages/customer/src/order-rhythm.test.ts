import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryHistory, arbitraryTimeZone, foldAll, NOON } from './arbitrary-history.ts'
import { DAY_MS } from './calendar.ts'
import { EMPTY_STATE } from './customer-state.ts'
import { civilDay, recountOrders } from './history-recount.ts'
import { orderRhythm } from './order-rhythm.ts'

const rhythmOf = (orders: readonly (readonly [id: string, occurredAt: number])[], zone = 'UTC') =>
  orderRhythm(
    foldAll(
      orders.map(([id, occurredAt]) => ({
        clock: NOON,
        event: {
          id,
          type: 'track',
          name: 'Order Completed',
          customer: { userId: 'u1' },
          sourceRank: 1,
          occurredAt,
          order: { id },
        },
      })),
      zone,
    ) ?? EMPTY_STATE,
    zone,
  )

describe('orderRhythm', () => {
  test('agrees with a look at all events', () => {
    fc.assert(
      fc.property(arbitraryHistory, arbitraryTimeZone, (events, timeZone) => {
        const state = foldAll(
          events.map((event) => ({ event, clock: NOON })),
          timeZone,
        )
        const rhythm = orderRhythm(state ?? EMPTY_STATE, timeZone)
        const instants = recountOrders(events)
          .filter(({ valid }) => valid)
          .map(({ placedAt }) => placedAt ?? Number.NaN)
        const days = new Set(instants.map((instant) => civilDay(instant, timeZone)))
        expect(rhythm?.orders ?? 0).toBe(instants.length)
        expect(rhythm?.repeatDays ?? -1).toBe(days.size - 1)
        expect(rhythm?.firstAt ?? Number.POSITIVE_INFINITY).toBe(Math.min(...instants))
        expect(rhythm?.lastAt ?? Number.NEGATIVE_INFINITY).toBe(Math.max(...instants))
      }),
      { numRuns: 200 },
    )
  })

  test('is absent without a valid order', () => {
    expect(rhythmOf([])).toBeUndefined()
  })

  test('counts days, not orders, in the time zone of the shop', () => {
    const evening = Date.UTC(2024, 4, 15, 22, 30)
    const orders = [
      ['o1', evening - 3_600_000],
      ['o2', evening],
      ['o3', evening + DAY_MS],
    ] as const
    expect(rhythmOf(orders)?.repeatDays).toBe(1)
    expect(rhythmOf(orders, 'Europe/Berlin')?.repeatDays).toBe(2)
  })

  test('breaks ties by the order id: the greatest is last', () => {
    const orders = [
      ['o2', NOON],
      ['o3', NOON],
      ['o1', NOON],
    ] as const
    expect(rhythmOf(orders)).toMatchObject({ lastOrderId: 'o3' })
  })

  test('names the source of the last order that counts, by its most trusted report', () => {
    const placed = (id: string, source: string, [days, sourceRank]: [number, number]) => ({
      ...{ id: `${id} of ${source}`, type: 'track' as const, name: 'Order Completed', source },
      ...{
        customer: { userId: 'u1' },
        sourceRank,
        occurredAt: NOON + days * DAY_MS,
        order: { id },
      },
    })
    const events = [
      placed('o1', 'erp', [-9, 2]),
      placed('o2', 'storefront', [-5, 1]),
      placed('o2', 'till', [-5, 2]),
      placed('o2', 'counter', [-5, 2]),
    ]
    const sourceOf = (all: typeof events) =>
      orderRhythm(
        foldAll(
          all.map((event) => ({ event, clock: NOON })),
          'UTC',
        )!,
        'UTC',
      )?.source
    expect(sourceOf(events)).toBe('till')
    expect(sourceOf(events.toReversed())).toBe('till')
    const cancelled = { ...placed('o2', 'web', [-4, 2]), name: 'Order Cancelled' }
    expect(sourceOf([...events, cancelled])).toBe('erp')
  })
})
