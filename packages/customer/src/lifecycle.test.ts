import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIFECYCLES, type Lifecycle, lifecycleAt, RECOVERED_MS } from './lifecycle.ts'

const NOW = Date.UTC(2026, 5, 1)
const instantArb = fc.integer({ min: NOW - 2 * RECOVERED_MS, max: NOW + 2 * RECOVERED_MS })
const factsArb = fc.record({
  repeatDays: fc.nat(50),
  stage: fc.nat(4),
  recoveredAt: fc.option(instantArb, { nil: null }),
})

/** The definitions of docs/customers.md, each by itself. */
const DEFINITIONS: Readonly<
  Record<Lifecycle, (facts: Parameters<typeof lifecycleAt>[0], now: number) => boolean>
> = {
  recovered: ({ stage, recoveredAt }, now) => stage === 0 && isBack(recoveredAt, now),
  new: ({ stage, recoveredAt, repeatDays }, now) =>
    stage === 0 && !isBack(recoveredAt, now) && repeatDays === 0,
  active: ({ stage, recoveredAt, repeatDays }, now) =>
    stage === 0 && !isBack(recoveredAt, now) && repeatDays > 0,
  cooling: ({ stage }) => stage === 1,
  at_risk: ({ stage }) => stage === 2,
  dormant: ({ stage }) => stage === 3,
  lost: ({ stage }) => stage === 4,
}
const isBack = (recoveredAt: number | null, now: number) =>
  recoveredAt !== null && now - recoveredAt < RECOVERED_MS

describe('the lifecycle', () => {
  test('of any customer at any time is one by its definition, and no other', () => {
    fc.assert(
      fc.property(factsArb, instantArb, (facts, now) => {
        const fitting = LIFECYCLES.filter((each) => DEFINITIONS[each](facts, now))
        expect(fitting).toEqual([lifecycleAt(facts, now)])
      }),
    )
  })

  test('of a silent customer never goes back', () => {
    const silence = (lifecycle: Lifecycle) =>
      Math.max(0, LIFECYCLES.indexOf(lifecycle) - LIFECYCLES.indexOf('recovered'))
    const laterArb = fc.record({ stages: fc.nat(4), ms: fc.nat(4 * RECOVERED_MS) })
    fc.assert(
      fc.property(factsArb, instantArb, laterArb, (facts, now, later) => {
        const stage = Math.min(4, facts.stage + later.stages)
        const before = lifecycleAt(facts, now)
        const after = lifecycleAt({ ...facts, stage }, now + later.ms)
        expect(silence(after)).toBeGreaterThanOrEqual(silence(before))
        // Who only waits becomes recovered never, and new only behind a return.
        if (before !== 'recovered') expect(after).not.toBe('recovered')
        if (before === 'active') expect(after).not.toBe('new')
      }),
    )
  })

  test('is recovered for thirty days from the return, and not a millisecond longer', () => {
    const back = { repeatDays: 3, stage: 0, recoveredAt: NOW }
    expect(lifecycleAt(back, NOW)).toBe('recovered')
    expect(lifecycleAt(back, NOW + RECOVERED_MS - 1)).toBe('recovered')
    expect(lifecycleAt(back, NOW + RECOVERED_MS)).toBe('active')
    expect(lifecycleAt({ ...back, stage: 1 }, NOW)).toBe('cooling')
  })
})
