import type { AlertRecord } from '@ebb/contracts/alert-record'
import type { FeaturesRecord, ToldEvidence } from '@ebb/contracts/features-record'
import { EVIDENCE, evidenceRow } from '@ebb/customer/evidence-kinds'
import { crossings } from '@ebb/risk/silence/tiers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { knownEvidence, reasonsOfSilence } from './alert-reasons.ts'
import { scorerDefinition } from './scorer-definition.ts'
import {
  alertIn,
  DAY_MS,
  featuresOf,
  featuresRecord,
  logged,
  NOON,
  rhythmOf,
  SETTINGS,
} from './scorer-fixture.ts'
import { packScorerState, type ScorerState, unpackScorerState } from './scorer-state.ts'

const definition = scorerDefinition(SETTINGS)
const { light, heavy } = crossings(rhythmOf(0), SETTINGS.model, SETTINGS.policy)

/** The alert of light silence behind these features, seen late, from a state that was packed. */
const alertBehind = (...all: FeaturesRecord[]): AlertRecord => {
  const state = all.reduce<ScorerState | undefined>((before, features, i) => {
    const record = logged(featuresRecord(features, 10 + i))
    return definition.handle(before, record, { clock: NOON, partition: 2 }).state ?? before
  }, undefined)!
  const kept = unpackScorerState(packScorerState(state))
  const { outputs = [] } = definition.fire!(kept, 'u:ann', {
    clock: light + 10 * DAY_MS,
    partition: 2,
  })
  return alertIn(outputs[0]!)
}

const told = (kind: string, over: Partial<ToldEvidence> = {}): ToldEvidence => ({
  ...{ kind, eventId: `of ${kind}`, occurredAt: light - DAY_MS },
  ...over,
})

describe('the reasons of an alert', () => {
  test('are UNKNOWN alone where features tell no evidence', () => {
    expect(alertBehind(featuresOf()).reasons).toEqual([{ code: 'UNKNOWN', share: 1, evidence: [] }])
  })

  test('come from the evidence of the last features record, and name it', () => {
    const { eventId: _, ...late } = told('lateDelivery', { orderId: 'o0' })
    const evidence = [told('paymentFailed', { occurredAt: light - 15 * DAY_MS }), late]
    const { reasons } = alertBehind(featuresOf({ evidence }))
    expect(reasons.map(({ code }) => code)).toEqual(['SERVICE', 'UX'])
    expect(reasons.map((reason) => reason.evidence)).toMatchObject([
      [{ orderId: 'o0', name: 'lateDelivery', occurredAt: light - DAY_MS }],
      [{ eventId: 'of paymentFailed', name: 'paymentFailed', occurredAt: light - 15 * DAY_MS }],
    ])
    const weights = [2 ** (-1 / 30), 0.6 * 2 ** (-15 / 30)]
    expect(reasons[0]!.share).toBeCloseTo(weights[0]! / (weights[0]! + weights[1]!), 6)
    expect(alertBehind(featuresOf({ evidence }), featuresOf()).reasons[0]?.code).toBe('UNKNOWN')
  })

  test('are weighed at the crossing, at whatever tick it is seen', () => {
    const evidence = [told('needEnded'), told('pageError')]
    const { reasons, crossedAt } = alertBehind(featuresOf({ evidence }))
    expect(crossedAt).toBe(light)
    const at = (crossedAt: number) =>
      reasonsOfSilence(knownEvidence(evidence), { silentSince: NOON, crossedAt })
    expect(reasons).toEqual(at(light))
    expect(reasons).not.toEqual(at(light + 10 * DAY_MS))
  })

  test('leave out what is of no kind that this version knows', () => {
    const { reasons } = alertBehind(featuresOf({ evidence: [told('boredom'), told('lowRating')] }))
    expect(reasons.map(({ code }) => code)).toEqual(['QUALITY'])
  })

  test('fade: after some half-lives nobody is blamed any more', () => {
    const evidence = knownEvidence([told('pageError', { occurredAt: NOON })])
    const at = (crossedAt: number) => reasonsOfSilence(evidence, { silentSince: NOON, crossedAt })
    expect(at(NOON + 20 * DAY_MS)[0]?.code).toBe('UX')
    expect(at(heavy)[0]?.code).toBe('UNKNOWN')
    const { fadesAt } = at(NOON)[0]!.evidence[0]!
    expect([at(fadesAt! - 1), at(fadesAt! + 1)].map(([first]) => first?.code)).toEqual([
      'UX',
      'UNKNOWN',
    ])
  })

  test('say what would clear them: an event of a kind, or time alone', () => {
    const { reasons } = alertBehind(
      featuresOf({ evidence: [told('ticketOpen'), told('lowRating')] }),
    )
    const clearing = reasons.map(({ evidence: [first] }) => [first?.name, first?.clearedBy])
    expect(Object.fromEntries(clearing)).toEqual({
      ticketOpen: 'ticket resolved',
      lowRating: undefined,
    })
    for (const { evidence } of reasons) expect(evidence[0]!.fadesAt).toBeGreaterThan(light)
  })

  test('count little what went wrong before the last order: the customer came back all the same', () => {
    const before = told('lowRating', { occurredAt: NOON - DAY_MS })
    const after = told('pageError', { occurredAt: light - 5 * DAY_MS })
    const { reasons } = alertBehind(featuresOf({ evidence: [before, after] }))
    expect(reasons.map(({ code }) => code)).toEqual(['UX', 'QUALITY'])
  })

  test('of each kind are those of the table', () => {
    fc.assert(
      fc.property(fc.constantFrom(...EVIDENCE.map(({ kind }) => kind)), (kind) => {
        const [reason] = reasonsOfSilence(knownEvidence([told(kind)]), {
          ...{ silentSince: NOON, crossedAt: light },
        })
        const { reason: code, weight } = evidenceRow(kind)
        expect(reason).toMatchObject({ code, share: 1 })
        expect(reason?.evidence).toHaveLength(weight > 0 ? 1 : 0)
      }),
    )
  })
})
