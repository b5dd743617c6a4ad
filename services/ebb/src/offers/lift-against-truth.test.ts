import type { AlertRecord } from '@ebb/contracts/alert-record'
import { DAY_MS } from '@ebb/customer/calendar'
import { type Decision, decide } from '@ebb/retention/decision/decide'
import { quietAlert } from '@ebb/retention/decision/decision-fixture'
import { liftOf } from '@ebb/retention/experiment/lift'
import { defaultPolicyText } from '@ebb/retention/policy/default-policy'
import { readPolicy } from '@ebb/retention/policy/read-policy'
import { answerTo, type Offer } from '@ebb/simulator/answer-offer'
import { demoShop } from '@ebb/simulator/demo-shop'
import { purchasesOf, type Silence } from '@ebb/simulator/purchase-history'
import { shopperOf } from '@ebb/simulator/shopper'
import { type TreatedShopper, treatedBy, trueEffect } from '@ebb/simulator/true-effect'
import { describe, expect, test } from 'vitest'

const SHOP = demoShop(Date.UTC(2026, 0, 5))
const SHIPPED = readPolicy(defaultPolicyText, { currency: SHOP.currency })
/** A quarter is held out rather than a tenth: fewer customers are enough. */
const POLICY = { ...SHIPPED, experiment: { ...SHIPPED.experiment, holdOut: 0.25 } }
const { windowDays } = POLICY.experiment

/** How many experiments, and customers of each who go quiet: none is in two of them. */
const EXPERIMENTS = 400
const CUSTOMERS = 200

/** Somebody who went quiet, and what is decided for them. */
interface Case {
  readonly userId: string
  readonly silence: Silence
  readonly decidedAt: number
  readonly decision: Decision
}

const TIERS = ['light', 'moderate', 'heavy'] as const

/** Weeks into the first silence of a shopper, as retention hears of it. */
const caseOf = (index: number, salt: string): Case => {
  const userId = `shopper-${index}`
  const left = purchasesOf(SHOP, shopperOf(SHOP, index)).find((purchase) => purchase.silence)
  const silence = left!.silence!
  const raisedAt = silence.from + (15 + (index % 5)) * DAY_MS
  const code = silence.cause === 'NONE' ? 'UNKNOWN' : silence.cause
  const changes: Partial<AlertRecord> = {
    ...{ alertId: `alert of ${userId}`, customerId: `u:${userId}`, userId, raisedAt },
    ...{ tier: TIERS[index % TIERS.length]!, revenueMinor: 5_000 * (index % 13) },
    reasons: [{ code, share: 1, evidence: [] }],
  }
  const decision = decide({
    ...{ alert: quietAlert(changes), policy: POLICY, salt },
    ...{ history: [], isExcluded: false, mode: 'live', timeZone: 'UTC' },
  })
  return { userId, silence, decidedAt: raisedAt, decision }
}

/** What is offered, or would be but for the hold-out. */
const offerOf = ({ userId, decidedAt, decision }: Case): Offer | undefined => {
  const { decisionId, outcome } = decision
  if (outcome.kind === 'none') return undefined
  const { kind, coupon } = outcome.treatment
  const at = (outcome.kind === 'treat' ? outcome.notBefore : undefined) ?? decidedAt
  return { decisionId, userId, kind, decidedAt, at, ...(coupon && { code: decisionId }) }
}

const isBackAlone = ({ silence, decidedAt }: Case): boolean =>
  (silence.returnsAt ?? Number.POSITIVE_INFINITY) <= decidedAt + windowDays * DAY_MS

const isBackTreated = (one: Case): boolean => {
  const answer = answerTo(SHOP, offerOf(one)!)
  return isBackAlone(one) || (answer !== undefined && answer.anyway === undefined)
}

const armOf = (members: readonly Case[], isBack: (one: Case) => boolean) => ({
  customers: members.length,
  returned: members.filter(isBack).length,
})

interface Outcome {
  readonly lift: ReturnType<typeof liftOf>
  readonly treated: readonly TreatedShopper[]
  /** As if nobody had been held out. */
  readonly everybody: readonly TreatedShopper[]
}

const experiment = (number: number): Outcome => {
  const cases = Array.from({ length: CUSTOMERS }, (_, i) =>
    caseOf(number * CUSTOMERS + i, `salt ${number}`),
  )
  const dealt = (kind: Decision['outcome']['kind']) =>
    cases.filter(({ decision }) => decision.outcome.kind === kind)
  const [treated, heldOut] = [dealt('treat'), dealt('hold_out')]
  const shoppers = (members: readonly Case[]) => treatedBy(members.map((one) => offerOf(one)!))
  return {
    lift: liftOf(armOf(treated, isBackTreated), armOf(heldOut, isBackAlone)),
    treated: shoppers(treated),
    everybody: shoppers([...treated, ...heldOut]),
  }
}

const outcomes = Array.from({ length: EXPERIMENTS }, (_, number) => experiment(number))
const told = outcomes.flatMap(({ lift, treated }) => ('from' in lift ? [{ lift, treated }] : []))

const coverageOf = (truthOf: (treated: readonly TreatedShopper[]) => number): number => {
  const covered = told.filter(({ lift, treated }) => {
    const truth = truthOf(treated)
    return lift.from <= truth && truth <= lift.until
  })
  return covered.length / told.length
}

const effectOn = (treated: readonly TreatedShopper[]): number =>
  trueEffect(SHOP, treated, windowDays).all.share

describe('the lift that Ebb measures in a simulated shop', () => {
  const truth = effectOn(outcomes.flatMap(({ everybody }) => everybody))

  test('is told by nearly every experiment, and is right on average', () => {
    expect(told.length).toBeGreaterThan(0.98 * EXPERIMENTS)
    const lifts = told.map(({ lift }) => lift.returned)
    const mean = lifts.reduce((sum, lift) => sum + lift, 0) / lifts.length
    const variance = lifts.reduce((sum, lift) => sum + (lift - mean) ** 2, 0) / lifts.length
    expect(truth).toBeGreaterThan(0.3)
    expect(Math.abs(mean - truth)).toBeLessThan(4 * Math.sqrt(variance / lifts.length))
  })

  test('has an interval that covers the true effect in 93 to 97 % of experiments', () => {
    // 96.0 % of these 400; the standard error is 1.1 points.
    const coverage = coverageOf(() => truth)
    expect(coverage).toBeGreaterThan(0.93)
    expect(coverage).toBeLessThan(0.97)
  })

  test('covers the effect on just those who were treated at least as often', () => {
    // 98.8 %: it is about a larger population, of which the treated are a sample.
    expect(coverageOf(effectOn)).toBeGreaterThan(0.95)
  })
})
