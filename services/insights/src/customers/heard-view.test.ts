import type { EvidenceItem } from '@ebb/contracts/dashboard-api'
import { EvidenceItem as EvidenceSchema, HeardView, VisitItem } from '@ebb/contracts/heard-api'
import { EVIDENCE } from '@ebb/customer/evidence-kinds'
import { CHANNELS, DEVICES, TASTE_KINDS } from '@ebb/customer/taste-codes'
import { expect, test } from 'vitest'
import type { CustomerHeard } from './customer-heard.ts'
import { heardFor } from './heard-view.ts'

const AT = '2026-06-01T12:00:00.000Z'
const LATER = '2026-08-01T12:00:00.000Z'
const HEARD: CustomerHeard = {
  recent: [],
  evidence: EVIDENCE.map(({ kind, reason }) => ({ kind, reason, occurredAt: AT, fadesAt: LATER })),
  visits: [],
  tastes: { categories: [], brands: [], channels: [], devices: [] },
  habits: { meanGapDays: null, hour: 20, weekday: 1 },
}

test('the contract has the words of the state, and no other', () => {
  const { kind, remedy } = EvidenceSchema.properties
  const { channel, device } = VisitItem.properties
  const wordsOf = ({ anyOf }: { anyOf: readonly { const: string }[] }) =>
    anyOf.map((word) => word.const)
  expect(wordsOf(kind)).toEqual(EVIDENCE.map((row) => row.kind))
  const remedies = EVIDENCE.flatMap((row) => ('resolvedBy' in row ? [row.resolvedBy] : []))
  expect(new Set(wordsOf(remedy))).toEqual(new Set(remedies))
  expect(wordsOf(channel)).toEqual(CHANNELS)
  expect(wordsOf(device)).toEqual(DEVICES)
  expect(Object.keys(HeardView.properties.tastes.properties)).toEqual(TASTE_KINDS)
})

test('evidence is of the last ten, and says what clears it: an event, or time alone', () => {
  const { evidence = [] } = heardFor('support', HEARD)
  expect(evidence).toHaveLength(10)
  const remedyOf = (wanted: EvidenceItem['kind']) =>
    evidence.find(({ kind }) => kind === wanted)?.remedy
  expect(remedyOf('couponDenied')).toBe('later discount')
  expect(remedyOf('pageError')).toBeUndefined()
  expect(new Set(evidence.map(({ fadesAt }) => fadesAt))).toEqual(new Set([LATER]))
})

test('who ordered on one day has no habits yet, nor has who never ordered', () => {
  expect(heardFor('analyst', HEARD)).toEqual({ tastes: HEARD.tastes })
  expect(heardFor('analyst', { ...HEARD, habits: null })).toEqual({ tastes: HEARD.tastes })
})
