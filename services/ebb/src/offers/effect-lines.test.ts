import type { DecisionView, WinbackSummary } from '@ebb/contracts/winback-api'
import { DAY_MS } from '@ebb/customer/calendar'
import type { Offer } from '@ebb/simulator/answer-offer'
import { describe, expect, test } from 'vitest'
import { effectLines } from './effect-lines.ts'
import { answersOf, SHOP } from './offers-fixture.ts'
import { type EffectSources, trueEffects } from './true-effects.ts'

const ANSWERS = answersOf(40).slice(0, 4)
const OFFERS = ANSWERS.map(({ offer }) => offer)
const ALL_OVER = Math.max(...OFFERS.map(({ decidedAt }) => decidedAt)) + 30 * DAY_MS

const decisionOf = ({ userId, decidedAt }: Pick<Offer, 'userId' | 'decidedAt'>): DecisionView => ({
  ...{ decisionId: `decision ${userId}`, alertId: 'a', episodeId: 'e', customerId: `u:${userId}` },
  ...{ tier: 'light', reasons: [], segment: 'small', status: 'sent', arm: 'treated' },
  ...{ policyVersion: 1, decidedAt: new Date(decidedAt).toISOString() },
})

const arms = [
  { arm: 'treated', customers: 90, returned: 30, revenueMinor: 0, couponCostMinor: 0 },
  { arm: 'hold_out', customers: 30, returned: 5, revenueMinor: 0, couponCostMinor: 0 },
] as const

const summaryWith = (
  lift: Partial<Pick<WinbackSummary['experiment'], 'lift' | 'notEnough'>>,
): WinbackSummary => ({
  ...{ mode: 'live', alertsPaused: false, policyVersion: 1, currency: 'USD' },
  coupons: { issued: 0, reserved: 0, redeemed: 0, expired: 0, cancelled: 0 },
  ...{ decisions: [], budgets: [] },
  experiment: { id: 'one', holdOutShare: 0.1, windowDays: 30, arms, ...lift },
})

const LIFT = { lift: { returned: 0.1666, from: -0.021, until: 0.2999 } }
const linesOf = (over: Partial<EffectSources> = {}) => {
  const sources = {
    ...{ shop: SHOP, offers: OFFERS, now: ALL_OVER },
    measured: { summary: summaryWith(LIFT), treated: OFFERS.map(decisionOf) },
    ...over,
  }
  return effectLines(trueEffects(sources), sources.measured.summary.experiment)
}

describe('what a demonstration tells of its win-backs at its end', () => {
  test('is the true effect beside the lift that Ebb measured', () => {
    const [truth, segments, measured] = linesOf()
    expect(truth).toContain('of 4 treated customers')
    expect(truth).toContain('4 (100.0 %) ordered only because of an offer')
    expect(segments).toMatch(/^ {2}by why they had left: [A-Z_]+ \d of \d/)
    expect(measured).toBe(
      'What Ebb measured: 33.3 % of 90 treated and 16.7 % of 30 held out ordered: ' +
        '16.7 points more (95 % interval -2.1 to 30.0).',
    )
  })

  test('leaves out who still has time, and counts who was to be treated and got nothing', () => {
    expect(linesOf({ now: ALL_OVER - 1 })[0]).toContain('of 3 treated customers')
    const [first] = OFFERS
    expect(linesOf({ offers: OFFERS.filter((offer) => offer !== first) })[0]).toContain(
      'of 4 treated customers whose 30 days are over, 3 (75.0 %)',
    )
  })

  test('says so where nothing can be said yet', () => {
    const summary = summaryWith({ notEnough: { of: 'hold_out', have: 0, need: 30 } })
    expect(linesOf({ measured: { summary, treated: [] } })).toEqual([
      'The truth of this simulation: of 0 treated customers whose 30 days are over, ' +
        '0 (0.0 %) ordered only because of an offer.',
      'What Ebb measured: not enough data yet (0 of at least 30 held-out customers have had their time).',
    ])
  })
})
