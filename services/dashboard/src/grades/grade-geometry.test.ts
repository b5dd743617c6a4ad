import fc from 'fast-check'
import { expect, test } from 'vitest'
import { heightOf, pathThrough, placeOf, runsOf } from './grade-geometry.ts'

const FRAME = { left: 40, top: 10, right: 340, bottom: 210 }

test('values stay in their frame, in their order, and a gap breaks the line', () => {
  const value = fc.option(fc.double({ min: 0.3, max: 1, noNaN: true }))
  fc.assert(
    fc.property(fc.array(value, { maxLength: 24 }), (values) => {
      const runs = runsOf(values, FRAME, 0.3)
      const spots = runs.flat()
      expect(spots.length).toBe(values.filter((each) => each !== null).length)
      for (const { x, y } of spots) {
        expect(x).toBeGreaterThanOrEqual(FRAME.left)
        expect(x).toBeLessThanOrEqual(FRAME.right)
        expect(y).toBeGreaterThanOrEqual(FRAME.top - 1e-9)
        expect(y).toBeLessThanOrEqual(FRAME.bottom + 1e-9)
      }
      expect(spots.map(({ x }) => x)).toEqual(spots.map(({ x }) => x).toSorted((a, b) => a - b))
      expect(runs.every((run) => run.length > 0)).toBe(true)
    }),
  )
  expect(runsOf([0.5, null, 1], FRAME, 0).map((run) => run.length)).toEqual([1, 1])
})

test('the ends of a frame are its ends', () => {
  expect([placeOf(0, 3, FRAME), placeOf(2, 3, FRAME), placeOf(0, 1, FRAME)]).toEqual([40, 340, 190])
  expect([heightOf(0.5, FRAME, 0.5), heightOf(1, FRAME, 0.5)]).toEqual([210, 10])
  expect(
    pathThrough([
      { x: 1, y: 2 },
      { x: 3, y: 4 },
    ]),
  ).toBe('M1.0 2.0L3.0 4.0')
})
