import Type, { type TSchema } from 'typebox'
import { describe, expect, test } from 'vitest'
import released from './released-schemas.json' with { type: 'json' }
import { brokenPromises, currentSchemas } from './released-schemas.ts'
import { incompatibilities, type JsonSchema } from './schema-compatibility.ts'

const plain = (schema: TSchema): JsonSchema => JSON.parse(JSON.stringify(schema))
const faults = (earlier: TSchema, later: TSchema): string[] =>
  incompatibilities(plain(earlier), plain(later))

const Order = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 10 }),
  kind: Type.Union([Type.Literal('placed'), Type.Literal('cancelled')]),
  note: Type.Optional(Type.String()),
  lines: Type.Array(Type.Object({ amount: Type.Integer({ minimum: 0 }) })),
  more: Type.Record(Type.String(), Type.Integer()),
})
const { id, kind, note, lines, more } = Order.properties
const text = (options: object) => Type.String({ minLength: 1, maxLength: 10, ...options })
const amounts = (amount: TSchema) => Type.Array(Type.Object({ amount }))

describe('a later schema', () => {
  test.each([
    ['the same', Order],
    ['with a new optional field', Type.Object({ ...Order.properties, at: Type.Optional(id) })],
    ['with a longer text', Type.Object({ ...Order.properties, id: text({ maxLength: 20 }) })],
    [
      'with one more kind',
      Type.Object({
        ...Order.properties,
        kind: Type.Union([...kind.anyOf, Type.Literal('updated')]),
      }),
    ],
    ['with a wider number', Type.Object({ ...Order.properties, lines: amounts(Type.Number()) })],
    [
      'with a field that need not be there any more',
      Type.Object({ id: Type.Optional(id), kind, note, lines, more }),
    ],
    [
      'with a field that takes null, too',
      Type.Object({ ...Order.properties, id: Type.Union([id, Type.Null()]) }),
    ],
    ['with a field that takes all', Type.Object({ ...Order.properties, id: Type.Unknown() })],
  ])('%s is taken', (_what, later) => {
    expect(faults(Order, later)).toEqual([])
  })

  test.each([
    ['/note: is gone', Type.Object({ id, kind, lines, more })],
    ['/at: is required now', Type.Object({ ...Order.properties, at: id })],
    ['/note: is required now', Type.Object({ ...Order.properties, note: Type.String() })],
    [
      '/id: maxLength was 10, is 9',
      Type.Object({ ...Order.properties, id: text({ maxLength: 9 }) }),
    ],
    [
      '/id: pattern was not given, is "^a"',
      Type.Object({ ...Order.properties, id: text({ pattern: '^a' }) }),
    ],
    [
      '/id: type was "string", is "integer"',
      Type.Object({ ...Order.properties, id: Type.Integer() }),
    ],
    [
      '/kind: {"type":"string","const":"cancelled"} is not taken any more',
      Type.Object({ ...Order.properties, kind: Type.Literal('placed') }),
    ],
    [
      '/lines/[]/amount: minimum was 0, is 1',
      Type.Object({ ...Order.properties, lines: amounts(Type.Integer({ minimum: 1 })) }),
    ],
    [
      '/lines/[]/amount: is gone',
      Type.Object({ ...Order.properties, lines: Type.Array(Type.Object({})) }),
    ],
    [
      '/more/^.*$: type was "integer", is "string"',
      Type.Object({ ...Order.properties, more: Type.Record(Type.String(), Type.String()) }),
    ],
    [
      '/: additionalProperties was not given, is false',
      Type.Object(Order.properties, { additionalProperties: false }),
    ],
  ])('that breaks a promise is refused: %s', (fault, later) => {
    expect(faults(Order, later)).toContain(fault)
  })
})

describe('the schemas of the topics', () => {
  test('take all that those of the last release took', () => {
    expect(brokenPromises(released, currentSchemas())).toEqual([])
  })

  test('are the promise of the next release: `npm run references` writes them down', () => {
    expect(released).toEqual(currentSchemas())
  })

  test('may not lose a message', () => {
    const { 'ebb.alerts.v1': gone, ...others } = currentSchemas()
    expect(gone).toBeDefined()
    expect(brokenPromises(released, others)).toEqual(['ebb.alerts.v1 Alert: is gone'])
  })
})
