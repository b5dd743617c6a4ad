import Type, { type TSchema } from 'typebox'

/** A JSON Schema, of TypeBox or written by hand. */
type Schema = TSchema | Readonly<Record<string, unknown>>

/** A value in the path, the query or a header. */
export interface Parameter {
  readonly what?: string
  readonly schema: Schema
  readonly example?: string
}

/** What one answer of a route is; JSON unless its type says otherwise. */
export interface Answer {
  readonly what: string
  readonly type?: string
  readonly schema?: Schema
}

/** One route as a caller has to know it. */
export interface Operation {
  readonly what: string
  /** How a caller shows who they are; `undefined` where anybody may call. */
  readonly access?: Access
  /** By name, as in the path behind a colon. */
  readonly path?: Readonly<Record<string, Parameter>>
  /** Of an object: its properties are the parameters. */
  readonly query?: Schema
  readonly headers?: Readonly<Record<string, Parameter & { readonly isRequired: boolean }>>
  readonly body?: {
    readonly type?: string
    readonly schema: Schema
    readonly isOptional?: boolean
    readonly examples: Readonly<Record<string, unknown>>
  }
  /** By status; every other one has the body of an error. */
  readonly answers: Readonly<Record<number, Answer>>
  /** Statuses of errors, with when they are answered. */
  readonly refusals?: Readonly<Record<number, string>>
}

/** A way to show who one is, with what it has to allow. */
export interface Access {
  readonly by: keyof typeof SECURITY_SCHEMES
  readonly needs?: readonly string[]
}

/** The routes of a service: `GET /v1/customers/:key` and what it is. */
export type Operations = Readonly<Record<string, Operation>>

/** A service as far as a caller meets it. */
export interface HttpReference {
  readonly title: string
  /** Where it listens unless told otherwise. */
  readonly server: string
  readonly operations: Operations
  /** Schemas that have a name. */
  readonly schemas: Readonly<Record<string, TSchema>>
}

/** An OpenAPI document. */
export interface OpenApiDocument {
  readonly openapi: '3.1.1'
  readonly info: object
  readonly servers: readonly object[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

/** The body of every answer of 4xx and 5xx. */
const ErrorBody = Type.Object({
  error: Type.Object({
    /** One of docs/errors.md. */
    code: Type.String(),
    message: Type.String(),
    where: Type.Optional(Type.String()),
    fix: Type.Optional(Type.String()),
  }),
})

const Checks = Type.Record(Type.String(), Type.String())

/** What every service answers beside its own routes. */
const PROBES: Operations = {
  'GET /livez': {
    what: 'The process runs',
    answers: { 200: { what: 'alive', schema: Type.Object({ status: Type.Literal('alive') }) } },
  },
  'GET /readyz': {
    what: 'Whether all that it needs is there; each check with what it found',
    answers: {
      200: {
        what: 'ready',
        schema: Type.Object({ status: Type.Literal('ready'), checks: Checks }),
      },
      503: { what: 'not ready', schema: Type.Object({ ...ErrorBody.properties, checks: Checks }) },
    },
  },
  'GET /openapi.json': {
    what: 'This description',
    answers: {
      200: { what: 'OpenAPI 3.1', schema: Type.Object({}, { additionalProperties: true }) },
    },
  },
}

const SECURITY_SCHEMES = {
  writeKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'a write key, or a secret key with the scope `events:write`',
  },
  writeKeyAsUser: { type: 'http', scheme: 'basic', description: 'the same key as the user' },
  writeKeyHeader: { type: 'apiKey', in: 'header', name: 'X-Write-Key' },
  writeKeyQuery: { type: 'apiKey', in: 'query', name: 'writeKey' },
  secretKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'a secret key with the scope that is named',
  },
  token: {
    type: 'http',
    scheme: 'bearer',
    description: 'a dashboard token; one of the roles that are named',
  },
} as const

/** Any of these shows a write key. */
const WRITE_KEYS = ['writeKey', 'writeKeyAsUser', 'writeKeyHeader', 'writeKeyQuery'] as const

/** One service as OpenAPI 3.1. */
export const openApiDocument = (reference: HttpReference): OpenApiDocument =>
  documentOf(reference.title, [reference], [{ url: '/' }])

/** Several services in one document: each path says which of them has it. */
export const joinedOpenApiDocument = (references: readonly HttpReference[]): OpenApiDocument =>
  documentOf(
    'Ebb',
    references,
    references.map(({ server: url, title: description }) => ({ url, description })),
  )

const documentOf = (
  title: string,
  references: readonly HttpReference[],
  servers: readonly object[],
): OpenApiDocument => {
  const schemas = Object.assign({ Error: ErrorBody }, ...references.map((each) => each.schemas))
  const named = namesByText(schemas)
  return {
    openapi: '3.1.1',
    info: {
      title,
      version: '1.0.0',
      description: 'Instants are ISO 8601 in UTC; money is integers in minor units.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers,
    paths: pathsOf(references, named),
    components: { ...componentsOf(schemas, named), ...{ securitySchemes: SECURITY_SCHEMES } },
  }
}

/** Each path with its methods; where there are several services, with those that have it. */
const pathsOf = (
  references: readonly HttpReference[],
  named: ReadonlyMap<string, string>,
): OpenApiDocument['paths'] => {
  const routes = references.flatMap(({ server: url, title: description, operations }) =>
    Object.entries({ ...operations, ...PROBES }).map(([route, operation]) => {
      const [method = '', path = ''] = route.split(' ')
      return { route, method, path, operation, server: { url, description } }
    }),
  )
  return Object.fromEntries(
    [...Map.groupBy(routes, ({ path }) => path)].map(([path, group]) => [
      path.replace(/:(\w+)/g, '{$1}'),
      {
        ...(references.length > 1 && {
          servers: [...new Map(group.map(({ server }) => [server.url, server])).values()],
        }),
        ...Object.fromEntries(
          group.map(({ route, method, operation }) => [
            method.toLowerCase(),
            withReferences(operationOf(route, operation), named),
          ]),
        ),
      },
    ]),
  )
}

const componentsOf = (
  schemas: Readonly<Record<string, Schema>>,
  named: ReadonlyMap<string, string>,
) => ({
  schemas: Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const others = new Map([...named].filter(([, other]) => other !== name))
      return [name, withReferences(schema, others)]
    }),
  ),
})

const operationOf = (route: string, operation: Operation) => ({
  operationId: route.replace(/[^A-Za-z]+(\w?)/g, (_all, next) => next.toUpperCase()),
  summary: operation.what,
  security: securityOf(operation.access),
  parameters: [
    ...parametersIn('path', operation.path, () => true),
    ...queryParameters(operation.query),
    ...parametersIn('header', operation.headers, ({ isRequired }) => isRequired),
  ],
  ...(operation.body && { requestBody: bodyOf(operation.body) }),
  responses: {
    ...Object.fromEntries(
      Object.entries(operation.answers).map(([status, answer]) => [status, answerOf(answer)]),
    ),
    ...Object.fromEntries(
      Object.entries(operation.refusals ?? {}).map(([status, what]) => [
        status,
        answerOf({ what, schema: ErrorBody }),
      ]),
    ),
    ...(operation.access && {
      401: answerOf({ what: 'who calls is not known', schema: ErrorBody }),
      403: answerOf({ what: 'who calls may not do this', schema: ErrorBody }),
    }),
    default: answerOf({ what: 'a fault: docs/errors.md has its code', schema: ErrorBody }),
  },
})

const securityOf = (access: Access | undefined) => {
  if (access === undefined) return []
  if (access.by === 'writeKey') return WRITE_KEYS.map((by) => ({ [by]: [] }))
  return [{ [access.by]: access.needs ?? [] }]
}

const parametersIn = <P extends Parameter>(
  place: 'path' | 'header',
  parameters: Readonly<Record<string, P>> = {},
  isRequired: (parameter: P) => boolean,
) =>
  Object.entries(parameters).map(([name, parameter]) => ({
    ...{ name, in: place, required: isRequired(parameter) },
    ...(parameter.what !== undefined && { description: parameter.what }),
    schema: parameter.schema,
    ...(parameter.example !== undefined && { example: parameter.example }),
  }))

const queryParameters = (query: Schema = {}) => {
  const { properties = {}, required = [] } = query as {
    readonly properties?: Readonly<Record<string, Schema>>
    readonly required?: readonly string[]
  }
  return Object.entries(properties).map(([name, schema]) => ({
    ...{ name, in: 'query', required: required.includes(name), schema },
  }))
}

const bodyOf = ({
  type = JSON_TYPE,
  schema,
  isOptional,
  examples,
}: NonNullable<Operation['body']>) => ({
  required: isOptional !== true,
  content: {
    [type]: {
      schema,
      examples: Object.fromEntries(
        Object.entries(examples).map(([name, value]) => [name, { value }]),
      ),
    },
  },
})

const JSON_TYPE = 'application/json'

const answerOf = ({ what, type = JSON_TYPE, schema }: Answer) => ({
  description: what,
  ...(schema !== undefined && { content: { [type]: { schema } } }),
})

const namesByText = (schemas: Readonly<Record<string, Schema>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(schemas).map(([name, schema]) => [JSON.stringify(schema), name]))

/** A copy in which every schema that has a name is said by its name. */
const withReferences = (value: unknown, named: ReadonlyMap<string, string>): unknown => {
  if (typeof value !== 'object' || value === null) return value
  const name = named.get(JSON.stringify(value))
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` }
  if (Array.isArray(value)) return value.map((each) => withReferences(each, named))
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, withReferences(each, named)]),
  )
}
