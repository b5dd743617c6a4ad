import { EVIDENCE } from '@ebb/customer/evidence-kinds'
import type { RiskState, Stage } from '@ebb/risk/silence/risk-state'
import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { expect, test } from 'vitest'
import { packScorerState, type ScorerState, unpackScorerState } from './scorer-state.ts'

/** Like what unpacking makes: with the prototype of plain objects. */
const record = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(fields, { noNullPrototype: true })

const instant = fc.integer({ min: 0, max: 8.64e15 })
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const due = orNull(instant)
const stage = fc.constantFrom<Stage[]>(0, 1, 2, 3, 4)
const text = fc.string({ unit: 'grapheme' })

const arbitraryRisk: fc.Arbitrary<RiskState> = record({
  rhythm: orNull(
    record({ repeatDays: fc.nat(), firstAt: instant, lastAt: instant, lastOrderId: text }),
  ),
  visits: orNull(record({ repeatDays: fc.nat(), firstAt: instant, lastAt: instant })),
  due: fc.tuple(due, due, due, due),
  stage,
  firstCrossedAt: due,
  closed: orNull(record({ orderId: text, closedBy: text, stage, firstCrossedAt: instant })),
})

const arbitraryState: fc.Arbitrary<ScorerState> = record({
  seen: record({ generation: fc.nat(), offset: fc.maxSafeNat(), index: fc.nat() }),
  userId: fc.option(text, { nil: undefined }),
  consent: fc.record(
    { analytics: fc.boolean(), marketing: fc.boolean() },
    { requiredKeys: [], noNullPrototype: true },
  ),
  revenueMinor: fc.maxSafeInteger(),
  risk: arbitraryRisk,
  promotions: fc.nat(),
  source: fc.option(text, { nil: undefined }),
  evidence: fc.array(
    fc.record(
      {
        kind: fc.constantFrom(...EVIDENCE.map(({ kind }) => kind)),
        occurredAt: instant,
        eventId: text,
        orderId: text,
        resolvedAt: instant,
      },
      { requiredKeys: ['kind', 'occurredAt'], noNullPrototype: true },
    ),
    { maxLength: 8 },
  ),
})

test('a state that is packed and unpacked is the same again', () => {
  fc.assert(
    fc.property(arbitraryState, (state) => {
      expect(unpackScorerState(packScorerState(state))).toStrictEqual(state)
    }),
    { numRuns: 500 },
  )
})

test('packing twice gives the same bytes, and leaves what was packed before alone', () => {
  fc.assert(
    fc.property(arbitraryState, arbitraryState, (state, other) => {
      const bytes = packScorerState(state)
      const copy = bytes.slice()
      packScorerState(other)
      expect(bytes).toEqual(copy)
      expect(packScorerState(state)).toEqual(copy)
    }),
  )
})

test('a state of a layout before knows no visits, no promotion and no source, or no evidence', () => {
  fc.assert(
    fc.property(arbitraryState, (state) => {
      const packr = new Packr({ useRecords: false })
      const [, ...packed] = packr.unpack(packScorerState(state)) as unknown[]
      const unseen = { ...state, risk: { ...state.risk, visits: null } }
      const fourth = packr.pack([4, ...packed.slice(0, -1)])
      expect(unpackScorerState(fourth)).toStrictEqual(unseen)
      const known = { ...unseen, promotions: 0, source: undefined }
      const third = packr.pack([3, ...packed.slice(0, -3)])
      expect(unpackScorerState(third)).toStrictEqual(known)
      const second = packr.pack([2, ...packed.slice(0, -4)])
      expect(unpackScorerState(second)).toStrictEqual({ ...known, evidence: [] })
    }),
  )
})

test('a state of another layout is refused with a code', () => {
  const packed = new Packr({ useRecords: false }).pack([1, [0, 0, 0]])
  expect(() => unpackScorerState(packed)).toThrow(
    expect.objectContaining({ code: 'EBB_STATE_VERSION' }),
  )
})
