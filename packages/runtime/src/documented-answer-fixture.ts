import type { OpenApiDocument } from '@ebb/contracts/openapi'
import { Compile } from 'typebox/schema'

/** What a server answered to a request. */
export interface GivenAnswer {
  readonly method: string
  /** With or without a query. */
  readonly path: string
  readonly status: number
  /** Parsed, where it is JSON; `undefined` without a body. */
  readonly body: unknown
}

/**
 * Throws where an answer is not as the document tells it: an unknown route or status, or a body
 * with what its schema does not have.
 */
export const expectDocumented = (document: OpenApiDocument, answer: GivenAnswer): void => {
  const where = `${answer.method} ${answer.path} answered ${answer.status}`
  const operation = operationAt(document, answer)
  // Which routes there are is compared when a server starts.
  if (operation === undefined && NO_ROUTE.has(answer.status)) return
  if (operation === undefined) throw new Error(`${where}: the document has no such route`)
  const told = operation.responses[answer.status] ?? defaultOf(operation, answer.status)
  if (told === undefined) throw new Error(`${where}: the document has no such status`)
  const schema = told.content?.['application/json']?.schema
  if (schema === undefined) return
  const check = checkOf(schema, document)
  if (check.Check(answer.body)) return
  const [, [first]] = check.Errors(answer.body)
  const { instancePath = '', message = '' } = first ?? {}
  throw new Error(`${where}: ${instancePath} ${message} in ${JSON.stringify(answer.body)}`)
}

const NO_ROUTE: ReadonlySet<number> = new Set([404, 405])

type Check = ReturnType<typeof Compile>

const checks = new WeakMap<object, Check>()

/** Tests ask thousands of times. */
const checkOf = (schema: object, document: OpenApiDocument): Check => {
  const known = checks.get(schema) ?? Compile(strict(schema, document) as object)
  checks.set(schema, known)
  return known
}

interface ToldAnswer {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>
}

interface ToldOperation {
  readonly responses: Readonly<Record<string, ToldAnswer>>
}

/** A success has to be told by its status. */
const defaultOf = ({ responses }: ToldOperation, status: number): ToldAnswer | undefined =>
  status >= 400 ? responses['default'] : undefined

const operationAt = ({ paths }: OpenApiDocument, { method, path }: GivenAnswer) => {
  const parts = path.split('?', 1)[0]!.split('/')
  const isAt = (template: string): boolean => {
    const wanted = template.split('/')
    return (
      wanted.length === parts.length &&
      wanted.every((part, index) => part.startsWith('{') || part === parts[index])
    )
  }
  const [, item] = Object.entries(paths).find(([template]) => isAt(template)) ?? []
  return item?.[method.toLowerCase()] as ToldOperation | undefined
}

/** References are put in, and an object has no other fields than it is told to have. */
const strict = (value: unknown, document: OpenApiDocument): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((each) => strict(each, document))
  const schema = value as Readonly<Record<string, unknown>>
  const name = typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1) : undefined
  if (name !== undefined) return strict(document.components.schemas[name], document)
  const isClosed = 'properties' in schema && !('additionalProperties' in schema)
  return {
    ...Object.fromEntries(
      Object.entries(schema).map(([key, each]) => [key, strict(each, document)]),
    ),
    ...(isClosed && { additionalProperties: false }),
  }
}
