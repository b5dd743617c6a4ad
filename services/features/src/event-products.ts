import { countOf, firstOf, idOf, type JsonObject, nameOf, objectOf } from './foreign-value.ts'

const MOST_NAMES = 16
const MOST_ITEMS = 64

/** The products of an event: `products` as Segment has them, else `items` as GA4. */
export const productsOf = ({ products, items }: JsonObject): readonly JsonObject[] => {
  const list = [products, items].find((lines) => Array.isArray(lines) && lines.length > 0)
  return Array.isArray(list) ? list.map(objectOf) : []
}

/** Categories that an event is about, without repeats, at most 16. */
export const categoriesOf = (properties: JsonObject, products: readonly JsonObject[]) =>
  distinct(
    [
      nameOf(properties['category']),
      ...products.map((product) => firstOf(nameOf, product['category'], product['item_category'])),
    ],
    MOST_NAMES,
  )

/** Brands that an event is about, without repeats, at most 16. */
export const brandsOf = (properties: JsonObject, products: readonly JsonObject[]) =>
  distinct(
    [
      nameOf(properties['brand']),
      ...products.map((product) => firstOf(nameOf, product['brand'], product['item_brand'])),
    ],
    MOST_NAMES,
  )

/** Ids of products, else their names, without repeats, at most 64. */
export const itemsOf = (products: readonly JsonObject[]) =>
  distinct(
    products.map(({ product_id, sku, item_id, id, name, item_name }) =>
      firstOf(idOf, product_id, sku, item_id, id, name, item_name),
    ),
    MOST_ITEMS,
  )

/**
 * Pieces in all: those of the products, where one that does not say how many is one; where none
 * says it, `quantity` or `units` of the event itself, else the number of products.
 */
export const unitsOf = (
  { quantity, units }: JsonObject,
  products: readonly JsonObject[],
): number | undefined => {
  const counts = products.map((product) => countOf(product['quantity']))
  const whole = firstOf(countOf, quantity, units)
  if (counts.every((count) => count === undefined) && whole !== undefined) return whole
  return counts.length === 0 ? undefined : counts.reduce<number>((sum, n) => sum + (n ?? 1), 0)
}

const distinct = (
  names: readonly (string | undefined)[],
  most: number,
): readonly string[] | undefined => {
  const found = new Set<string>()
  for (const name of names) if (name !== undefined && !name.includes('@')) found.add(name)
  return found.size === 0 ? undefined : [...found].slice(0, most)
}
