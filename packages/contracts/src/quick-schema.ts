import Type, { type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'

/** Of `Type.Record(Type.String(), …)`. */
const ANY_KEY = '^.*$'

/** Where schemas stand within a schema. */
interface Parts {
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly patternProperties?: Readonly<Record<string, TSchema>>
}

/**
 * The same schema for whoever only checks. TypeBox makes a list of all entries of a record and asks a
 * regular expression about each key, though a record takes any: three quarters of a check are that.
 * As that expression knows no line break, values under such a key are checked here alone.
 */
export const quickSchema = (schema: TSchema): TSchema => {
  const { properties, patternProperties } = schema as Parts
  const values = patternProperties?.[ANY_KEY]
  if (values !== undefined) return recordOf(values)
  if (properties === undefined) return schema
  const quick = Object.entries(properties).map(([name, part]) => [name, quickSchema(part)])
  // With what TypeBox does not list among the keys.
  return Object.defineProperties({} as TSchema, {
    ...Object.getOwnPropertyDescriptors(schema),
    properties: { value: Object.fromEntries(quick), enumerable: true },
  })
}

const recordOf = (values: TSchema): TSchema => {
  const record = Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object' })
  if (Object.keys(values).length === 0) return record
  const each = Compile(quickSchema(values))
  return Type.Refine(record, (found) => {
    for (const key in found) if (!each.Check(found[key])) return false
    return true
  })
}
