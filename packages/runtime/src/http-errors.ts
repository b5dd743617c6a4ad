import { TransientError } from '@ebb/streaming/faults'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CodedError } from './coded-error.ts'
import type { Logger } from './logger.ts'
import type { RequestTraces } from './telemetry/http-telemetry.ts'

/** The body of every answer of 4xx and 5xx. */
export interface HttpErrorBody {
  readonly error: {
    readonly code: string
    readonly message: string
    readonly where?: string
    readonly fix?: string
  }
}

/** The body that tells a coded error. */
export const httpErrorBody = ({ code, what, where, fix }: CodedError): HttpErrorBody => ({
  error: { code, message: what, ...(where !== undefined && { where }), fix },
})

/** Where faults are told. */
interface FaultListeners {
  readonly logger: Logger
  readonly traces: Pick<RequestTraces, 'fault'>
}

/** Gives every error of the server, also those of the framework, the uniform body. */
export const answerErrorsUniformly = (
  app: FastifyInstance,
  { logger, traces }: FaultListeners,
): void => {
  const allowedMethods = collectRoutes(app)
  const isNews = oncePerMinute()
  app.setErrorHandler((error, request, reply) => {
    const told = toldAs(error as Error, request)
    const isOurs = told.status === 500 || (told.status > 500 && isNews(told.code))
    if (told.status >= 500) {
      const { status } = told
      const elapsedMs = reply.elapsedTime
      const traceId = traces.fault(request, { error: error as Error, status, elapsedMs })
      if (isOurs) logger.error({ err: error, ...(traceId && { traceId }) }, told.what)
    }
    return answerError(told, reply)
  })
  app.setNotFoundHandler((request, reply) => {
    const allowed = allowedMethods(pathOf(request))
    if (allowed.length === 0) return answerError(noSuchPath(request), reply)
    reply.header('allow', allowed.join(', '))
    return answerError(noSuchMethod(request, allowed), reply)
  })
}

const MINUTE_MS = 60_000

/** While a broker is away every request fails, and a line for each would bury the log. */
const oncePerMinute = (): ((code: string) => boolean) => {
  const loggedAt = new Map<string, number>()
  return (code) => {
    const now = performance.now()
    if (now - (loggedAt.get(code) ?? Number.NEGATIVE_INFINITY) < MINUTE_MS) return false
    loggedAt.set(code, now)
    return true
  }
}

/**
 * Sends a coded error. 503 says when to come back; 413 ends the connection, because the rest of
 * the body may still be on its way.
 */
export const answerError = (error: CodedError, reply: FastifyReply): FastifyReply => {
  if (error.status === 503) reply.header('retry-after', '1')
  if (error.status === 413) reply.header('connection', 'close')
  return reply.code(error.status).send(httpErrorBody(error))
}

const pathOf = ({ url }: FastifyRequest): string => url.split('?', 1)[0] ?? url

/** Learns the routes as they are added; answers which methods a path takes. */
const collectRoutes = (app: FastifyInstance): ((path: string) => string[]) => {
  const routes: { path: RegExp; methods: readonly string[] }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    const pattern = url.replace(/[.+?^$()[\]{}|\\]/g, '\\$&').replace(/:\w+/g, '[^/]+')
    routes.push({ path: new RegExp(`^${pattern}/?$`), methods: [method].flat() })
  })
  return (path) => [
    ...new Set(routes.filter((r) => r.path.test(path)).flatMap(({ methods }) => methods)),
  ]
}

/** The coded error that a caller hears of; a fault of ours keeps its own words to the log. */
export const toldAs = (error: Error, request: FastifyRequest): CodedError => {
  if (error instanceof CodedError) return error
  if (error instanceof TransientError) return engineAway(error)
  const { statusCode = 500 } = error as { statusCode?: number }
  return statusCode >= 400 && statusCode < 500
    ? badRequest(error, statusCode)
    : internal(error, request)
}

const FIXES: Readonly<Record<number, string>> = {
  415: 'Say what the body is: send it with the header content-type: application/json',
}

const engineAway = (error: TransientError): CodedError =>
  new CodedError(
    error.code,
    {
      what: 'An engine that this needs does not answer, so nothing is known of the outcome',
      fix: 'Send the same request again; the log of the server says what is away',
    },
    { cause: error, status: 503 },
  )

const badRequest = (error: Error, status: number): CodedError =>
  new CodedError(
    'EBB_HTTP_BAD_REQUEST',
    { what: error.message, fix: FIXES[status] ?? 'Correct the request and send it again' },
    { cause: error, status },
  )

const internal = (error: Error, request: FastifyRequest): CodedError =>
  new CodedError(
    'EBB_HTTP_INTERNAL',
    {
      what: 'The server failed to answer this request',
      where: `${request.method} ${pathOf(request)}`,
      fix: 'Send it again later; the log of the server says what happened',
    },
    { cause: error, status: 500 },
  )

const noSuchPath = (request: FastifyRequest): CodedError =>
  new CodedError(
    'EBB_HTTP_NOT_FOUND',
    {
      what: 'There is nothing at this path',
      where: `${request.method} ${pathOf(request)}`,
      fix: 'Check the path and the port',
    },
    { status: 404 },
  )

const noSuchMethod = (request: FastifyRequest, allowed: readonly string[]): CodedError =>
  new CodedError(
    'EBB_HTTP_METHOD_NOT_ALLOWED',
    {
      what: `${request.method} is not possible here`,
      where: `${request.method} ${pathOf(request)}`,
      fix: `Use ${allowed.join(' or ')}`,
    },
    { status: 405 },
  )
