import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldAll, NOON } from './arbitrary-history.ts'
import { basketOf } from './basket.ts'
import { DAY_MS } from './calendar.ts'
import type { CustomerEvent } from './customer-event.ts'
import { EMPTY_STATE } from './customer-state.ts'
import { purchaseHabits, purchases } from './purchases.ts'
import { windowRates, windows } from './windows.ts'

type Part = Omit<Partial<CustomerEvent>, 'order'> &
  NonNullable<CustomerEvent['order']> & { readonly day: number }

const ordered = (...parts: readonly Part[]) => {
  const reading = parts.map(({ day, categories, ...order }, index) => ({
    clock: NOON,
    event: {
      ...{
        id: `e${index}`,
        type: 'track' as const,
        name: 'Order Completed',
        customer: {},
        sourceRank: 2,
      },
      occurredAt: NOON + day * DAY_MS,
      ...(categories && { categories }),
      order: { id: `o${index}`, ...order },
    } as const,
  }))
  return foldAll(reading, 'UTC') ?? EMPTY_STATE
}

describe('purchases', () => {
  test('are the first, repeated ones, and those that share an item or a category', () => {
    const state = ordered(
      { day: 9, items: ['b'], categories: ['Toys'] },
      { day: 1, items: ['a'] },
      { day: 2, items: ['b'] },
      { day: 3, items: ['a', 'c'] },
      { day: 4, categories: ['Toys'] },
    )
    expect(purchases(state).map(({ orderId, kind }) => [orderId, kind])).toEqual([
      ...[
        ['o1', 'first'],
        ['o2', 'repeat'],
        ['o3', 'related'],
      ],
      ...[
        ['o4', 'repeat'],
        ['o0', 'related'],
      ],
    ])
  })

  test('small baskets that share a name are related', () => {
    const names = fc.uniqueArray(fc.string({ maxLength: 5 }), { minLength: 1, maxLength: 7 })
    fc.assert(
      fc.property(names, names, fc.string(), (a, b, shared) => {
        const of = (items: string[]) => basketOf([...new Set([...items, shared])])!
        expect(of(a).some((number) => of(b).includes(number))).toBe(true)
        expect(basketOf(a.toReversed())).toEqual(basketOf(a))
      }),
    )
  })

  test('a basket of nothing is none', () => {
    expect(basketOf([], [])).toBeUndefined()
  })
})

describe('habits', () => {
  test('are mean and spread of the days between order days, hour and weekday', () => {
    const state = ordered({ day: 0 }, { day: 0 }, { day: 4 }, { day: 12 })
    // 2024-05-15 is a Wednesday, 2024-05-19 a Sunday, 2024-05-27 a Monday.
    expect(purchaseHabits(state, 'UTC')).toMatchObject({
      ...{ meanGapDays: 6, gapSpreadDays: 2, hour: 12, weekday: 3, priceBand: null },
    })
    expect(purchaseHabits(state, 'Asia/Kolkata')?.hour).toBe(17)
    expect(purchaseHabits(ordered({ day: 4 }), 'UTC')).toMatchObject({
      ...{ meanGapDays: null, gapSpreadDays: null, weekday: 7 },
    })
    expect(purchaseHabits(EMPTY_STATE, 'UTC')).toBeUndefined()
  })

  test('are what a piece costs, in the middle half of the orders', () => {
    const prices = [100, 200, 300, 400, 10_000]
    const state = ordered(
      ...prices.map((price, day) => ({ day, amountMinor: 2 * price, units: 2 })),
      { day: 9, amountMinor: 5 },
    )
    expect(purchaseHabits(state, 'UTC')?.priceBand).toEqual({ fromMinor: 200, toMinor: 400 })
  })
})

test('rates of a window are null where there is nothing to divide by', () => {
  const rates = (...parts: Part[]) => windowRates(windows(ordered(...parts), NOON, 'UTC').d90)
  expect(rates()).toEqual({
    ...{ conversion: null, averageOrderMinor: null, repurchaseShare: null },
    ...{ discountShare: null, meanRating: null },
  })
  expect(
    rates(
      { day: 0, amountMinor: 100, discountMinor: 5 },
      { day: -3, amountMinor: 300 },
      { day: -100, amountMinor: 1 },
    ),
  ).toMatchObject({ averageOrderMinor: 200, repurchaseShare: 1, discountShare: 0.5 })
})
