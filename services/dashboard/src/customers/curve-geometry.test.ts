import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Label,
  lowestRisk,
  pathOf,
  placed,
  riskOn,
  scalesOf,
  splitAt,
  tickDays,
  zonesOf,
} from './curve-geometry.ts'

const DAY_MS = 86_400_000
const PLOT = { left: 40, top: 20, right: 640, bottom: 320 }

/** A rising curve of at least two instants. */
const curve = fc
  .array(
    fc.record({
      wait: fc.integer({ min: 1, max: 90 * DAY_MS }),
      rise: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { minLength: 2, maxLength: 60 },
  )
  .map((steps) => {
    let at = 0
    let risk = 0.05
    return steps.map(({ wait, rise }) => {
      at += wait
      risk += rise * (0.999 - risk)
      return { at, risk }
    })
  })

describe('the drawing of a curve', () => {
  test('has every point inside of its plot, and its ends at the sides', () => {
    fc.assert(
      fc.property(curve, (points) => {
        const { x, y } = scalesOf(points, PLOT)
        expect(x(points[0]!.at)).toBeCloseTo(PLOT.left)
        expect(x(points.at(-1)!.at)).toBeCloseTo(PLOT.right)
        expect(y(1)).toBeCloseTo(PLOT.top)
        for (const { risk } of points) {
          expect(y(risk)).toBeGreaterThanOrEqual(PLOT.top)
          expect(y(risk)).toBeLessThanOrEqual(PLOT.bottom + 1e-6)
        }
      }),
    )
  })

  test('leads from a pixel back to the instant, and to an end outside of the plot', () => {
    fc.assert(
      fc.property(curve, fc.double({ min: 0, max: 1, noNaN: true }), (points, share) => {
        const { x, at } = scalesOf(points, PLOT)
        const [first, last] = [points[0]!.at, points.at(-1)!.at]
        const wanted = first + share * (last - first)
        expect(Math.abs(at(x(wanted)) - wanted)).toBeLessThan(1e-6 * (last - first) + 1e-3)
        expect(at(-1e9)).toBe(first)
        expect(at(1e9)).toBe(last)
      }),
    )
  })

  test('leaves room below the least risk, but shows no negative one', () => {
    expect(lowestRisk([{ at: 0, risk: 0.01 }])).toBe(0)
    const low = lowestRisk([{ at: 0, risk: 0.5 }])
    expect(low).toBeGreaterThan(0.4)
    expect(low).toBeLessThan(0.5)
    expect(lowestRisk([{ at: 0, risk: 1 }])).toBeLessThan(1)
  })
})

describe('now', () => {
  test('parts the curve in two that meet on it and lose no point', () => {
    fc.assert(
      fc.property(curve, fc.double({ min: 0, max: 1, noNaN: true }), (points, share) => {
        const [first, last] = [points[0]!.at, points.at(-1)!.at]
        const now = first + share * (last - first)
        const { past, future } = splitAt(points, now)
        expect(past.at(-1)).toEqual(future[0])
        expect(past.at(-1)).toEqual({ at: now, risk: riskOn(points, now) })
        const both = [...past.slice(0, -1), ...future.slice(1)]
        expect(both).toEqual(points.filter(({ at }) => at !== now))
      }),
    )
  })

  test('reads the curve between its points, and its ends outside of them', () => {
    const points = [
      { at: 0, risk: 0.2 },
      { at: 10, risk: 0.4 },
    ]
    expect(riskOn(points, 5)).toBeCloseTo(0.3)
    expect(riskOn(points, -5)).toBe(0.2)
    expect(riskOn(points, 50)).toBe(0.4)
  })
})

test('a path goes from point to point', () => {
  const points = [
    { at: 0, risk: 0.5 },
    { at: 100, risk: 1 },
  ]
  expect(pathOf(points, scalesOf(points, PLOT))).toMatch(/^M40 [\d.]+L640 20$/)
})

describe('zones', () => {
  const milestone = (
    standing: 'light' | 'moderate' | 'heavy' | 'lost',
    threshold: number | null,
  ) => ({
    ...{ standing, threshold, at: null, isPassed: false },
  })

  test('fill the drawing from its lowest risk to certainty', () => {
    const milestones = [
      ...[milestone('light', 0.5), milestone('moderate', 0.65)],
      ...[milestone('heavy', 0.8), milestone('lost', null)],
    ]
    expect(zonesOf(milestones, 0.2)).toEqual([
      { standing: 'healthy', from: 0.2, until: 0.5 },
      { standing: 'light', from: 0.5, until: 0.65 },
      { standing: 'moderate', from: 0.65, until: 0.8 },
      { standing: 'heavy', from: 0.8, until: 1 },
    ])
    expect(zonesOf(milestones, 0.7).map(({ standing }) => standing)).toEqual(['moderate', 'heavy'])
  })
})

describe('an axis', () => {
  test('is marked at the last order and at most so often', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4_000 }),
        fc.integer({ min: 2, max: 12 }),
        (days, most) => {
          const marks = tickDays(days * DAY_MS, most)
          expect(marks[0]).toBe(0)
          expect(marks.length).toBeLessThanOrEqual(most)
          expect(marks.at(-1)).toBeLessThanOrEqual(days)
        },
      ),
    )
  })
})

describe('labels', () => {
  const labels = fc
    .array(
      fc.record({ x: fc.integer({ min: 0, max: 600 }), width: fc.integer({ min: 10, max: 100 }) }),
      { maxLength: 4 },
    )
    .map((given): Label[] => given.toSorted((a, b) => a.x - b.x))

  test('never cover each other and never leave the range', () => {
    fc.assert(
      fc.property(labels, (given) => {
        const middles = placed(given, 0, 600)
        let edge = 0
        for (const [index, { width }] of given.entries()) {
          expect(middles[index]! - width / 2).toBeGreaterThanOrEqual(edge - 1e-6)
          edge = middles[index]! + width / 2
        }
        expect(edge).toBeLessThanOrEqual(600 + 1e-6)
      }),
    )
  })

  test('stand where they want to be if there is room', () => {
    const given = [
      { x: 100, width: 80 },
      { x: 300, width: 80 },
    ]
    expect(placed(given, 0, 600)).toEqual([100, 300])
  })
})
