import { describe, expect, test } from 'vitest'
import { foldAll, NOON } from './arbitrary-history.ts'
import { DAY_MS } from './calendar.ts'
import type { CustomerEvent } from './customer-event.ts'
import { EMPTY_STATE } from './customer-state.ts'
import { namedCode } from './taste-codes.ts'
import { topTastes, withName } from './tastes.ts'

type Part = Partial<CustomerEvent> & { readonly daysAgo?: number }

const tastes = (...parts: readonly Part[]) => {
  const reading = parts.map(({ daysAgo = 0, ...part }, index) => ({
    clock: NOON - daysAgo * DAY_MS,
    event: {
      ...{
        id: `e${index}`,
        type: 'track' as const,
        name: 'Product Viewed',
        customer: {},
        sourceRank: 2,
      },
      occurredAt: NOON - daysAgo * DAY_MS,
      ...part,
    } as const,
  }))
  return topTastes(foldAll(reading, 'UTC') ?? EMPTY_STATE, NOON, 'UTC')
}

const many = (count: number, part: Part): Part[] => Array.from({ length: count }, () => part)

describe('the tastes of a customer', () => {
  test('are the three greatest by weight, and a purchase says more than a look', () => {
    const { categories } = tastes(
      ...many(4, { categories: ['Shoes'] }),
      { name: 'Order Completed', order: { id: 'o1' }, categories: ['Toys'] },
      { name: 'Product Added', categories: ['Books'] },
      { categories: ['Lamps'] },
      ...many(9, { name: 'Ticket Opened', categories: ['Billing'] }),
    )
    expect(categories.map(({ name }) => name)).toEqual(['Toys', 'Shoes', 'Books'])
    expect(categories[0]?.share).toBeCloseTo(5 / 13, 12)
  })

  test('fade by half in thirty days', () => {
    const { brands } = tastes(...many(3, { brands: ['Old'], daysAgo: 60 }), {
      brands: ['New'],
      daysAgo: 0,
    })
    expect(brands.map(({ name }) => name)).toEqual(['New', 'Old'])
    expect(brands[0]?.share).toBeCloseTo(1 / (1 + 3 / 4), 12)
  })

  test('are known still when their days are not', () => {
    const { categories } = tastes({ categories: ['Shoes'], daysAgo: 400 }, { daysAgo: 0 })
    expect(categories).toEqual([{ name: 'Shoes', share: 1 }])
  })

  test('have one name a bucket, whichever comes first', () => {
    const code = namedCode('brands', 'A')
    const named = (...names: string[]) =>
      names.reduce<readonly (readonly [number, string])[]>(
        (known, name) => withName(known, code, name),
        [],
      )
    expect(named('A', 'B')).toEqual([[code, 'B']])
    expect(named('B', 'A')).toEqual([[code, 'B']])
  })
})
