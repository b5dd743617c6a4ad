import { randomUUID } from 'node:crypto'
import { NO_TRACER } from '@ebb/streaming/tracing'
import { DiagLogLevel, diag, metrics, trace } from '@opentelemetry/api'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { AlwaysOnSampler, BatchSpanProcessor } from '@opentelemetry/sdk-trace'
import type { Logger } from '../logger.ts'
import { ownHistograms } from './own-histograms.ts'
import { exportingWithoutOver, withoutOver } from './passing-gauge.ts'
import { soon } from './soon.ts'
import { stepTracer } from './step-tracer.ts'
import type { RunningTelemetry } from './telemetry.ts'
import type { TelemetryConfig } from './telemetry-settings.ts'

const PATIENCE_MS = 2_000

/** The SDK itself: loaded only where something is to be told. See `startTelemetry`. */
export const openTelemetry = (
  service: string,
  { otlpEndpoint, traceShare }: TelemetryConfig,
  logger: Logger,
): RunningTelemetry => {
  tellFaults(logger)
  const isSent = otlpEndpoint !== ''
  const at = (signal: string) => ({ url: `${otlpEndpoint.replace(/\/$/, '')}/v1/${signal}` })
  const histograms = ownHistograms()
  const metricProducers = [histograms.producer]
  const collected = new PrometheusExporter({ preventServerStart: true, metricProducers })
  const sdk = new NodeSDK({
    resource: resourceFromAttributes({
      'service.name': service,
      'service.instance.id': randomUUID(),
    }).merge(detectResources({ detectors: [envDetector] })),
    // The other detectors would tell command lines and paths of this machine to whoever may read metrics.
    autoDetectResources: false,
    sampler: new AlwaysOnSampler(),
    spanProcessors: isSent
      ? [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(at('traces')) })]
      : [],
    metricReaders: isSent
      ? [
          collected,
          new PeriodicExportingMetricReader({
            exporter: exportingWithoutOver(new OTLPMetricExporter(at('metrics'))),
            metricProducers,
          }),
        ]
      : [collected],
    logRecordProcessors: [],
    instrumentations: [new RuntimeNodeInstrumentation()],
  })
  sdk.start()
  const tracer = trace.getTracer('ebb')
  const collect = async (): Promise<string> => {
    const { resourceMetrics } = await collected.collect({ timeoutMillis: PATIENCE_MS })
    return new PrometheusSerializer().serialize(withoutOver(resourceMetrics))
  }
  let collecting: Promise<string> | undefined
  let stopped: Promise<void> | undefined
  return {
    meter: (scope) => histograms.over(metrics.getMeter(scope), scope),
    // Without somebody to send spans to, none is made.
    tracer: isSent ? stepTracer(tracer, { share: traceShare, random: Math.random }) : NO_TRACER,
    prometheus: () => {
      collecting ??= collect().finally(() => {
        collecting = undefined
      })
      return collecting
    },
    stop: () => {
      // A receiver that is away must not hold the process.
      stopped ??= soon(sdk.shutdown(), PATIENCE_MS).then(leave)
      return stopped
    },
  }
}

/** The SDK stands in the globals of its API: whoever starts it again needs them. */
const leave = (): void => {
  trace.disable()
  metrics.disable()
}

const FAULT_EVERY_MS = 60_000

/** What the SDK has to say, such as that nobody takes its traces: one line a minute. */
const tellFaults = (logger: Logger): void => {
  let toldAt = Number.NEGATIVE_INFINITY
  const tell = (message: string): void => {
    if (performance.now() - toldAt < FAULT_EVERY_MS) return
    toldAt = performance.now()
    logger.warn({ told: message.slice(0, 500) }, 'telemetry has trouble')
  }
  const nothing = (): void => {}
  const listener = { error: tell, warn: tell, info: nothing, debug: nothing, verbose: nothing }
  diag.setLogger(listener, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
}
