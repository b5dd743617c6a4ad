import type { Meter } from '@opentelemetry/api'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { histogramOf, METRICS } from './metrics.ts'
import { ownHistograms } from './own-histograms.ts'

const SCOPE = '@ebb/test'

/** What Prometheus is shown of values that were recorded by a meter of the SDK or by one of ours. */
const shown = async (
  isOurs: boolean,
  record: (meter: Meter) => void,
): Promise<readonly string[]> => {
  const histograms = ownHistograms()
  const metricProducers = [histograms.producer]
  const reader = new PrometheusExporter({ preventServerStart: true, metricProducers })
  const provider = new MeterProvider({ readers: [reader] })
  const meter = provider.getMeter(SCOPE)
  record(isOurs ? histograms.over(meter, SCOPE) : meter)
  const { resourceMetrics } = await reader.collect()
  await provider.shutdown()
  return new PrometheusSerializer().serialize(resourceMetrics).split('\n')
}

const request = fc.record({
  // Eighths add up exactly: the order of summing is not what is tested. The buckets end at some.
  seconds: fc.integer({ min: 0, max: 100 }).map((eighths) => eighths / 8),
  'http.request.method': fc.constantFrom('GET', 'POST'),
  'http.route': fc.constantFrom('/v1/events', '/orders/:id', 'none'),
  'http.response.status_code': fc.constantFrom(200, 404, 503),
})

test('Prometheus is shown the same of a histogram of ours as of one of the SDK', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(request), async (requests) => {
      const record = (meter: Meter): void => {
        const durations = histogramOf(meter, METRICS.requests)
        for (const { seconds, ...attributes } of requests) durations.record(seconds, attributes)
      }
      expect(await shown(true, record)).toEqual(await shown(false, record))
    }),
  )
})

test('histograms of one scope and name are one, and need no attributes', async () => {
  const lines = await shown(true, (meter) => {
    histogramOf(meter, METRICS.eventAge).record(1)
    histogramOf(meter, METRICS.eventAge).record(2)
  })
  expect(lines).toContain(`ebb_event_age_count{otel_scope_name="${SCOPE}"} 2`)
  expect(lines).toContain(`ebb_event_age_sum{otel_scope_name="${SCOPE}"} 3`)
})
