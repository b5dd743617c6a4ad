import { messageCodec } from '@ebb/contracts/message-codec'
import { WinbackRecord } from '@ebb/contracts/winback-record'
import { describe, expect, it } from 'vitest'
import { type Decision, decide } from './decide.ts'
import {
  DAY_MS,
  openInput,
  openPolicy,
  quietAlert,
  ruleFor,
  SUNDAY_NOON,
} from './decision-fixture.ts'
import { winbackOf } from './winback-record-of.ts'

const alert = quietAlert({ userId: '1' })
const context = { alert, experimentId: 'one', policyVersion: 7 }
const coupon = {
  code: '7K3QM9-XW2C4D-F5TZN8',
  discount: { kind: 'percent', percent: 10, maximumMinor: 500 },
  currency: 'USD',
  validUntil: SUNDAY_NOON + 14 * DAY_MS,
} as const

const decisionFor = (treatment: string): Decision => {
  const rules = [ruleFor({ candidates: [{ treatment, weight: 1 }] })]
  return decide(openInput({ alert, policy: openPolicy({ rules }) }))
}

describe('the trigger of a decision', () => {
  it('says what to do, for whom, why, and until when', () => {
    const decision = decisionFor('coupon')
    expect(winbackOf(decision, { ...context, coupon })).toEqual({
      decisionId: decision.decisionId,
      alertId: 'alert-1',
      episodeId: 'episode-1',
      customerId: 'u:1',
      userId: '1',
      tier: 'light',
      channels: ['email'],
      treatment: { id: 'coupon', kind: 'coupon', messageKey: 'message-coupon', coupon },
      reasons: [{ code: 'UNKNOWN', share: 1 }],
      experiment: { id: 'one', arm: 'treated', propensity: 1 },
      policyVersion: 7,
      decidedAt: SUNDAY_NOON,
      expiresAt: SUNDAY_NOON + 3 * DAY_MS,
    })
  })

  it.each([
    ['points', { id: 'points', kind: 'points', messageKey: 'message-points', points: 50 }],
    ['call', { id: 'call', kind: 'service_call', messageKey: 'message-call', task: 'Call them' }],
    ['survey', { id: 'survey', kind: 'survey', messageKey: 'message-survey' }],
  ])('of kind %s has what its kind has', (id, treatment) => {
    expect(winbackOf(decisionFor(id), context).treatment).toEqual(treatment)
  })

  it('is what its topic promises, with quiet hours', () => {
    const raisedAt = Date.UTC(2026, 2, 1, 23)
    const night = openPolicy({
      quietHours: { fromMinute: 1_260, untilMinute: 480 },
      rules: [ruleFor({})],
    })
    const decision = decide(openInput({ alert: quietAlert({ raisedAt }), policy: night }))
    const record = winbackOf(decision, context)
    const codec = messageCodec(WinbackRecord)
    expect(codec.decode(codec.encode(record))).toEqual(record)
    expect(record.notBefore).toBe(Date.UTC(2026, 2, 2, 8))
  })

  it('is refused without the coupon of its treatment, and with one too many', () => {
    expect(() => winbackOf(decisionFor('coupon'), context)).toThrow(TypeError)
    expect(() => winbackOf(decisionFor('survey'), { ...context, coupon })).toThrow(TypeError)
  })

  it('is refused where nothing is to be sent', () => {
    const none = decide(openInput({ alert, isExcluded: true }))
    expect(() => winbackOf(none, context)).toThrow(TypeError)
  })
})
