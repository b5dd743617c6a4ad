import fc from 'fast-check'
import { expect, test } from 'vitest'
import { intervalOf } from './interval-geometry.ts'

const share = fc.integer({ min: -1_000, max: 1_000 }).map((thousandth) => thousandth / 1_000)

test('nought and the interval are on the line, in the order of their values', () => {
  fc.assert(
    fc.property(fc.tuple(share, share, share), (given) => {
      const [from, returned, until] = given.toSorted((a, b) => a - b) as [number, number, number]
      const places = intervalOf({ from, returned, until })
      expect(places.from).toBeLessThanOrEqual(places.middle)
      expect(places.middle).toBeLessThanOrEqual(places.until)
      expect(Math.sign(places.from - places.zero)).toBe(from < 0 ? -1 : Math.sign(from))
      for (const place of Object.values(places)) {
        expect(place).toBeGreaterThan(0)
        expect(place).toBeLessThan(1)
      }
    }),
  )
})
