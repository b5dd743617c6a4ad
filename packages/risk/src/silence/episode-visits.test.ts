import { describe, expect, it } from 'vitest'
import type { VisitRhythm } from '../models/visit-rhythm.ts'
import type { ScoringContext } from './alert.ts'
import { dueAt, fireDue, onRhythm } from './episode.ts'
import { lightWithVisits } from './light-with-visits.ts'
import { crossings, DEFAULT_TIER_POLICY, SHIPPED_PRIORS } from './tiers.ts'

const DAY = 86_400_000
const SCORING = { model: SHIPPED_PRIORS, policy: DEFAULT_TIER_POLICY }
const KNOWING = { ...SCORING, visitPrior: { shape: 2, rate: 16 } }

/** Four orders in twelve weeks, and a visit nearly every other day. */
const ORDERS = { repeatDays: 3, firstAt: 0, lastAt: 84 * DAY, lastOrderId: 'base' }
const VISITS = { repeatDays: 40, firstAt: 0, lastAt: 84 * DAY }
const AT = crossings(ORDERS, SHIPPED_PRIORS, DEFAULT_TIER_POLICY)
const LIGHT = lightWithVisits({ rhythm: ORDERS, visits: VISITS }, KNOWING)

const at = (clock: number, visits: VisitRhythm = VISITS): ScoringContext => {
  return { ...KNOWING, customerId: 'u:1', clock, visits }
}
const seenAt = (lastAt: number): VisitRhythm => ({ ...VISITS, lastAt })

const begun = () => onRhythm(undefined, ORDERS, at(ORDERS.lastAt)).state
const told = () => fireDue(begun(), at(LIGHT))

describe('an episode that visits begin', () => {
  it('is told when light begins by them, once, and goes on as the orders have it', () => {
    expect(LIGHT).toBeLessThan(AT.light)
    const { state, alerts } = told()
    expect(alerts).toMatchObject([{ tier: 'light', crossedAt: LIGHT, signal: 'visits' }])
    const again = onRhythm(state, ORDERS, at(LIGHT + DAY, seenAt(LIGHT + DAY)))
    expect(again.alerts).toEqual([])
    expect(dueAt(again.state)).toBe(AT.moderate)
    const ordered = { ...ORDERS, repeatDays: 4, lastAt: LIGHT + 2 * DAY, lastOrderId: 'next' }
    expect(onRhythm(again.state, ordered, at(LIGHT + 2 * DAY)).alerts).toMatchObject([
      { kind: 'recovered', previousTier: 'light' },
    ])
  })

  it('has the id that it would have without them: for consumers it is the same alert', () => {
    const plain = onRhythm(undefined, ORDERS, { ...SCORING, customerId: 'u:1', clock: 84 * DAY })
    const { alerts } = fireDue(plain.state, { ...SCORING, customerId: 'u:1', clock: AT.light })
    expect(told().alerts[0]!.alertId).toBe(alerts[0]!.alertId)
    expect(alerts[0]).not.toHaveProperty('signal')
  })

  it('is withdrawn where orders change underneath, unless visits hold it', () => {
    // An order in between was cancelled: they order less often, so silence is less of a surprise.
    const fewer = { ...ORDERS, repeatDays: 1 }
    const later = lightWithVisits({ rhythm: fewer, visits: VISITS }, KNOWING)
    const holding = onRhythm(fireDue(begun(), at(later)).state, fewer, at(later))
    expect([holding.alerts, holding.state.stage]).toEqual([[], 1])
    const seen = onRhythm(fireDue(begun(), at(later)).state, fewer, at(later, seenAt(later)))
    expect(seen.alerts.map(({ kind }) => kind)).toEqual(['withdrawn'])
  })

  it('puts a crossing that a visit reveals at the clock of its record, and keeps an earlier one', () => {
    const silent = onRhythm(undefined, ORDERS, { ...at(84 * DAY), visitPrior: undefined }).state
    expect(dueAt(silent)).toBe(AT.light)
    const revealed = onRhythm(silent, ORDERS, at(LIGHT + DAY, { ...VISITS, repeatDays: 41 })).state
    expect(dueAt(revealed)).toBe(LIGHT + DAY)
    const more = onRhythm(revealed, ORDERS, at(LIGHT + 2 * DAY)).state
    expect(dueAt(more)).toBe(LIGHT + DAY)
  })
})
