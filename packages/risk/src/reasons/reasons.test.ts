import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reasonsOf, type WeighedEvidence } from './reasons.ts'

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 5, 1)
const WEIGHING = { at: NOW, least: 0.01 }

const piece = (over: Partial<WeighedEvidence> = {}): WeighedEvidence => ({
  ...{ code: 'PRICE', weight: 1, halfLifeDays: 30, occurredAt: NOW },
  ...over,
})

const arbitraryPiece: fc.Arbitrary<WeighedEvidence> = fc.record(
  {
    code: fc.constantFrom('PRICE', 'QUALITY', 'SERVICE', 'UX', 'NEED_CHANGE', 'UNKNOWN'),
    weight: fc.constantFrom(0, 0.3, 0.6, 1),
    halfLifeDays: fc.constantFrom(7, 14, 30, 60, 180),
    occurredAt: fc.integer({ min: NOW - 400 * DAY_MS, max: NOW + 3_600_000 }),
    resolvedAt: fc.integer({ min: NOW - 400 * DAY_MS, max: NOW + 3_600_000 }),
  },
  { requiredKeys: ['code', 'weight', 'halfLifeDays', 'occurredAt'] },
)
const arbitraryEvidence = fc.array(arbitraryPiece, { maxLength: 12 })

const sharesOf = (...evidence: WeighedEvidence[]) =>
  reasonsOf(evidence, WEIGHING).map(({ code, share }) => [code, share])

describe('reasons', () => {
  test('have shares that add up to 1, the weightiest first, and each its evidence', () => {
    fc.assert(
      fc.property(arbitraryEvidence, (evidence) => {
        const reasons = reasonsOf(evidence, WEIGHING)
        expect(reasons.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 5)
        expect(reasons).toEqual(reasons.toSorted((a, b) => b.share - a.share))
        expect(new Set(reasons.map(({ code }) => code)).size).toBe(reasons.length)
        for (const { code, share, evidence: told } of reasons) {
          expect(share).toBeGreaterThanOrEqual(0)
          if (told.length === 0) expect(reasons).toHaveLength(1)
          for (const each of told) expect(each.code).toBe(code)
        }
      }),
    )
  })

  test('do not depend on the order of the evidence', () => {
    fc.assert(
      fc.property(arbitraryEvidence, (evidence) => {
        const shares = sharesOf(...evidence)
        const turned = sharesOf(...evidence.toReversed())
        // What is added up in another order may differ in its last digit.
        expect(turned.map(([code]) => code).sort()).toEqual(shares.map(([code]) => code).sort())
        for (const [code, share] of shares)
          expect(turned.find(([other]) => other === code)?.[1]).toBeCloseTo(share as number, 5)
      }),
    )
  })

  test('are UNKNOWN alone without evidence: silence is a symptom', () => {
    expect(reasonsOf([], WEIGHING)).toEqual([{ code: 'UNKNOWN', share: 1, evidence: [] }])
  })

  test('are never told by what was made good, nor by what hardly says anything', () => {
    fc.assert(
      fc.property(arbitraryEvidence, (evidence) => {
        const good = evidence.map((each) => ({ ...each, resolvedAt: NOW }))
        expect(sharesOf(...good)).toEqual([['UNKNOWN', 1]])
        expect(sharesOf(...evidence, ...good)).toEqual(sharesOf(...evidence))
        const faint = piece({ code: 'UX', occurredAt: NOW - 200 * DAY_MS })
        expect(sharesOf(...evidence, faint)).toEqual(sharesOf(...evidence))
      }),
    )
  })

  test('count what is made good only later', () => {
    expect(sharesOf(piece({ resolvedAt: NOW + 1 }))).toEqual([['PRICE', 1]])
  })

  test('halve what evidence says with every half-life', () => {
    const older = piece({ code: 'SERVICE', occurredAt: NOW - 30 * DAY_MS })
    expect(sharesOf(older, piece())).toEqual([
      ['PRICE', 0.666_667],
      ['SERVICE', 0.333_333],
    ])
    const slow = piece({ code: 'SERVICE', occurredAt: NOW - 30 * DAY_MS, halfLifeDays: 15 })
    expect(sharesOf(slow, piece())).toEqual([
      ['PRICE', 0.8],
      ['SERVICE', 0.2],
    ])
  })

  test('add up what speaks for one', () => {
    const [ux, price] = [piece({ code: 'UX', weight: 0.6 }), piece()]
    expect(sharesOf(ux, price, ux)).toEqual([
      ['UX', 0.545_455],
      ['PRICE', 0.454_545],
    ])
    const [first] = reasonsOf([ux, price, ux], WEIGHING)
    expect(first?.evidence).toEqual([ux, ux])
  })

  test('weigh evidence from ahead of the clock as if it were of now', () => {
    expect(sharesOf(piece({ occurredAt: NOW + DAY_MS }), piece({ code: 'UX' }))).toEqual([
      ['PRICE', 0.5],
      ['UX', 0.5],
    ])
  })
})
