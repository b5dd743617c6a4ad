import fc from 'fast-check'
import { expect, it } from 'vitest'
import { dueAt, fireDue, onRhythm } from '../silence/episode.ts'
import type { RiskState } from '../silence/risk-state.ts'
import { DEFAULT_TIER_POLICY, SHIPPED_PRIORS } from '../silence/tiers.ts'
import { calendarRule, ownGapRule, recencyQuintileRule, riskRule, tierRule } from './alert-rules.ts'
import { type CustomerOrders, DAY_MS, silencesOf } from './customer-orders.ts'

const TIERS = ['light', 'moderate', 'heavy'] as const
const OTHER = {
  kind: 'mbg-nbd',
  parameters: { r: 0.8, alpha: 9, a: 0.5, b: 9.5 },
} as const

const ordersOn = (...days: number[]): CustomerOrders =>
  days.map((day) => ({ at: Math.round(day * DAY_MS), day: Math.floor(day), valueMinor: 100 }))
const rhythmOf = (days: readonly number[]) => ({
  ...{ repeatDays: days.length - 1, firstAt: days[0]! * DAY_MS, lastAt: days.at(-1)! * DAY_MS },
})

/** Behind all orders and crossings of a test. */
const END = 8_000 * DAY_MS

/** The at_risk alerts of the processor's own episodes: tier and instant. */
function alertsOfEpisodes(orders: CustomerOrders): string[] {
  const scoring = { model: SHIPPED_PRIORS, policy: DEFAULT_TIER_POLICY, customerId: 'c' }
  const told: string[] = []
  let state: RiskState | undefined
  orders.forEach(({ at }, i) => {
    const { rhythm } = silencesOf(orders.slice(0, i + 1)).at(-1)!
    state = onRhythm(state, { ...rhythm, lastOrderId: `o${i}` }, { ...scoring, clock: at }).state
    const end = orders[i + 1]?.at ?? END
    for (let due = dueAt(state); due !== undefined && due < end; due = dueAt(state)) {
      const fired = fireDue(state, { ...scoring, clock: due })
      for (const alert of fired.alerts)
        if (alert.kind === 'at_risk') told.push(`${alert.tier} ${alert.crossedAt}`)
      state = fired.state
    }
  })
  return told.toSorted()
}

it('tells of the tiers at the instants of the episodes that the scorer keeps', () => {
  const gaps = fc.array(fc.integer({ min: 1, max: 4_000 }), { maxLength: 12 })
  fc.assert(
    fc.property(gaps, (tenthsOfDays) => {
      const days = [0]
      for (const gap of tenthsOfDays) days.push(days.at(-1)! + gap / 10)
      const orders = ordersOn(...days)
      const eras = [{ at: 0, model: SHIPPED_PRIORS }]
      const told = TIERS.flatMap((tier) => {
        const rule = riskRule(eras, tierRule(DEFAULT_TIER_POLICY, tier))
        return silencesOf(orders)
          .map(rule)
          .filter((at) => at < END)
          .map((at) => `${tier} ${at}`)
      })
      expect(told.toSorted()).toEqual(alertsOfEpisodes(orders))
    }),
    { numRuns: 60 },
  )
})

it('does not tell what a new model places before its own beginning, and tells what it places later', () => {
  const light = tierRule(DEFAULT_TIER_POLICY, 'light')
  const [silence] = silencesOf(ordersOn(0))
  const slow = riskRule([{ at: 0, model: OTHER }], light)(silence!)
  const quick = riskRule([{ at: 0, model: SHIPPED_PRIORS }], light)(silence!)
  expect(quick).toBeLessThan(slow)
  const eras = (at: number) => [
    { at: 0, model: OTHER },
    { at, model: SHIPPED_PRIORS },
  ]
  expect(riskRule(eras(quick - DAY_MS), light)(silence!)).toBe(quick)
  expect(riskRule(eras(quick + DAY_MS), light)(silence!)).toBe(Number.POSITIVE_INFINITY)
  expect(riskRule(eras(slow + DAY_MS), light)(silence!)).toBe(slow)
})

it('tells after so many days, or own gaps, unless an order comes before', () => {
  const ended = { rhythm: rhythmOf([0, 10, 20]), until: 50 * DAY_MS, spentMinor: 0 }
  expect(calendarRule(29)(ended)).toBe(49 * DAY_MS)
  expect(calendarRule(30)(ended)).toBe(Number.POSITIVE_INFINITY)
  expect(ownGapRule(2)(ended)).toBe(40 * DAY_MS)
  expect(ownGapRule(3)(ended)).toBe(Number.POSITIVE_INFINITY)
  expect(ownGapRule(2)({ ...ended, rhythm: rhythmOf([0]) })).toBe(Number.POSITIVE_INFINITY)
})

it('tells at the cut-off at which a customer is among the fifth with the oldest last orders', () => {
  const customers = [ordersOn(0), ordersOn(5), ordersOn(6), ordersOn(7), ordersOn(8, 25)]
  const cutoffs = [10, 20, 30].map((day) => ({ at: day * DAY_MS, day: day - 1 }))
  const rule = recencyQuintileRule(customers, cutoffs)
  const told = customers.map((orders) => rule(silencesOf(orders).at(-1)!) / DAY_MS)
  const never = Number.POSITIVE_INFINITY
  expect(told).toEqual([10, never, never, never, never])
})
