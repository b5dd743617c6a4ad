import type { Attributes, Meter } from '@opentelemetry/api'
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { gaugeOf, type MetricDeclaration } from './metrics.ts'

/** Told of a series that is over. */
const OVER = Number.NaN

/** Takes a value, finite, of a series. */
export type Observe = (value: number, attributes: Attributes) => void

/**
 * Is asked for what is declared whenever somebody collects. A gauge of the SDK keeps each series
 * that it was ever told of; of this one those are gone that `tell` leaves out, in whatever was
 * collected through `withoutOver`.
 */
export const passingGaugeOf = (
  meter: Meter,
  declared: MetricDeclaration & { readonly kind: 'gauge' },
  tell: (observe: Observe) => void,
): void => {
  const known = new Map<string, Attributes>()
  gaugeOf(meter, declared).addCallback((result) => {
    const over = new Map(known)
    tell((value, attributes) => {
      const series = JSON.stringify(attributes)
      known.set(series, attributes)
      over.delete(series)
      result.observe(value, attributes)
    })
    for (const attributes of over.values()) result.observe(OVER, attributes)
  })
}

/** What was collected, less the series that are over. */
export const withoutOver = (collected: ResourceMetrics): ResourceMetrics => ({
  ...collected,
  scopeMetrics: collected.scopeMetrics.map((scoped) => ({
    ...scoped,
    metrics: scoped.metrics.flatMap((metric) => {
      const dataPoints = metric.dataPoints.filter(({ value }) => !Number.isNaN(value))
      // The kind of its points is still that of the metric.
      return dataPoints.length > 0 ? [{ ...metric, dataPoints } as typeof metric] : []
    }),
  })),
})

/** An exporter that is given no series that is over. */
export const exportingWithoutOver = <E extends PushMetricExporter>(exporter: E): E => {
  const send = exporter.export.bind(exporter)
  exporter.export = (metrics, done) => send(withoutOver(metrics), done)
  return exporter
}
