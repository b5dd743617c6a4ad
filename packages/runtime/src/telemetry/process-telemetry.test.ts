import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import type { StopStep } from '../lifecycle.ts'
import { createLogger } from '../logger.ts'
import { counterOf, METRICS } from './metrics.ts'
import { processTelemetry } from './process-telemetry.ts'
import type { TelemetryConfig } from './telemetry-settings.ts'

const OFF: TelemetryConfig = {
  metricsPort: '',
  metricsHost: '127.0.0.1',
  otlpEndpoint: '',
  sdkDisabled: 'false',
  traceShare: 1,
}

const ends: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A process that tells where its metrics are, and whose stop steps are run behind the test. */
const begin = async (config: Partial<TelemetryConfig>) => {
  const lines: string[] = []
  const logger = createLogger({
    ...{ service: 'test', level: 'info' },
    destination: { write: (line) => lines.push(line) },
  })
  const steps: StopStep[] = []
  const stop = async (): Promise<void> => {
    for (const { run } of steps.splice(0).reverse()) await run()
  }
  ends.push(stop)
  const lifecycle = {
    onStop: (step: StopStep) => void steps.push(step),
    stop,
    fail: stop,
  }
  const told = await processTelemetry({
    ...{ service: 'ebb-test', config: { ...OFF, ...config }, logger, lifecycle },
  })
  const url = lines.map((line) => JSON.parse(line).url).find(Boolean) as string | undefined
  return { ...told, url, stop, lines }
}

test('unless it is asked for, nothing is measured, traced or served', async () => {
  const { telemetry, url } = await begin({})
  expect(url).toBeUndefined()
  expect(telemetry.tracer.begin({ name: 'x', kind: 'internal' })).toBeUndefined()
})

test('the metrics port shows what is counted, by Prometheus’s names, and nothing of the machine', async () => {
  const { telemetry, url } = await begin({ metricsPort: 0 })
  counterOf(telemetry.meter('@ebb/test'), METRICS.eventsAccepted).add(2, { source: 'web' })
  const answer = await fetch(`${url}/metrics`)
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  const text = await answer.text()
  expect(text).toContain('ebb_events_accepted_total{source="web",otel_scope_name="@ebb/test"} 2')
  expect(text).toMatch(/^target_info\{service_name="ebb-test",service_instance_id="[\w-]+"\} 1$/m)
  expect(text).toMatch(/^nodejs_eventloop_/m)
  expect(text).not.toContain(process.execPath)
})

test('its probes say that the process lives, and when it is ready', async () => {
  const { url, readyWhen } = await begin({ metricsPort: 0 })
  const status = async (path: string) => (await fetch(`${url}${path}`)).status
  expect([await status('/livez'), await status('/readyz')]).toEqual([200, 503])
  let isAway = false
  readyWhen({
    states: () => {
      if (isAway) throw new Error('away')
    },
  })
  expect(await status('/readyz')).toBe(200)
  isAway = true
  expect([await status('/livez'), await status('/readyz')]).toEqual([200, 503])
})

test('traces and metrics are sent to the endpoint of OTLP, the last when the process ends', async () => {
  const received = new Map<string, string>()
  const server = createServer(async (request, response) => {
    const body = await buffer(request)
    received.set(request.url!, (received.get(request.url!) ?? '') + body.toString('latin1'))
    response.end()
  })
  ends.push(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { telemetry, stop } = await begin({ otlpEndpoint: `http://127.0.0.1:${port}` })
  counterOf(telemetry.meter('@ebb/test'), METRICS.eventsAccepted).add(1, { source: 'web' })
  telemetry.tracer.begin({ name: 'a step to be seen', kind: 'internal' })!.end()
  await stop()
  expect([...received.keys()].toSorted()).toEqual(['/v1/metrics', '/v1/traces'])
  expect(received.get('/v1/traces')).toContain('a step to be seen')
  expect(received.get('/v1/metrics')).toContain('ebb.events.accepted')
})

test('a receiver that does not answer holds the end of the process for two seconds at most', async () => {
  const server = createServer(() => {})
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { telemetry, stop } = await begin({ otlpEndpoint: `http://127.0.0.1:${port}` })
  telemetry.tracer.begin({ name: 'unheard', kind: 'internal' })!.end()
  // Ends by itself: the exporter would wait for ten seconds, which is longer than a test may take.
  await stop()
}, 8_000)
