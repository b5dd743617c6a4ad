import type { Socket } from 'node:net'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { CodedError } from './coded-error.ts'
import { answerError, answerErrorsUniformly, toldAs } from './http-errors.ts'
import type { Logger } from './logger.ts'
import { observeRequests } from './telemetry/http-telemetry.ts'
import { NO_TELEMETRY, type Telemetry } from './telemetry/telemetry.ts'

/**
 * Resolves where a thing is ready, to `{ note }` where there is something to say of it; throws or
 * rejects, saying why, where it is not ready.
 */
export type ReadinessCheck = () => Promise<unknown> | unknown

/** What an HTTP server stands on. */
export interface HttpServerSettings {
  readonly logger: Logger
  /** By the name that `/readyz` gives them. */
  readonly readiness: Readonly<Record<string, ReadinessCheck>>
  /** Measures and traces requests; nothing unless given. */
  readonly telemetry?: Telemetry
  /** In whose name: the package of the service. */
  readonly scope?: string
}

/** Where an HTTP server listens. */
export interface ListenSettings {
  /** 127.0.0.1 unless given: nobody outside this machine gets in by accident. */
  readonly host?: string
  /** 0 takes any free port. */
  readonly port: number
  /** How a person chooses another port, as a sentence without its full stop. */
  readonly howToChange: string
}

/** An HTTP server with probes and uniform errors. */
export interface HttpServer {
  /** Add routes before `listen`. */
  readonly app: FastifyInstance
  /**
   * Resolves to the address, `http://host:port`. Throws `EBB_HTTP_PORT_IN_USE`, and
   * `EBB_HTTP_LISTEN` where the address cannot be had at all.
   */
  listen(settings: ListenSettings): Promise<string>
  /** `/readyz` says 503 from now on. */
  unready(): void
  /** `traceparent` for what a request leads to; `undefined` where it is not traced. */
  traceparentOf(request: FastifyRequest): string | undefined
  /**
   * Takes no new connection, answers what was asked, then closes; connections that are still
   * busy after 2 s are cut. Idempotent.
   */
  stop(): Promise<void>
}

/** Requests that take longer to arrive are given up. */
const REQUEST_TIMEOUT_MS = 30_000
/** Two servers that stop one after the other stay well within the 10 s that a process has. */
const CUT_AFTER_MS = 2_000
/** An id of 256 characters behind its prefix, with each of them percent-encoded. */
const LONGEST_PARAMETER = 1_024

/**
 * A server with `/livez` and `/readyz`, whose every error has the body
 * `{ error: { code, message, where?, fix? } }`. It logs its own faults and no requests; a 503 of
 * one code at most once a minute.
 */
export const createHttpServer = (settings: HttpServerSettings): HttpServer => {
  const { logger, readiness, telemetry = NO_TELEMETRY, scope = '@ebb/runtime' } = settings
  const app = fastify({
    logger: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: LONGEST_PARAMETER },
    clientErrorHandler: answerBrokenHttp,
    frameworkErrors: (error, request, reply) =>
      answerError(toldAs(error, request as FastifyRequest), reply as FastifyReply),
  })
  takeEmptyBodies(app)
  const traces = observeRequests(app, telemetry, scope)
  answerErrorsUniformly(app, { logger, traces })
  let stopping = false
  let closed: Promise<void> | undefined
  app.get('/livez', async () => ({ status: 'alive' }))
  app.get('/readyz', async (_request, reply) => {
    const results = await runChecks(readiness)
    if (stopping) results.push({ name: 'process', isReady: false, told: 'is stopping' })
    const checks = Object.fromEntries(results.map(({ name, told }) => [name, told]))
    const notReady = results.filter(({ isReady }) => !isReady).map(({ name }) => name)
    if (notReady.length === 0) return { status: 'ready', checks }
    return reply.code(503).send({ error: notReadyError(notReady), checks })
  })
  const unready = () => {
    stopping = true
  }
  return {
    app,
    listen: (settings) => listen(app, settings),
    unready,
    traceparentOf: traces.traceparentOf,
    stop: () => {
      unready()
      closed ??= close(app)
      return closed
    },
  }
}

/** Many clients say that they send JSON with every request, a DELETE without a body too. */
const takeEmptyBodies = (app: FastifyInstance): void => {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null, undefined) : parse(request, body as string, done),
  )
}

const close = async (app: FastifyInstance): Promise<void> => {
  const cut = setTimeout(() => app.server.closeAllConnections(), CUT_AFTER_MS)
  await app.close()
  clearTimeout(cut)
}

interface CheckResult {
  readonly name: string
  readonly isReady: boolean
  readonly told: string
}

const runChecks = (readiness: Readonly<Record<string, ReadinessCheck>>): Promise<CheckResult[]> =>
  Promise.all(
    Object.entries(readiness).map(async ([name, check]) => {
      try {
        const { note = 'ok' } = ((await check()) ?? {}) as { readonly note?: string }
        return { name, isReady: true, told: note }
      } catch (error) {
        return { name, isReady: false, told: (error as Error).message }
      }
    }),
  )

const notReadyError = (names: readonly string[]) => ({
  code: 'EBB_HTTP_NOT_READY',
  message: `Not ready: ${names.join(', ')}`,
  fix: 'Wait; the checks say what is missing',
})

const listen = async (app: FastifyInstance, settings: ListenSettings): Promise<string> => {
  const { host = '127.0.0.1', port, howToChange } = settings
  try {
    return await app.listen({ host, port, listenTextResolver: (address) => address })
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const where = `${host}:${port}`
    if (code === 'EADDRINUSE') {
      const what = 'Something else listens on this port already'
      throw new CodedError('EBB_HTTP_PORT_IN_USE', { what, where, fix: howToChange }, { cause })
    }
    const what = `Cannot listen: ${message}`
    const fix = 'Check the host and the port'
    throw new CodedError('EBB_HTTP_LISTEN', { what, where, fix }, { cause })
  }
}

/** The request never became one: it is answered on the bare socket. */
const answerBrokenHttp = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) return
  const status = BROKEN_HTTP[error.code ?? ''] ?? '400 Bad Request'
  const body = JSON.stringify({
    error: {
      code: 'EBB_HTTP_BAD_REQUEST',
      message: `This is not a request that HTTP allows: ${status.slice(4)}`,
      fix: 'Correct the request and send it again',
    },
  })
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
  // A peer that never ends its side would keep the connection for good.
  socket.destroySoon()
}

const BROKEN_HTTP: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}
