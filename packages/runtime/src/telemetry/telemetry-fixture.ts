import type { Tracer } from '@ebb/streaming/tracing'
import { SpanKind } from '@opentelemetry/api'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { ownHistograms } from './own-histograms.ts'
import { withoutOver } from './passing-gauge.ts'
import { stepTracer } from './step-tracer.ts'
import type { Telemetry } from './telemetry.ts'

/** Telemetry of the real SDK, whose spans and metrics stay in memory. */
export interface RecordedTelemetry extends Telemetry {
  /** Spans that have ended, in that order. */
  spans(): ReadableSpan[]
  /** Points of a metric at this moment: attributes, and the value or the histogram. */
  points(name: string): Promise<{ attributes: Record<string, unknown>; value: unknown }[]>
}

/** Traces a share of what begins, by `random`. */
export const recordedTelemetry = (share = 1, random = () => 0.5): RecordedTelemetry => {
  const exporter = new InMemorySpanExporter()
  const traces = new TracerProvider({
    sampler: new AlwaysOnSampler(),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  })
  const histograms = ownHistograms()
  const reader = new (class extends MetricReader {
    protected override async onForceFlush(): Promise<void> {}
    protected override async onShutdown(): Promise<void> {}
  })({ metricProducers: [histograms.producer] })
  const metrics = new MeterProvider({ readers: [reader] })
  const tracer: Tracer = stepTracer(traces.getTracer('test'), { share, random })
  return {
    tracer,
    meter: (scope) => histograms.over(metrics.getMeter(scope), scope),
    spans: () => exporter.getFinishedSpans(),
    points: async (name) => {
      const { resourceMetrics } = await reader.collect()
      const found = withoutOver(resourceMetrics)
        .scopeMetrics.flatMap(({ metrics: each }) => each)
        .filter(({ descriptor }) => descriptor.name === name)
      return found.flatMap(({ dataPoints }) =>
        dataPoints.map(({ attributes, value }) => ({ attributes, value })),
      )
    },
  }
}

/** Trace id, id of the span, and id of its parent. */
export const placeOf = (span: ReadableSpan) => {
  const { traceId, spanId } = span.spanContext()
  return { traceId, spanId, parentId: span.parentSpanContext?.spanId }
}

/** Such as `CONSUMER`. */
export const kindOf = ({ kind }: ReadableSpan) => SpanKind[kind]
