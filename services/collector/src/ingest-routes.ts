import type { Readable } from 'node:stream'
import type { AccessKeys, KeyGrant } from '@ebb/runtime/access-keys'
import type { ProcessClock } from '@ebb/runtime/clock'
import type { CodedError } from '@ebb/runtime/coded-error'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CollectorMetrics } from './collector-metrics.ts'
import { type EventBatch, NO_BATCH, parseEventBatch } from './event-batch.ts'
import { judgeBatch, type Verdict } from './intake.ts'
import { type RecordWriter, rejectedRecord } from './log-records.ts'
import { type RequestBody, readRequestBody, textOf } from './request-body.ts'
import type { TrafficTeller } from './traffic.ts'
import { findWriter, grantToWrite, keyInBody, keyInHeaders, keyInQuery } from './write-key.ts'

/** What the routes stand on. */
export interface IngestPorts {
  readonly writer: RecordWriter
  readonly keys: AccessKeys
  readonly clock: ProcessClock
  readonly metrics: CollectorMetrics
  /** Absent where nobody judges sources. */
  readonly traffic?: TrafficTeller | undefined
  readonly traceparentOf: (request: FastifyRequest) => string | undefined
}

/** The money of the shop. */
export interface ShopMoney {
  /** ISO 4217 code of the shop. */
  readonly currency: string
  /** Units of that currency for one unit of another, by its code. */
  readonly rates: Readonly<Record<string, number>>
}

/** `POST /v1/events` with a verdict for each event, and `POST /v1/batch` as Segment has it. */
export const addIngestRoutes = (
  app: FastifyInstance,
  ports: IngestPorts,
  money: ShopMoney,
): void => {
  takeEveryBody(app)
  const onRequest = allowBrowsers
  app.post('/v1/events', { onRequest }, async (request, reply) => {
    const { batch, verdicts } = await ingest(request, ports, money)
    return nativeAnswer(reply, verdicts, batch.single)
  })
  app.post('/v1/batch', { onRequest }, async (request, reply) => {
    await ingest(request, ports, { ...money, batchOnly: true })
    return reply.type('application/json; charset=utf-8').send('{"success":true}')
  })
  for (const path of ['/v1/events', '/v1/batch']) {
    app.options(path, { onRequest }, async (_request, reply) =>
      reply.headers(PREFLIGHT).code(204).send(),
    )
  }
}

/** Clients send JSON under many content types, and gzip under form data: the body alone tells. */
const takeEveryBody = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
}

const PREFLIGHT = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'Authorization, Content-Type, X-Write-Key',
  'access-control-max-age': '86400',
}

const allowBrowsers = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
  reply.header('access-control-allow-origin', '*')
  // The framework would refuse a content type that is not well formed.
  delete request.raw.headers['content-type']
}

interface Ingested {
  readonly batch: EventBatch
  readonly verdicts: readonly Verdict[]
}

const ingest = async (
  request: FastifyRequest,
  { writer, keys, clock, metrics, traffic, traceparentOf }: IngestPorts,
  { currency, rates, batchOnly = false }: ShopMoney & { readonly batchOnly?: boolean },
): Promise<Ingested> => {
  const route = request.routeOptions.url ?? ''
  const granted = (key: string | undefined): KeyGrant => {
    try {
      return grantToWrite(keys, key)
    } catch (error) {
      metrics.refused('', (error as CodedError).code)
      throw error
    }
  }
  const inHeaders = keyInHeaders(request.headers)
  const known = inHeaders === undefined ? undefined : granted(inHeaders)
  const body = await bodyOf(request)
  const receivedAt = clock.now()
  const inQuery = keyInQuery(request.query)
  const batch = await readBatch(body, batchOnly).catch(async (error: CodedError) => {
    const grant = known ?? findWriter(keys, inQuery)
    if (grant !== undefined) {
      await writer.write([], [refusedBody(body, error, { grant, route, receivedAt })])
      metrics.refused(grant.source, error.code)
      traffic?.count(grant.source, { refused: 1 })
    }
    throw error
  })
  const grant = known ?? granted(keyInBody(batch.envelope) ?? inQuery)
  const globalPrivacyControl = request.headers['sec-gpc'] === '1'
  const traceparent = traceparentOf(request)
  const context = {
    ...{ grant, route, receivedAt, baseCurrency: currency, rates, globalPrivacyControl },
    ...(traceparent !== undefined && { traceparent }),
  }
  const { verdicts, events, rejects } = judgeBatch(batch, context)
  const spooled = await writer.write(events, rejects)
  metrics.taken(grant.source, verdicts, receivedAt)
  const { length: accepted } = events
  traffic?.count(grant.source, { accepted, refused: rejects.length, spooled })
  return { batch, verdicts }
}

const bodyOf = async (request: FastifyRequest): Promise<RequestBody> =>
  request.body === undefined
    ? { bytes: Buffer.alloc(0), total: 0, tooLarge: false }
    : readRequestBody(request.body as Readable)

const readBatch = async (body: RequestBody, batchOnly: boolean): Promise<EventBatch> => {
  const batch = parseEventBatch(await textOf(body))
  if (batch.single && batchOnly) throw NO_BATCH
  return batch
}

interface Origin {
  readonly grant: KeyGrant
  readonly route: string
  readonly receivedAt: number
}

const refusedBody = (body: RequestBody, error: CodedError, { grant, route, receivedAt }: Origin) =>
  rejectedRecord({
    source: grant.source,
    code: error.code,
    message: error.message,
    where: `collector ${route}`,
    receivedAt,
    payload: body.bytes,
    payloadBytes: body.total,
  })

const nativeAnswer = (
  reply: FastifyReply,
  results: readonly Verdict[],
  single: boolean,
): FastifyReply => {
  const refused = results.filter(({ status }) => status === 'refused').length
  const answer = { accepted: results.length - refused, refused, results }
  const [only] = results
  if (!single || only?.status !== 'refused') return reply.send(answer)
  const { code, message, path, fix } = only
  const where = path === '' ? {} : { where: path }
  const status = code === 'EBB_EVENT_TOO_LARGE' ? 413 : 400
  return reply.code(status).send({ error: { code, message, ...where, fix }, ...answer })
}
