import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Settings } from 'typebox/system'
import type { Path, Problem } from './yaml-source.ts'

/** Every place at which a value leaves a schema, told by the schema's own descriptions. */
export const schemaProblems = (schema: TSchema, value: unknown): Problem[] =>
  allErrors(schema, value)
    // Of a union the union itself tells; of a field too many, the field.
    .filter(({ keyword, schemaPath }) => keyword !== 'additionalProperties' && !isArm(schemaPath))
    .flatMap((error) => problemsOf(error, schema, value))

type SchemaError = ReturnType<ReturnType<typeof Compile>['Errors']>[number]

/** TypeBox stops after eight, which is a setting of the whole process. */
const allErrors = (schema: TSchema, value: unknown): readonly SchemaError[] => {
  const { maxErrors } = Settings.Get()
  Settings.Set({ maxErrors: Number.POSITIVE_INFINITY })
  try {
    return Compile(schema).Errors(value)
  } finally {
    Settings.Set({ maxErrors })
  }
}

const isArm = (schemaPath: string): boolean => schemaPath.includes('/anyOf/')

const problemsOf = (error: SchemaError, schema: TSchema, value: unknown): Problem[] => {
  const path = pathOf(error.instancePath)
  const place = schemaAt(error.schemaPath, schema)
  if (error.keyword === 'required') {
    return error.params.requiredProperties.map((field) => missing(field, path, place))
  }
  if (error.keyword === 'boolean') return [unknownField(path, holderOf(error.schemaPath, schema))]
  const what = `${shown(valueAt(path, value))} does not fit`
  return [{ path, what, fix: expected(place) }]
}

/** What is used of a JSON Schema here. */
interface SchemaNode {
  readonly description?: string
  readonly properties?: Readonly<Record<string, SchemaNode>>
}

const missing = (field: string, path: Path, { properties }: SchemaNode): Problem => ({
  path,
  what: `"${field}" is missing`,
  fix: `Add it. ${expected(properties?.[field] ?? {})}`,
})

const unknownField = (path: Path, holder: SchemaNode): Problem => ({
  path,
  what: 'There is no such field',
  fix: `Correct its name or leave it out. ${expected(holder)}`,
})

const expected = ({ description, properties }: SchemaNode): string =>
  properties === undefined
    ? `Expected: ${description}`
    : `Fields: ${Object.keys(properties).join(', ')}`

const pathOf = (pointer: string): Path =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))

/** Names in our schemas have no slash, and so need no escapes. */
const schemaAt = (schemaPath: string, schema: TSchema): SchemaNode => {
  const steps = schemaPath.split('/').slice(1)
  return steps.reduce((node: unknown, step) => fieldOf(node, step), schema) as SchemaNode
}

const holderOf = (schemaPath: string, schema: TSchema): SchemaNode =>
  schemaAt(schemaPath.slice(0, schemaPath.lastIndexOf('/')), schema)

const valueAt = (path: Path, value: unknown): unknown =>
  path.reduce((node: unknown, step) => fieldOf(node, step), value)

const fieldOf = (node: unknown, step: string): unknown =>
  (node as Readonly<Record<string, unknown>>)[step]

const SHOWN_CHARACTERS = 40

const shown = (value: unknown): string => {
  if (Array.isArray(value)) return `A list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'A map'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
}
