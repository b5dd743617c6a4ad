import { eventIdHash } from './event-id-hash.ts'

const ITEMS = 8
const CATEGORIES = 4
const HASHES = 65_536

/**
 * A sketch of what was bought, 16 bits a name, ascending: of the items the eight with the least hash,
 * of the categories four. `undefined` where nothing is known. Two baskets of at most eight items and
 * four categories that share a name share a number; of larger ones the sharing may be missed, and
 * two that share nothing share a number with a probability of 12 × 12 / 65,536 at most.
 */
export function basketOf(
  items: readonly string[] = [],
  categories: readonly string[] = [],
): readonly number[] | undefined {
  if (items.length === 0 && categories.length === 0) return undefined
  const least = (kind: string, names: readonly string[], count: number): number[] =>
    names
      .map((name) => eventIdHash(`${kind}${name}`) % HASHES)
      .sort((a, b) => a - b)
      .slice(0, count)
  const numbers = new Set([...least('i', items, ITEMS), ...least('c', categories, CATEGORIES)])
  return [...numbers].sort((a, b) => a - b)
}
