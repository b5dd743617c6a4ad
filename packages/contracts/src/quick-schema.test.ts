import fc from 'fast-check'
import Type, { type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { describe, expect, test } from 'vitest'
import { FeaturesRecord } from './features-record.ts'
import { quickSchema } from './quick-schema.ts'
import { isStorable } from './storable-text.ts'
import { TOPIC_MESSAGES } from './topic-messages.ts'

const Counts = Type.Record(Type.String(), Type.Integer({ minimum: 0 }))

const Sample = Type.Object({
  name: Type.Refine(Type.String({ minLength: 1 }), isStorable),
  counts: Counts,
  byWindow: Type.Record(Type.String(), Counts),
  foreign: Type.Record(Type.String(), Type.Unknown()),
  inner: Type.Object({ more: Type.Optional(Counts) }),
})

const counts = fc.dictionary(
  fc.oneof(fc.constantFrom('__proto__', 'constructor', ''), fc.stringMatching(/^\w*$/)),
  fc.oneof({ weight: 8, arbitrary: fc.nat() }, fc.constantFrom(-1, 0.5, '1', null, {}, [])),
)

const mostly = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 12, arbitrary }, fc.constantFrom(null, [], 'text', 7, undefined))

const sample = fc.record(
  {
    name: mostly(fc.constantFrom('a', '\0', '')),
    counts: mostly(counts),
    byWindow: mostly(fc.dictionary(fc.constantFrom('d1', 'd7'), mostly(counts))),
    foreign: mostly(fc.dictionary(fc.string(), fc.anything())),
    inner: mostly(fc.record({ more: mostly(counts) })),
  },
  { requiredKeys: ['name', 'counts', 'byWindow', 'foreign'] },
)

const schemas: readonly TSchema[] = Object.values(TOPIC_MESSAGES).flatMap((messages) =>
  messages.map(({ schema }) => schema),
)

describe('a quick schema', () => {
  test('takes and refuses what the schema itself does', () => {
    const slow = Compile(Sample)
    const quick = Compile(quickSchema(Sample))
    const taken = new Set<boolean>()
    fc.assert(
      fc.property(sample, (value) => {
        // As it comes from JSON: a key that is `__proto__` is one like the others.
        const parsed: unknown = JSON.parse(JSON.stringify(value))
        expect(quick.Check(parsed)).toBe(slow.Check(parsed))
        taken.add(slow.Check(parsed))
      }),
      { numRuns: 2_000 },
    )
    expect(taken.size).toBe(2)
  })

  test('looks at values under each key, also one with a line break', () => {
    const windows = { 'd\n1': { orders: 'many' } }
    const quick = Compile(quickSchema(FeaturesRecord))
    expect(quick.Check({ customerId: 'c', asOf: 0, windows: {} })).toBe(true)
    expect(quick.Check({ customerId: 'c', asOf: 0, windows })).toBe(false)
  })

  test('refuses what is no message of any topic', () => {
    for (const schema of schemas)
      for (const value of [{}, null, [], 'text', { id: 1 }])
        expect(Compile(quickSchema(schema)).Check(value)).toBe(Compile(schema).Check(value))
  })
})
