import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cachedBytes, type StateCache, stateCaches } from './state-cache.ts'

const PARTITIONS = 3
const KEYS = 'abcd'

const step = fc.record({
  what: fc.constantFrom('get', 'set', 'set', 'set', 'absent', 'clear'),
  partition: fc.nat(PARTITIONS - 1),
  key: fc.constantFrom(...KEYS),
  packedBytes: fc.nat(20),
})

/** All caches as one list, the least recently used state first. */
const listOfStates = (limitBytes: number) => {
  let list: { place: string; state: number | null; bytes: number }[] = []
  const take = (place: string) => {
    const found = list.find((each) => each.place === place)
    list = list.filter((each) => each !== found)
    return found
  }
  return {
    get: (place: string) => {
      const found = take(place)
      if (found) list.push(found)
      return found?.state
    },
    set: (place: string, state: number | null, bytes: number) => {
      take(place)
      list.push({ place, state, bytes })
      while (list.reduce((sum, each) => sum + each.bytes, 0) > limitBytes) list.shift()
    },
    clear: (partition: number) => {
      list = list.filter(({ place }) => !place.startsWith(`${partition}`))
    },
  }
}

test('partitions share one limit, and what was not used for longest goes first', () => {
  fc.assert(
    fc.property(
      fc.nat(8 * cachedBytes(10)),
      fc.array(step, { maxLength: 120 }),
      (limitBytes, steps) => {
        const caches = stateCaches(limitBytes)
        const partitions = Array.from({ length: PARTITIONS }, () => caches.open<number>())
        const model = listOfStates(limitBytes)
        for (const [state, { what, partition, key, packedBytes }] of steps.entries()) {
          const cache = partitions[partition]!
          const place = `${partition}${key}`
          if (what === 'get') expect(cache.get(key)).toBe(model.get(place))
          else if (what === 'set') {
            cache.set(key, state, packedBytes)
            model.set(place, state, cachedBytes(packedBytes))
          } else if (what === 'absent') {
            cache.set(key, null, 0)
            model.set(place, null, cachedBytes(0))
          } else {
            cache.clear()
            model.clear(partition)
          }
        }
        for (const [partition, cache] of partitions.entries())
          for (const key of KEYS) expect(cache.get(key)).toBe(model.get(`${partition}${key}`))
      },
    ),
  )
})

const cachedKeys = (cache: StateCache<number>): string[] =>
  [...KEYS].filter((key) => cache.get(key) !== undefined)

test('a state that is larger than all there is room for is not kept', () => {
  const cache = stateCaches(cachedBytes(10)).open<number>()
  cache.set('a', 1, 10)
  expect(cachedKeys(cache)).toEqual(['a'])
  cache.set('b', 2, 11)
  expect(cachedKeys(cache)).toEqual([])
})
