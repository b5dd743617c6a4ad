import { QUALITY_MEASURES } from '@ebb/contracts/quality-measures'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CountRow } from './counter.ts'
import { bucketOf, quantileOf } from './interval-histogram.ts'
import { civilDate, civilDay, qualityDays } from './quality-view.ts'

const rows = (counts: Readonly<Record<string, number>>, over: Partial<CountRow> = {}): CountRow[] =>
  Object.entries(counts).map(([counter, count]) => ({
    ...{ day: 20_605, source: 'web', counter, count },
    ...over,
  }))

describe('a day of a source', () => {
  const [day] = qualityDays(
    rows({
      ...{
        accepted: 90,
        refused: 10,
        'code:EBB_EVENT_TOO_OLD': 3,
        'code:EBB_EVENT_NAME_MISSING': 7,
      },
      ...{ 'lateness:1000': 50, 'lateness:60000': 39, 'lateness:86400000': 1 },
      ...{ orders: 10, noOrderId: 4, views: 80, bots: 40, anonymous: 80 },
    }),
  )

  test('says what was refused, by reason, and how late events are', () => {
    expect(day).toMatchObject({
      ...{ day: '2026-06-01', source: 'web', accepted: 90, refused: 10 },
      refusedBy: [
        { code: 'EBB_EVENT_NAME_MISSING', count: 7 },
        { code: 'EBB_EVENT_TOO_OLD', count: 3 },
      ],
      lateness: { p50Ms: 1_000, p95Ms: 60_000 },
    })
    expect(day).not.toHaveProperty('skew')
  })

  test('has the faults that are beyond their limit first, the worst of them on top', () => {
    expect(day?.measures.slice(0, 3)).toEqual([
      { measure: 'refused', faulty: 10, of: 100, isBad: true },
      { measure: 'bots', faulty: 40, of: 80, isBad: true },
      // Beyond its limit, and too few to say so.
      { measure: 'noOrderId', faulty: 4, of: 10, isBad: false },
    ])
    expect(day?.measures.find(({ measure }) => measure === 'late')).toEqual({
      ...{ measure: 'late', faulty: 1, of: 90, isBad: false },
    })
  })

  test('leaves out what nothing could have had', () => {
    expect(day?.measures.map(({ measure }) => measure)).not.toContain('refundOver')
    expect(qualityDays(rows({ refused: 2 }))[0]?.measures).toEqual([
      { measure: 'refused', faulty: 2, of: 2, isBad: false },
    ])
  })
})

test('days come the worst first, then the latest', () => {
  const days = qualityDays([
    ...rows({ accepted: 100 }, { day: 1 }),
    ...rows({ accepted: 100, refused: 5 }, { day: 2 }),
    ...rows({ accepted: 100, refused: 50 }, { day: 3, source: 'app' }),
    ...rows({ accepted: 100 }, { day: 4 }),
  ])
  expect(days.map(({ day }) => civilDay(day))).toEqual([3, 2, 4, 1])
})

test('copies that are told of before their events are never more than all', () => {
  const [day] = qualityDays(rows({ accepted: 2, copies: 9 }))
  expect(day?.measures[0]).toEqual({ measure: 'copies', faulty: 2, of: 2, isBad: false })
})

test('a date is the day that it was made of', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 50_000 }), (day) => civilDay(civilDate(day)) === day),
  )
})

test('a quantile is the end of the interval in which the nearest rank lies', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 10 ** 9 }), { minLength: 1 }),
      fc.constantFrom(0.5, 0.95),
      (times, share) => {
        const histogram = new Map<number, number>()
        for (const ms of times) histogram.set(bucketOf(ms), (histogram.get(bucketOf(ms)) ?? 0) + 1)
        const sorted = times.toSorted((a, b) => a - b)
        const ranked = sorted[Math.ceil(share * times.length) - 1]!
        expect(quantileOf(histogram, share)).toBe(bucketOf(ranked))
      },
    ),
  )
})

test('every fault has a name of its own and a limit that is a share', () => {
  const names = QUALITY_MEASURES.map(({ measure }) => measure)
  expect(new Set(names).size).toBe(names.length)
  for (const { limit } of QUALITY_MEASURES) expect(limit > 0 && limit < 1).toBe(true)
})
