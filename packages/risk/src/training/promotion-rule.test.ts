import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HeldOutCase } from './held-out.ts'
import { promotionVerdict } from './promotion-rule.ts'

const anyCase: fc.Arbitrary<HeldOutCase> = fc.record({
  frequency: fc.nat(12),
  risk: fc.double({ min: 0, max: 1, noNaN: true }),
  isTrue: fc.boolean(),
})
const anyCases = fc.array(anyCase, { minLength: 1, maxLength: 200 })

/** So many of each: quiet ones are given one risk, the others another. */
const cases = (each: number, frequency: number, risks: readonly [quiet: number, other: number]) =>
  [true, false].flatMap((isTrue) =>
    Array.from({ length: each }, (): HeldOutCase => {
      return { frequency, risk: isTrue ? risks[0] : risks[1], isTrue }
    }),
  )

describe('the rule of promotion', () => {
  test('no model takes its own place', () => {
    fc.assert(
      fc.property(anyCases, (all) => {
        expect(promotionVerdict(all, all).isBetter).toBe(false)
      }),
    )
  })

  test('of two models at most one takes the place of the other', () => {
    fc.assert(
      fc.property(anyCases, fc.func(fc.double({ min: 0, max: 1, noNaN: true })), (all, other) => {
        const others = all.map((one, i) => ({ ...one, risk: other(i) }))
        const ways = [promotionVerdict(all, others), promotionVerdict(others, all)]
        expect(ways.every(({ isBetter }) => isBetter)).toBe(false)
      }),
    )
  })

  test('a gain of less than one per cent is none, however many customers show it', () => {
    const champion = cases(5_000, 1, [0.6, 0.4])
    expect(promotionVerdict(cases(5_000, 1, [0.601, 0.4]), champion).isBetter).toBe(false)
    expect(promotionVerdict(cases(5_000, 1, [0.61, 0.4]), champion).isBetter).toBe(true)
  })

  test('nor is one that chance would give', () => {
    const mixed = [...cases(50, 1, [0.9, 0.1]), ...cases(49, 1, [0.1, 0.9])]
    const champion = mixed.map((one) => ({ ...one, risk: one.risk < 0.5 ? 0.101 : 0.899 }))
    const verdict = promotionVerdict(
      mixed.map((one, i) => ({ ...one, risk: i < 120 ? one.risk : 0.5 })),
      champion.map((one, i) => ({ ...one, risk: i < 80 ? one.risk : 0.5 })),
    )
    expect(verdict.isBetter).toBe(false)
  })

  test('nobody who is blinder for the loyal is promoted, unless too few of them say so', () => {
    const others = cases(500, 0, [0.9, 0.1])
    const worse = cases(500, 0, [0.6, 0.4])
    const verdictWith = (loyal: number) =>
      promotionVerdict(
        [...others, ...cases(loyal, 9, [0.5, 0.5])],
        [...worse, ...cases(loyal, 9, [0.55, 0.45])],
      )
    expect(verdictWith(10).isBetter).toBe(false)
    expect(verdictWith(10).why).toContain('AUC of the loyal 0.5000 against 1.0000')
    expect(verdictWith(9).isBetter).toBe(true)
    expect(verdictWith(9).why).toContain('too few loyal customers')
  })
})
