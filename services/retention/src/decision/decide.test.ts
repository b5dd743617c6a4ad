import type { ReasonCode } from '@ebb/contracts/alert-record'
import { describe, expect, it } from 'vitest'
import type { Policy } from '../policy/policy.ts'
import { decide } from './decide.ts'
import {
  COUPON,
  DAY_MS,
  openInput,
  openPolicy,
  quietAlert,
  ruleFor,
  SUNDAY_NOON,
} from './decision-fixture.ts'
import type { DecisionInput } from './decision-input.ts'

const daysAgo = (days: number) => ({ decidedAt: SUNDAY_NOON - days * DAY_MS })

/** What closes each gate, in the order of the gates; the last one is no gate. */
const CLOSING = [
  ['OUTRANKED', { alert: { isOutranked: true } }],
  ['PAUSED', { mode: 'paused' }],
  ['EXCLUDED', { isExcluded: true }],
  ['NO_CONSENT', { alert: { consent: { marketing: false } } }],
  ['BELOW_VALUE_FLOOR', { alert: { revenueMinor: 999 } }],
  ['CAP_REACHED', { history: [daysAgo(29), daysAgo(28)] }],
  ['COOL_DOWN', { history: [daysAgo(6.9)] }],
  ['NO_TREATMENT', { policy: openPolicy({ rules: [ruleFor({ candidates: [] })] }) }],
] as const

type Closing = Omit<Partial<DecisionInput>, 'alert'> & {
  readonly alert?: Parameters<typeof quietAlert>[0]
}

const inputWith = (...closings: readonly Closing[]): DecisionInput => {
  const alert = quietAlert(Object.assign({}, ...closings.map(({ alert = {} }) => alert)))
  const history = closings.flatMap(({ history = [] }) => history)
  return openInput({ ...Object.assign({}, ...closings), alert, history })
}

const reasonOf = (input: DecisionInput): string | undefined => {
  const { outcome } = decide(input)
  return outcome.kind === 'none' ? outcome.reason : undefined
}

describe('the gates', () => {
  it('are all open for a customer who may be treated', () => {
    expect(decide(openInput()).outcome.kind).toBe('treat')
  })

  it.each(CLOSING)('%s closes by itself', (reason, closing) => {
    expect(reasonOf(inputWith(closing))).toBe(reason)
  })

  it.each(CLOSING.map(([reason], index) => [reason, index] as const))(
    '%s comes before all that follow it',
    (reason, index) => {
      const closings = CLOSING.slice(index).map(([, closing]): Closing => closing)
      expect(reasonOf(inputWith(...closings))).toBe(reason)
    },
  )

  // Each edge, and whether something is done there.
  it.each([
    ['consent that was never asked for, where that means no', { alert: { consent: {} } }, false],
    [
      'consent that was never asked for, where that means yes',
      { alert: { consent: {} }, policy: openPolicy({ consent: { unknown: 'allow' } }) },
      true,
    ],
    [
      'a refusal, whatever silence means',
      {
        alert: { consent: { marketing: false } },
        policy: openPolicy({ consent: { unknown: 'allow' } }),
      },
      false,
    ],
    ['revenue at the floor', { alert: { revenueMinor: 1_000 } }, true],
    ['one less than the cap', { history: [daysAgo(29)] }, true],
    ['decisions as old as the cap looks back', { history: [daysAgo(30), daysAgo(30)] }, true],
    ['a decision as old as the cool-down', { history: [daysAgo(7)] }, true],
    ['a decision at the same instant', { history: [daysAgo(0)] }, false],
    ['a decision later than a late alert', { history: [daysAgo(-40)] }, false],
    [
      'a decision at the same instant, without cool-down',
      { history: [daysAgo(0)], policy: openPolicy({ coolDownDays: 0 }) },
      true,
    ],
    ['shadow mode', { mode: 'shadow' }, true],
  ] as const)('know the edge of %s', (_, closing: Closing, isTreated) => {
    expect(decide(inputWith(closing)).outcome.kind).toBe(isTreated ? 'treat' : 'none')
  })

  it.each(['recovered', 'lost', 'withdrawn', 'reopened'] as const)(
    'are not asked for %s',
    (kind) => {
      expect(() => decide(openInput({ alert: quietAlert({ kind }) }))).toThrow(TypeError)
    },
  )
})

describe('the choice of a treatment', () => {
  const only = (treatment: string) => ({ candidates: [{ treatment, weight: 1 }] })
  const policy = openPolicy({
    rules: [
      ruleFor({ tiers: ['heavy'], ...only('call') }),
      ruleFor({ reasons: ['PRICE'], ...only('coupon') }),
      ruleFor({ segments: ['top'], ...only('points') }),
      ruleFor({ tiers: ['light'], ...only('survey') }),
    ],
  })
  const reasons = (...codes: readonly ReasonCode[]) =>
    codes.map((code, index) => ({ code, share: 1 / (index + 2), evidence: [] }))

  it.each([
    ['its tier', { tier: 'heavy' }, 'call'],
    ['the first of two that fit', { tier: 'heavy', reasons: reasons('PRICE') }, 'call'],
    ['the weightiest reason', { reasons: reasons('PRICE', 'SERVICE') }, 'coupon'],
    ['no lighter reason', { reasons: reasons('SERVICE', 'PRICE') }, 'survey'],
    ['no reason at all', { reasons: [] }, 'survey'],
    ['the segment that its revenue begins', { revenueMinor: 50_000 }, 'points'],
    ['the segment below', { revenueMinor: 49_999 }, 'survey'],
  ] as const)('follows the rule for %s', (_, changes, id) => {
    const alert = quietAlert(changes as Parameters<typeof quietAlert>[0])
    expect(decide(openInput({ alert, policy })).outcome).toMatchObject({ treatment: { id } })
  })

  it('is none where no rule fits', () => {
    const alert = quietAlert({ tier: 'moderate' })
    expect(reasonOf(openInput({ alert, policy }))).toBe('NO_TREATMENT')
  })

  it('puts a customer whose refunds exceed their orders into the first segment', () => {
    const without = openPolicy({ valueFloorMinor: 0 })
    const input = openInput({ alert: quietAlert({ revenueMinor: -5 }), policy: without })
    expect(decide(input)).toMatchObject({ segment: 'small', outcome: { kind: 'none' } })
  })
})

const atNight = (timeZone: string, raisedAt: number, changes: Partial<Policy> = {}) => {
  const policy = openPolicy({ quietHours: { fromMinute: 1_260, untilMinute: 480 }, ...changes })
  return decide(openInput({ alert: quietAlert({ raisedAt }), policy, timeZone })).outcome
}

describe('a decision', () => {
  it('says all that a trigger needs', () => {
    const evidence = [{ eventId: 'e', name: 'Ticket Opened', occurredAt: 1 }]
    const alert = quietAlert({ reasons: [{ code: 'SERVICE', share: 1, evidence }] })
    const rules = [ruleFor({ candidates: [{ treatment: 'coupon', weight: 1 }] })]
    expect(decide(openInput({ alert, policy: openPolicy({ rules }) }))).toEqual({
      decisionId: expect.stringMatching(/^[0-9a-f]{32}$/),
      outcome: {
        kind: 'treat',
        treatment: COUPON,
        propensity: 1,
        expiresAt: SUNDAY_NOON + 3 * DAY_MS,
      },
      segment: 'small',
      reasons: [{ code: 'SERVICE', share: 1 }],
    })
  })

  it('waits for the end of quiet hours, and expires as long behind that', () => {
    const evening = Date.UTC(2026, 2, 1, 23, 30)
    const morning = Date.UTC(2026, 2, 2, 8)
    expect(atNight('UTC', evening)).toMatchObject({
      notBefore: morning,
      expiresAt: morning + 3 * DAY_MS,
    })
    expect(atNight('America/New_York', evening)).not.toHaveProperty('notBefore')
  })

  it('has an id that follows from the alert alone', () => {
    const { decisionId } = decide(openInput())
    expect(decide(openInput({ salt: 'other', isExcluded: true })).decisionId).toBe(decisionId)
    const other = openInput({ alert: quietAlert({ alertId: 'alert-2' }) })
    expect(decide(other).decisionId).not.toBe(decisionId)
  })

  it('names what a customer held out would have got', () => {
    const policy = openPolicy({ experiment: { id: 'one', holdOut: 0.5, windowDays: 30 } })
    const outcomes = Array.from({ length: 50 }, (_, i) =>
      decide(openInput({ alert: quietAlert({ customerId: `u:${i}` }), policy })),
    ).map(({ outcome }) => outcome)
    const ghost = outcomes.find(({ kind }) => kind === 'hold_out')
    const id = (ghost as { treatment: { id: string } }).treatment.id
    expect(ghost).toEqual({
      kind: 'hold_out',
      treatment: policy.treatments[id],
      propensity: 0.5 * (id === 'coupon' ? 0.75 : 0.25),
    })
  })
})
