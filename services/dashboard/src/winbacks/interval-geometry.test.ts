import fc from 'fast-check'
import { expect, test } from 'vitest'
import { intervalOf } from './interval-geometry.ts'

const share = fc.integer({ min: -1_000, max: 1_000 }).map((thousandth) => thousandth / 1_000)

test('nought, the interval and the truth are on the line, in the order of their values', () => {
  fc.assert(
    fc.property(fc.tuple(share, share, share), fc.option(share), (given, known) => {
      const [from, returned, until] = given.toSorted((a, b) => a - b) as [number, number, number]
      const truth = known ?? undefined
      const { truth: trueAt, ...places } = intervalOf({ from, returned, until }, truth)
      expect(places.from).toBeLessThanOrEqual(places.middle)
      expect(places.middle).toBeLessThanOrEqual(places.until)
      expect(Math.sign(places.from - places.zero)).toBe(from < 0 ? -1 : Math.sign(from))
      expect(trueAt === undefined).toBe(truth === undefined)
      if (truth !== undefined) expect(Math.sign(trueAt! - places.zero)).toBe(Math.sign(truth))
      for (const place of [...Object.values(places), trueAt ?? places.zero]) {
        expect(place).toBeGreaterThan(0)
        expect(place).toBeLessThan(1)
      }
    }),
  )
})
