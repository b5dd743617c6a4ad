import type { Telemetry } from './telemetry.ts'
import { NO_TELEMETRY } from './telemetry.ts'
import type { TelemetryConfig } from './telemetry-settings.ts'

/** Telemetry of a process. */
export interface RunningTelemetry extends Telemetry {
  /** All metrics of this moment, in the text format of Prometheus. */
  prometheus(): Promise<string>
  /** Sends what waits, for at most two seconds. Idempotent. */
  stop(): Promise<void>
}

const OFF: RunningTelemetry = {
  ...NO_TELEMETRY,
  prometheus: async () => '',
  stop: async () => {},
}

/**
 * Starts OpenTelemetry for this process, where a metrics port or an OTLP endpoint is set; otherwise
 * nothing is loaded. Further `OTEL_EXPORTER_OTLP_…` variables mean what OpenTelemetry says.
 */
export const startTelemetry = async (
  service: string,
  config: TelemetryConfig,
): Promise<RunningTelemetry> => {
  if (config.metricsPort === '' && config.otlpEndpoint === '') return OFF
  const { openTelemetry } = await import('./open-telemetry.ts')
  return openTelemetry(service, config)
}
