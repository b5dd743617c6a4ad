import { type StepDetails, type TracedStep, traceIdOf } from '@ebb/streaming/tracing'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { histogramOf, METRICS } from './metrics.ts'
import type { Telemetry } from './telemetry.ts'

/** What is known of requests while they are answered. */
export interface RequestTraces {
  /** `traceparent` for what a request leads to; `undefined` where it is not traced. */
  traceparentOf(request: FastifyRequest): string | undefined
  /** A request that ends with 5xx is traced always; its trace id is for the log. */
  fault(request: FastifyRequest, fault: RequestFault): string | undefined
}

/** A request that ends with 5xx. */
export interface RequestFault {
  readonly error: Error
  readonly status: number
  /** Since it came. */
  readonly elapsedMs: number
}

/**
 * Measures every request of a server once, and traces the share of them that is sampled. One whose
 * caller hung up before all of the answer was sent has no status, and the `error.type` `ClientGone`:
 * where callers are less patient than a service that waits for an engine, nothing else tells of them.
 */
export const observeRequests = (
  app: FastifyInstance,
  { tracer, meter }: Telemetry,
  scope: string,
): RequestTraces => {
  const durations = histogramOf(meter(scope), METRICS.requests)
  const steps = new WeakMap<FastifyRequest, TracedStep>()
  const failures = new WeakMap<FastifyRequest, Error>()
  const answered = new WeakSet<FastifyRequest>()
  /** Fastify's own hook, `onRequestAbort`, is silent of requests whose body was read. */
  const closed = (request: FastifyRequest, { raw, elapsedTime }: FastifyReply): void => {
    if (answered.has(request) || PROBES.has(routeOf(request))) return
    // A stream is ended by its reader: that is no request which was given up.
    const isStream = raw.headersSent && !raw.writableEnded
    const fault = isStream ? undefined : new ClientGone()
    steps.get(request)?.end(fault)
    if (fault === undefined) return
    durations.record(elapsedTime / 1_000, {
      'http.request.method': request.method,
      'http.route': routeOf(request),
      'error.type': fault.name,
    })
  }
  app.addHook('onRequest', (request, reply, done) => {
    reply.raw.once('close', () => closed(request, reply))
    const step = tracer.begin(stepOf(request), remoteOf(request))
    if (step !== undefined) steps.set(request, step)
    done()
  })
  app.addHook('onResponse', (request, { statusCode, elapsedTime }, done) => {
    answered.add(request)
    if (PROBES.has(routeOf(request))) return done()
    durations.record(elapsedTime / 1_000, {
      'http.request.method': request.method,
      'http.route': routeOf(request),
      'http.response.status_code': statusCode,
    })
    steps.get(request)?.end(failures.get(request), { 'http.response.status_code': statusCode })
    done()
  })
  return {
    traceparentOf: (request) => steps.get(request)?.traceparent,
    fault: (request, { error, status, elapsedMs }) => {
      failures.set(request, error)
      const step = steps.get(request)
      if (step !== undefined) return traceIdOf(step.traceparent)
      const { attributes, ...details } = stepOf(request)
      const told = { ...attributes, 'http.response.status_code': status }
      const origin = { parent: remoteOf(request), beganAt: Date.now() - elapsedMs }
      return tracer.fault({ ...details, attributes: told }, error, origin)
    },
  }
}

const remoteOf = ({ headers: { traceparent } }: FastifyRequest): string | undefined =>
  typeof traceparent === 'string' ? traceparent : undefined

/** Asked by machines all the time: they would hide how requests of people and shops are answered. */
const PROBES: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics'])

/** The caller did not wait for the answer. */
class ClientGone extends Error {
  override readonly name = 'ClientGone'
}

/** Paths that nobody declared are as many as there are scanners. */
const routeOf = ({ routeOptions }: FastifyRequest): string => routeOptions.url ?? 'none'

const stepOf = (request: FastifyRequest): StepDetails => {
  const { method } = request
  const route = routeOf(request)
  const attributes = { 'http.request.method': method, 'http.route': route }
  return { name: `${method} ${route}`, kind: 'server', attributes }
}
