import { afterEach, expect, test } from 'vitest'
import { createHttpServer } from '../http-server.ts'
import { createLogger } from '../logger.ts'
import { METRICS } from './metrics.ts'
import { placeOf, recordedTelemetry } from './telemetry-fixture.ts'

let stop: (() => Promise<void>) | undefined
afterEach(() => stop?.())

const listen = async (share: number) => {
  const lines: string[] = []
  const logger = createLogger({
    ...{ service: 'test', level: 'info' },
    destination: { write: (line) => lines.push(line) },
  })
  const telemetry = recordedTelemetry(share)
  const server = createHttpServer({ logger, readiness: {}, telemetry, scope: '@ebb/test' })
  stop = server.stop
  server.app.get('/orders/:id', async (request) => ({ leads: server.traceparentOf(request) }))
  server.app.get('/broken', async () => {
    throw new TypeError('u:ann is broken')
  })
  const came = Promise.withResolvers<void>()
  const left = Promise.withResolvers<void>()
  server.app.post('/slow', async () => {
    came.resolve()
    await left.promise
    return {}
  })
  server.app.get('/stream', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200).flushHeaders()
    came.resolve()
  })
  server.app.get('/large', async () => 'x'.repeat(50_000_000))
  server.app.get('/torn', (_request, reply) => {
    reply.raw.destroy(new Error('it broke'))
  })
  server.app.addHook('onRequest', (_request, reply, done) => {
    reply.raw.once('close', left.resolve)
    done()
  })
  const url = await server.listen({ port: 0, howToChange: '' })
  /** Asks, and hangs up before the answer; resolves when the server knows. */
  const giveUp = async (path: string, init?: RequestInit): Promise<void> => {
    const caller = new AbortController()
    const answer = fetch(`${url}${path}`, { ...init, signal: caller.signal }).catch(() => undefined)
    await came.promise
    caller.abort()
    await Promise.all([answer, left.promise])
  }
  /** Hangs up when the answer has begun. */
  const giveUpWithin = async (path: string): Promise<void> => {
    const { body } = await fetch(`${url}${path}`)
    await Promise.all([body!.cancel(), left.promise])
  }
  const get = async (path: string): Promise<Record<string, string>> =>
    JSON.parse(await (await fetch(`${url}${path}`)).text())
  return { telemetry, app: server.app, get, giveUp, giveUpWithin, lines }
}

test('requests are measured by route and status, whatever paths are asked for', async () => {
  const { telemetry, get } = await listen(0)
  for (const path of ['/orders/1', '/orders/2', '/no/such', '/wp-admin', '/broken', '/livez'])
    await get(path)
  const points = await telemetry.points(METRICS.requests.name)
  expect(
    points.map(({ attributes, value }) => [
      attributes['http.route'],
      attributes['http.response.status_code'],
      (value as { count: number }).count,
    ]),
  ).toEqual([
    ['/orders/:id', 200, 2],
    ['none', 404, 2],
    ['/broken', 500, 1],
  ])
})

test('a request that nobody waits for any more is measured, too, with no status', async () => {
  const { telemetry, giveUp } = await listen(0)
  await giveUp('/slow', { method: 'POST', body: 'a cart' })
  const points = await telemetry.points(METRICS.requests.name)
  expect(
    points.map(({ attributes, value }) => [attributes, (value as { count: number }).count]),
  ).toEqual([
    [{ 'http.request.method': 'POST', 'http.route': '/slow', 'error.type': 'ClientGone' }, 1],
  ])
})

test('an answer that its caller leaves half read was given up, too', async () => {
  const { telemetry, giveUpWithin } = await listen(1)
  await giveUpWithin('/large')
  const points = await telemetry.points(METRICS.requests.name)
  expect(points.map(({ attributes }) => attributes)).toEqual([
    { 'http.request.method': 'GET', 'http.route': '/large', 'error.type': 'ClientGone' },
  ])
  expect(telemetry.spans().map(({ attributes }) => attributes['error.type'])).toEqual([
    'ClientGone',
  ])
})

test('a request is measured once, however its connection ends', async () => {
  const { telemetry, app } = await listen(0)
  await app.inject('/orders/1')
  await app.inject('/torn').catch(() => undefined)
  const points = await telemetry.points(METRICS.requests.name)
  expect(points.map(({ value }) => (value as { count: number }).count)).toEqual([1, 1])
})

test('a stream that its reader leaves is no request that was given up', async () => {
  const { telemetry, giveUp } = await listen(1)
  await giveUp('/stream')
  expect(await telemetry.points(METRICS.requests.name)).toEqual([])
  expect(telemetry.spans().map(({ attributes }) => attributes['error.type'])).toEqual([undefined])
})

test('a request that is sampled is a step, and names itself to what it leads to', async () => {
  const { telemetry, get } = await listen(1)
  const { leads } = await get('/orders/1')
  const [span] = telemetry.spans()
  const { traceId, spanId } = placeOf(span!)
  expect(leads).toBe(`00-${traceId}-${spanId}-01`)
  expect(span).toMatchObject({
    name: 'GET /orders/:id',
    attributes: { 'http.route': '/orders/:id', 'http.response.status_code': 200 },
  })
})

test.each([0, 1])('of a fault of ours the log has the trace id, sampled %i', async (share) => {
  const { telemetry, get, lines } = await listen(share)
  await get('/broken')
  const [span, ...others] = telemetry.spans()
  expect(others).toEqual([])
  expect(span!.attributes['error.type']).toBe('TypeError')
  const { traceId } = JSON.parse(lines.at(-1)!)
  expect(traceId).toBe(placeOf(span!).traceId)
})
