import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { expect, test } from 'vitest'
import { METRICS } from './metrics.ts'
import { exportingWithoutOver, passingGaugeOf, withoutOver } from './passing-gauge.ts'

test('a series that is told of no more is gone for everybody who collects, and may come back', async () => {
  const scraped = new PrometheusExporter({ preventServerStart: true })
  const sent = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const sending = new PeriodicExportingMetricReader({ exporter: exportingWithoutOver(sent) })
  const provider = new MeterProvider({ readers: [scraped, sending] })
  let models: readonly string[] = []
  passingGaugeOf(provider.getMeter('test'), METRICS.modelAuc, (observe) => {
    for (const model of models) observe(0.5, { model })
  })
  const shown = async (): Promise<string[]> => {
    const { resourceMetrics } = await scraped.collect()
    const text = new PrometheusSerializer().serialize(withoutOver(resourceMetrics))
    return [...text.matchAll(/^ebb_model_auc\{model="(\w+)"/gm)].map(([, model]) => model!).sort()
  }
  const received = async (): Promise<unknown[]> => {
    sent.reset()
    await sending.forceFlush()
    return sent
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
      .flatMap(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes['model']))
      .sort()
  }
  for (const now of [['a', 'b'], ['b', 'c'], [], ['a']]) {
    models = now
    // Twice: what is over stays so.
    for (const told of [shown, received, shown, received]) expect(await told()).toEqual(now)
  }
  await provider.shutdown()
})
