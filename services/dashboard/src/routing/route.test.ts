import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hrefOf, PAGES, routeOf, tokenOf } from './route.ts'

const query = fc.dictionary(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }))

describe('a route', () => {
  test('is read back from its own address', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PAGES), query, (page, filters) => {
        expect(routeOf(hrefOf({ page, query: filters }))).toEqual({ page, query: filters })
      }),
    )
  })

  test('of a customer keeps any key, whatever characters are in it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), query, (customerId, filters) => {
        const route = { page: 'customers' as const, customerId, query: filters }
        expect(routeOf(hrefOf(route))).toEqual(route)
      }),
    )
  })

  test('is the first page for every address that names none', () => {
    for (const hash of ['', '#', '#/', '#/nowhere', '#main', '#/../live']) {
      expect(routeOf(hash)).toEqual({ page: 'live', query: {} })
    }
  })

  test('is read from any text without a throw', () => {
    fc.assert(fc.property(fc.string(), (hash) => PAGES.includes(routeOf(hash).page)))
    expect(routeOf('#/customers/%E0%A4%A').customerId).toBe('%E0%A4%A')
  })

  test('leaves out filters that are empty', () => {
    expect(hrefOf({ page: 'customers', query: { search: '', sort: 'risk' } })).toBe(
      '#/customers?sort=risk',
    )
  })
})

test('a token is taken from the address, and from nothing else', () => {
  expect(tokenOf('#token=ebb_p_1%2B2')).toBe('ebb_p_1+2')
  expect(tokenOf('#/customers?token=1')).toBeUndefined()
  expect(tokenOf('')).toBeUndefined()
})
