import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CustomerRhythm } from '../models/order-rhythm.ts'
import type { RiskModel } from '../models/risk-model.ts'
import { dueAt, fireDue, onRhythm } from './episode.ts'
import { heldUntil, retiered, retieredDueAt } from './retier.ts'
import type { RiskState } from './risk-state.ts'
import { crossings, DEFAULT_TIER_POLICY, type Scoring, SHIPPED_PRIORS } from './tiers.ts'

const DAY = 86_400_000
const START = Date.UTC(2025, 0, 1)
const SHIPPED: Scoring = { model: SHIPPED_PRIORS, policy: DEFAULT_TIER_POLICY }
/** Customers order more often, so silence is worth an alert sooner. */
const HASTY: Scoring = {
  ...SHIPPED,
  model: { kind: 'mbg-nbd', parameters: { r: 6, alpha: 2, a: 0.9, b: 1.6 } },
}

const positive = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const anyScoring: fc.Arbitrary<Scoring> = fc
  .record({
    r: positive(0.2, 3),
    alpha: positive(1, 30),
    a: positive(0.1, 3),
    b: positive(0.5, 5),
  })
  .map((parameters) => ({ ...SHIPPED, model: { kind: 'mbg-nbd', parameters } as RiskModel }))
const anyRhythm: fc.Arbitrary<CustomerRhythm> = fc
  .record({ repeatDays: fc.nat({ max: 30 }), days: fc.integer({ min: 1, max: 700 }) })
  .map(({ repeatDays, days }) => ({
    repeatDays,
    firstAt: START,
    lastAt: START + (repeatDays === 0 ? 0 : days * DAY),
    lastOrderId: 'base',
  }))
const anySilence = fc.integer({ min: 0, max: 900 * DAY })

const at = (scoring: Scoring, clock: number) => ({ ...scoring, customerId: 'u:1', clock })

/** A customer with these orders who has been silent until `clock`, as ticks have seen it. */
const silent = (rhythm: CustomerRhythm, scoring: Scoring, clock: number): RiskState => {
  const { state } = onRhythm(undefined, rhythm, at(scoring, rhythm.lastAt))
  return fireDue(state, at(scoring, clock)).state
}

describe('a promotion', () => {
  it('passes silently what is crossed until then, and alerts at all that is crossed behind it', () => {
    fc.assert(
      fc.property(anyRhythm, anyScoring, anySilence, (rhythm, scoring, silence) => {
        const passedUntil = rhythm.lastAt + silence
        const before = silent(rhythm, SHIPPED, passedUntil)
        const after = retiered(before, { ...scoring, passedUntil })
        expect(dueAt(after) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(passedUntil)
        const { alerts } = fireDue(after, at(scoring, 8e15))
        const { lost, ...tiers } = crossings(rhythm, scoring.model, scoring.policy)
        const behind = [...Object.values(tiers).filter((tier) => tier <= lost), lost]
          .filter((instant) => instant > passedUntil)
          .sort((a, b) => a - b)
        expect(alerts.map(({ crossedAt }) => crossedAt)).toEqual(behind)
      }),
    )
  })

  it('moves the next timer to where all of its work would', () => {
    const anyPolicy = fc.record({
      lostAfterOrder: fc.constantFrom(0.2, 1, 4),
      lostAfterHeavy: fc.constantFrom(0, 2),
    })
    const anyPromotion = fc.tuple(anyScoring, anyPolicy).map(([scoring, policy]) => ({
      ...{ ...scoring, policy: { ...scoring.policy, ...policy } },
    }))
    fc.assert(
      fc.property(anyRhythm, anyPromotion, anySilence, (rhythm, scoring, silence) => {
        const passedUntil = rhythm.lastAt + silence
        const state = silent(rhythm, SHIPPED, passedUntil)
        const promotion = { ...scoring, passedUntil }
        expect(retieredDueAt(state, promotion)).toBe(dueAt(retiered(state, promotion)))
      }),
      { numRuns: 500 },
    )
  })

  it('of the model in force changes nothing', () => {
    fc.assert(
      fc.property(anyRhythm, anyScoring, anySilence, (rhythm, scoring, silence) => {
        const clock = rhythm.lastAt + silence
        const state = silent(rhythm, scoring, clock)
        expect(retiered(state, { ...scoring, passedUntil: clock })).toEqual(state)
      }),
    )
  })

  it('leaves the same whatever was promoted in between', () => {
    const two = fc.tuple(anySilence, anySilence).map((both) => both.sort((a, b) => a - b))
    fc.assert(
      fc.property(
        fc.tuple(anyRhythm, two),
        anyScoring,
        anyScoring,
        ([rhythm, silences], between, last) => {
          const [first, second] = silences.map((silence) => rhythm.lastAt + silence)
          const state = silent(rhythm, SHIPPED, first!)
          const direct = retiered(state, { ...last, passedUntil: second! })
          const other = retiered(state, { ...between, passedUntil: first! })
          expect(retiered(other, { ...last, passedUntil: second! })).toEqual(direct)
        },
      ),
    )
  })

  it('and an order at one clock come in either order, but for the risk that a return is told with', () => {
    fc.assert(
      fc.property(anyRhythm, anyScoring, anySilence, (rhythm, scoring, silence) => {
        const clock = rhythm.lastAt + silence
        const next = { ...rhythm, repeatDays: rhythm.repeatDays + 1, lastAt: clock }
        const ordered = { ...next, lastOrderId: 'next' }
        fc.pre(crossings(ordered, scoring.model, scoring.policy).light > clock)
        const state = silent(rhythm, SHIPPED, clock)
        const promotion = { ...scoring, passedUntil: clock }
        const promoted = onRhythm(retiered(state, promotion), ordered, at(scoring, clock))
        const inForce = onRhythm(state, ordered, at(SHIPPED, clock))
        const told = ({ alerts }: typeof promoted) =>
          alerts.map(({ alertId, kind, crossedAt }) => ({ alertId, kind, crossedAt }))
        expect(told(promoted)).toEqual(told(inForce))
        const { closed: later, ...left } = promoted.state
        const { closed: sooner, ...right } = retiered(inForce.state, promotion)
        expect(left).toEqual(right)
        expect(later?.orderId).toBe(sooner?.orderId)
      }),
    )
  })

  it('changes nothing for who has no order', () => {
    const { state } = onRhythm(undefined, null, at(SHIPPED, START))
    expect(retiered(state, { ...HASTY, passedUntil: START })).toBe(state)
  })
})

describe('an episode through a promotion', () => {
  const base: CustomerRhythm = {
    ...{ repeatDays: 3, firstAt: START, lastAt: START + 84 * DAY, lastOrderId: 'base' },
  }
  const sooner = crossings(base, HASTY.model, HASTY.policy)
  const later = crossings(base, SHIPPED.model, SHIPPED.policy)
  const next = { ...base, repeatDays: 4, lastAt: later.lost + DAY, lastOrderId: 'next' }

  it('that was told ends with its return, though the new model saw it healthy', () => {
    const raised = silent(base, HASTY, sooner.light)
    const passedUntil = sooner.light
    expect(passedUntil).toBeLessThan(later.light)
    const healthy = retiered(raised, { ...SHIPPED, passedUntil })
    expect(healthy).toMatchObject({ stage: 0, firstCrossedAt: sooner.light })
    const soon = { ...next, lastAt: passedUntil + DAY }
    const { alerts, state } = onRhythm(healthy, soon, at(SHIPPED, soon.lastAt))
    expect(alerts).toMatchObject([{ kind: 'recovered', previousTier: 'healthy' }])
    expect(state.closed?.orderId).toBe('base')
  })

  it('that was told and is healthy now has the alert of a tier it enters again, by its old id', () => {
    const told = fireDue(silent(base, HASTY, START), at(HASTY, sooner.light)).alerts
    const healthy = retiered(silent(base, HASTY, sooner.light), {
      ...{ ...SHIPPED, passedUntil: sooner.light },
    })
    const again = fireDue(healthy, at(SHIPPED, later.light)).alerts
    expect(again.map(({ alertId }) => alertId)).toEqual(told.map(({ alertId }) => alertId))
  })

  it('that was never told ends untold, though the new model sees it at risk', () => {
    const quiet = silent(base, SHIPPED, sooner.moderate)
    expect(quiet.stage).toBe(0)
    const passed = retiered(quiet, { ...HASTY, passedUntil: sooner.moderate })
    expect(passed).toMatchObject({ stage: 2, firstCrossedAt: null })
    expect(onRhythm(passed, next, at(HASTY, next.lastAt)).alerts).toEqual([])
    const { alerts, state } = fireDue(passed, at(HASTY, sooner.heavy))
    expect(alerts).toMatchObject([{ tier: 'heavy', previousTier: 'moderate' }])
    expect(state.firstCrossedAt).toBe(sooner.heavy)
  })

  it('keeps a silent tier when other orders change underneath, and is not withdrawn', () => {
    const passed = retiered(silent(base, SHIPPED, sooner.moderate), {
      ...{ ...HASTY, passedUntil: sooner.moderate },
    })
    const fewer = { ...base, firstAt: START - DAY }
    const { alerts, state } = onRhythm(passed, fewer, at(HASTY, sooner.moderate))
    expect(alerts).toEqual([])
    expect(state).toMatchObject({ stage: 2, firstCrossedAt: null })
    const healthy = retiered(silent(base, HASTY, sooner.light), {
      ...{ ...SHIPPED, passedUntil: sooner.light },
    })
    const revised = onRhythm(healthy, fewer, at(SHIPPED, sooner.light))
    expect(revised.alerts).toEqual([])
    expect(revised.state).toMatchObject({ stage: 0, firstCrossedAt: sooner.light })
  })
})

describe('who is held until an instant', () => {
  it('is told then what was crossed before, and later what is crossed later', () => {
    fc.assert(
      fc.property(anyRhythm, anySilence, (rhythm, silence) => {
        const state = silent(rhythm, SHIPPED, rhythm.lastAt)
        const until = rhythm.lastAt + silence
        const held = heldUntil(state, until)
        expect(dueAt(held)).toBeGreaterThanOrEqual(until)
        const crossedAt = (of: RiskState) =>
          fireDue(of, at(SHIPPED, 8e15)).alerts.map((alert) => alert.crossedAt)
        expect(crossedAt(held)).toEqual(crossedAt(state).map((each) => Math.max(each, until)))
      }),
    )
  })
})
