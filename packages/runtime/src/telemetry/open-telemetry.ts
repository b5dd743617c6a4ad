import { metrics, trace } from '@opentelemetry/api'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { AlwaysOnSampler, BatchSpanProcessor } from '@opentelemetry/sdk-trace'
import type { RunningTelemetry } from './start-telemetry.ts'
import { stepTracer } from './step-tracer.ts'
import type { TelemetryConfig } from './telemetry-settings.ts'

const PATIENCE_MS = 2_000

/** The SDK itself: loaded only where something is to be told. See `startTelemetry`. */
export const openTelemetry = (
  service: string,
  { otlpEndpoint, traceShare }: TelemetryConfig,
): RunningTelemetry => {
  const isSent = otlpEndpoint !== ''
  const at = (signal: string) => ({ url: `${otlpEndpoint.replace(/\/$/, '')}/v1/${signal}` })
  const collected = new PrometheusExporter({ preventServerStart: true })
  const sdk = new NodeSDK({
    resource: resourceFromAttributes({ 'service.name': service }),
    // The detectors would tell command lines and paths of this machine to whoever may read metrics.
    autoDetectResources: false,
    sampler: new AlwaysOnSampler(),
    spanProcessors: isSent
      ? [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(at('traces')) })]
      : [],
    metricReaders: isSent
      ? [
          collected,
          new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(at('metrics')) }),
        ]
      : [collected],
    logRecordProcessors: [],
    instrumentations: [new RuntimeNodeInstrumentation()],
  })
  sdk.start()
  const tracer = trace.getTracer('ebb')
  let stopped: Promise<void> | undefined
  return {
    meter: (scope) => metrics.getMeter(scope),
    // Without somebody to send spans to, none is made.
    tracer: stepTracer(tracer, { share: isSent ? traceShare : 0, random: Math.random }),
    prometheus: async () => {
      const { resourceMetrics } = await collected.collect()
      return new PrometheusSerializer().serialize(resourceMetrics)
    },
    stop: () => {
      stopped ??= within(PATIENCE_MS, sdk.shutdown()).then(leave)
      return stopped
    },
  }
}

/** The SDK stands in the globals of its API: whoever starts it again needs them. */
const leave = (): void => {
  trace.disable()
  metrics.disable()
}

/** A receiver that is away must not hold the process. */
const within = async (ms: number, work: Promise<void>): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([work.catch(() => undefined), promise])
  clearTimeout(timer)
}
