import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Candidate, Policy } from '../policy/policy.ts'
import { decide } from './decide.ts'
import {
  DAY_MS,
  openInput,
  openPolicy,
  quietAlert,
  ruleFor,
  SUNDAY_NOON,
} from './decision-fixture.ts'
import type { DecisionInput } from './decision-input.ts'

const experiment = (holdOut: number, id = 'one') => ({ id, holdOut, windowDays: 30 })

const arbitraryPolicy: fc.Arbitrary<Policy> = fc
  .record({
    experiment: fc.double({ min: 0, max: 0.5, noNaN: true }).map((share) => experiment(share)),
    consent: fc.record({ unknown: fc.constantFrom('deny', 'allow') }),
    valueFloorMinor: fc.nat(20_000),
    caps: fc.record({
      count: fc.integer({ min: 1, max: 4 }),
      days: fc.integer({ min: 1, max: 60 }),
    }),
    coolDownDays: fc.nat(30),
  })
  .map(openPolicy)

const arbitraryAlert = fc
  .record({
    alertId: fc.string(),
    customerId: fc.string(),
    tier: fc.constantFrom('light', 'moderate', 'heavy'),
    isOutranked: fc.boolean(),
    revenueMinor: fc.integer({ min: -1_000, max: 100_000 }),
    raisedAt: fc.nat(400 * DAY_MS).map((ms) => SUNDAY_NOON + ms),
    consent: fc.constantFrom({}, { marketing: true }, { marketing: false }),
  })
  .map(quietAlert)

const arbitraryInput: fc.Arbitrary<DecisionInput> = fc.record({
  alert: arbitraryAlert,
  policy: arbitraryPolicy,
  history: fc.array(
    fc.nat(400 * DAY_MS).map((ms) => ({ decidedAt: SUNDAY_NOON + ms })),
    { maxLength: 4 },
  ),
  isExcluded: fc.boolean(),
  mode: fc.constantFrom('live', 'shadow', 'paused'),
  salt: fc.string(),
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Shanghai'),
})

describe('a decision', () => {
  it('is the same for the same input, whatever the order of the history', () => {
    fc.assert(
      fc.property(arbitraryInput, (input) => {
        const copy = structuredClone(input)
        const backwards = { ...copy, history: copy.history.toReversed() }
        expect(decide(backwards)).toEqual(decide(input))
      }),
    )
  })

  it('never acts for a customer who is excluded, refused, or in a shop that is paused', () => {
    fc.assert(
      fc.property(arbitraryInput, (input) => {
        const { alert, policy, isExcluded, mode } = input
        const marketing = alert.consent.marketing
        const mayAsk = marketing ?? policy.consent.unknown === 'allow'
        const isBarred = isExcluded || !mayAsk || mode === 'paused' || alert.isOutranked
        if (isBarred) expect(decide(input).outcome.kind).toBe('none')
      }),
    )
  })

  it('never exceeds caps or cool-down, whatever the sequence of alerts', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 20 * DAY_MS }), {
      minLength: 1,
      maxLength: 60,
    })
    fc.assert(
      fc.property(arbitraryPolicy, steps, (given, gaps) => {
        const policy = { ...given, valueFloorMinor: 0 }
        const history: { decidedAt: number }[] = []
        let raisedAt = SUNDAY_NOON
        gaps.forEach((gap, i) => {
          raisedAt += gap
          const alert = quietAlert({ alertId: `${i}`, raisedAt })
          const { outcome } = decide(openInput({ alert, policy, history: [...history] }))
          if (outcome.kind !== 'none') history.push({ decidedAt: raisedAt })
        })
        const times = history.map(({ decidedAt }) => decidedAt)
        for (const [i, at] of times.entries()) {
          const { caps, coolDownDays } = policy
          const inWindow = times.filter((other) => other <= at && at - other < caps.days * DAY_MS)
          expect(inWindow.length).toBeLessThanOrEqual(caps.count)
          if (i > 0) expect(at - times[i - 1]!).toBeGreaterThanOrEqual(coolDownDays * DAY_MS)
        }
        expect(times).not.toHaveLength(0)
      }),
    )
  })
})

/** Outcomes for so many customers, each with an alert of their own. */
const outcomesOf = (customers: number, changes: Partial<DecisionInput>) =>
  Array.from({ length: customers }, (_, i) => {
    const alert = quietAlert({ customerId: `u:${i}`, alertId: `alert-${i}` })
    return decide(openInput({ alert, ...changes })).outcome
  })

const CUSTOMERS = 20_000

/** Five standard deviations of a share: a fair draw leaves them once in two million. */
const tolerance = (share: number, of = CUSTOMERS): number =>
  5 * Math.sqrt((share * (1 - share)) / of)

describe('the hold-out', () => {
  it.each([0, 0.05, 0.1, 0.5])('takes its share of 20,000 customers: %d', (holdOut) => {
    const outcomes = outcomesOf(CUSTOMERS, {
      policy: openPolicy({ experiment: experiment(holdOut) }),
    })
    const share = outcomes.filter(({ kind }) => kind === 'hold_out').length / CUSTOMERS
    expect(Math.abs(share - holdOut)).toBeLessThanOrEqual(tolerance(holdOut))
  })

  it('keeps a customer in one arm, whatever the alert, the tier and the rules', () => {
    const policy = openPolicy({ experiment: experiment(0.5) })
    const others = openPolicy({ experiment: experiment(0.5), rules: [ruleFor({})] })
    fc.assert(
      fc.property(fc.string(), fc.array(arbitraryAlert, { minLength: 2 }), (customerId, alerts) => {
        const arms = alerts.map((alert, i) => {
          const open = { isOutranked: false, revenueMinor: 20_000, consent: { marketing: true } }
          const input = { alert: { ...alert, ...open, customerId }, history: [] }
          return decide(openInput({ ...input, policy: i % 2 === 0 ? policy : others })).outcome.kind
        })
        expect(new Set(arms).size).toBe(1)
      }),
    )
  })

  it('keeps those whom a smaller share held out when the share grows', () => {
    const [few, many] = [0.1, 0.3].map((share) =>
      outcomesOf(2_000, { policy: openPolicy({ experiment: experiment(share) }) }),
    )
    few!.forEach(({ kind }, i) => {
      if (kind === 'hold_out') expect(many![i]!.kind).toBe('hold_out')
    })
  })

  it.each([
    ['experiment', { policy: openPolicy({ experiment: experiment(0.5, 'two') }) }],
    ['salt', { salt: 'other' }],
  ])('deals the customers anew by another %s', (_, changes) => {
    const policy = openPolicy({ experiment: experiment(0.5) })
    const before = outcomesOf(CUSTOMERS, { policy })
    const after = outcomesOf(CUSTOMERS, { policy, ...changes })
    const same = before.filter(({ kind }, i) => kind === after[i]!.kind).length / CUSTOMERS
    expect(Math.abs(same - 0.5)).toBeLessThanOrEqual(tolerance(0.5))
  })
})

const arbitraryWeights = fc.array(fc.integer({ min: 1, max: 1_000 }), {
  minLength: 1,
  maxLength: 4,
})
const NAMES = ['coupon', 'survey', 'call', 'points']

const policyOf = (weights: readonly number[], holdOut: number): Policy => {
  const candidates = weights.map((weight, i): Candidate => ({ treatment: NAMES[i]!, weight }))
  return openPolicy({ rules: [ruleFor({ candidates })], experiment: experiment(holdOut) })
}

/** The propensity of each outcome that occurs among many customers. */
const propensities = (policy: Policy, customers: number): Map<string, number> =>
  new Map(
    outcomesOf(customers, { policy }).map((outcome) => {
      if (outcome.kind === 'none') throw new Error(outcome.reason)
      return [`${outcome.kind} ${outcome.treatment.id}`, outcome.propensity]
    }),
  )

describe('propensities', () => {
  it('add up to 1 with the hold-out, each above 0', () => {
    const share = fc.double({ min: 0.05, max: 0.5, noNaN: true })
    const even = fc.array(fc.integer({ min: 2, max: 6 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(even, share, (weights, holdOut) => {
        const all = propensities(policyOf(weights, holdOut), 3_000)
        // Everything that can happen to somebody has.
        expect(all.size).toBe(2 * weights.length)
        const sum = all.values().reduce((total, propensity) => total + propensity, 0)
        expect(sum).toBeCloseTo(1, 12)
        const treated = [...all].filter(([outcome]) => outcome.startsWith('treat'))
        const sumTreated = treated.reduce((total, [, propensity]) => total + propensity, 0)
        expect(sumTreated + holdOut).toBeCloseTo(1, 12)
      }),
      { numRuns: 15 },
    )
  })

  it('are never 0 for what is done', () => {
    fc.assert(
      fc.property(arbitraryWeights, fc.string(), (weights, alertId) => {
        const alert = quietAlert({ alertId })
        const { outcome } = decide(openInput({ alert, policy: policyOf(weights, 0.5) }))
        expect(outcome).toHaveProperty('propensity')
        expect((outcome as { propensity: number }).propensity).toBeGreaterThan(0)
      }),
    )
  })

  it('are how often each outcome comes about', () => {
    const policy = policyOf([5, 3, 2], 0.2)
    const counts = new Map<string, number>()
    for (const outcome of outcomesOf(CUSTOMERS, { policy })) {
      if (outcome.kind === 'none') throw new Error(outcome.reason)
      const name = `${outcome.kind} ${outcome.treatment.id}`
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    for (const [name, propensity] of propensities(policy, 1_000)) {
      const share = counts.get(name)! / CUSTOMERS
      expect(Math.abs(share - propensity)).toBeLessThanOrEqual(tolerance(propensity))
    }
  })
})
