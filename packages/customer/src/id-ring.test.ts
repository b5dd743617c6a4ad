import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NOON } from './arbitrary-history.ts'
import { DAY_MS } from './calendar.ts'
import type { IdBucket } from './customer-state.ts'
import { eventIdHash } from './event-id-hash.ts'
import { addId, hasId, idBucket } from './id-ring.ts'

const hashes = Array.from({ length: 3_000 }, (_, i) => eventIdHash(`id-${i}`))
const EMPTY: readonly IdBucket[] = []

describe('the ring of event ids', () => {
  test('knows every id of a busy day and no other', () => {
    const ring = hashes.reduce((before, id) => addId(before, id, NOON), EMPTY)
    expect(hashes.every((id) => hasId(ring, id))).toBe(true)
    expect(hashes.some((id) => hasId(ring, eventIdHash(`not-${id}`)))).toBe(false)
  })

  test('is the same whether a bucket grew id by id or is made of all its ids', () => {
    for (const count of [1, 64, 65, 128, 129, 3_000]) {
      const ids = hashes.slice(0, count)
      const ring = ids.reduce((before, id) => addId(before, id, NOON), EMPTY)
      expect(ring).toEqual([idBucket(Math.floor(NOON / DAY_MS), ids)])
    }
  })

  test('keeps an id for seven days of the clock, and drops it soon after', () => {
    fc.assert(
      fc.property(fc.integer({ min: NOON, max: NOON + DAY_MS }), (clock) => {
        const ring = addId(EMPTY, 1, clock)
        expect(hasId(addId(ring, 2, clock + 7 * DAY_MS), 1)).toBe(true)
        expect(hasId(addId(ring, 2, clock + 8 * DAY_MS), 1)).toBe(false)
      }),
    )
  })

  test('counts what came before the first tick as read at the first clock it sees', () => {
    const early = addId(EMPTY, 1, 0)
    const ring = addId(early, 2, NOON)
    expect(ring).toEqual([idBucket(Math.floor(NOON / DAY_MS), [1, 2])])
    expect(hasId(addId(ring, 3, NOON + 7 * DAY_MS), 1)).toBe(true)
  })
})
