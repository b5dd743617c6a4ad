import { describe, expect, test } from 'vitest'
import { brandsOf, categoriesOf, itemsOf, productsOf, unitsOf } from './event-products.ts'

const SEGMENT = {
  products: [
    { product_id: 'p1', sku: 's1', category: 'Tea', brand: 'Leaf', quantity: 2 },
    { sku: 's2', category: ' Cups ', brand: 'Clay', quantity: '3' },
    { name: 'Gift', category: 'Tea' },
  ],
}
const GA4 = {
  items: [
    { item_id: 'i1', item_category: 'Tea', item_brand: 'Leaf', quantity: 4 },
    { item_name: 'Pot', item_category: 'Cups' },
  ],
}

const of = (properties: Record<string, unknown>) => {
  const products = productsOf(properties)
  return {
    categories: categoriesOf(properties, products),
    brands: brandsOf(properties, products),
    items: itemsOf(products),
    units: unitsOf(properties, products),
  }
}

test('products of Segment and items of GA4 are read alike', () => {
  expect(of(SEGMENT)).toEqual({
    categories: ['Tea', 'Cups'],
    brands: ['Leaf', 'Clay'],
    items: ['p1', 's2', 'Gift'],
    units: 6,
  })
  expect(of(GA4)).toEqual({
    categories: ['Tea', 'Cups'],
    brands: ['Leaf'],
    items: ['i1', 'Pot'],
    units: 5,
  })
  expect(of({ ...SEGMENT, ...GA4 })).toEqual(of(SEGMENT))
  expect(of({ products: [], ...GA4 })).toEqual(of(GA4))
})

test('an event without products is about its own category and brand', () => {
  expect(of({ category: 'Tea', brand: 'Leaf', quantity: 2 })).toEqual({
    categories: ['Tea'],
    brands: ['Leaf'],
    items: undefined,
    units: 2,
  })
})

test('of many names 16 are kept, of many items 64, each name at most 64 units long', () => {
  const products = Array.from({ length: 99 }, (_, n) => ({ product_id: n, category: `c${n}` }))
  const { categories, items, units } = of({ products })
  expect([categories?.length, items?.length, units]).toEqual([16, 64, 99])
  const [name] = of({ category: `${'x'.repeat(63)}😀` }).categories ?? []
  expect([name?.length, name?.isWellFormed()]).toEqual([64, true])
})

describe('pieces', () => {
  test.each([
    [{ products: [{}, {}], units: 12 }, 12],
    [{ products: [{ quantity: 2 }, {}], units: 12 }, 3],
    [{ products: [{}, {}] }, 2],
    [{ products: [{ quantity: 0 }] }, 0],
    [{ products: [{ quantity: -1 }, { quantity: 1.5 }], quantity: '7' }, 7],
    [{ quantity: 1e12 }, undefined],
    [{ quantity: '1e3', units: 5 }, 5],
    [{}, undefined],
  ])('of %j are %s', (properties, units) => {
    expect(of(properties).units).toBe(units)
  })
})

test('what is no product, no name and no id is left out', () => {
  const products = [null, 7, 'p', [], { product_id: {}, sku: 1.5, id: 'x'.repeat(257) }]
  expect(of({ products, category: ['Tea'], brand: ' ' })).toEqual({
    categories: undefined,
    brands: undefined,
    items: undefined,
    units: 5,
  })
  expect(of({ products: { 0: SEGMENT.products[0] } }).items).toBeUndefined()
})
