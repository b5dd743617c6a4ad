import type { Logger } from '../logger.ts'
import { NO_TELEMETRY, type RunningTelemetry } from './telemetry.ts'
import type { TelemetryConfig } from './telemetry-settings.ts'

const OFF: RunningTelemetry = {
  ...NO_TELEMETRY,
  prometheus: async () => '',
  stop: async () => {},
}

/**
 * Starts OpenTelemetry for this process, where a metrics port or an OTLP endpoint is set; otherwise
 * nothing is loaded. Headers, time limit and compression of OTLP, and attributes of the resource are
 * taken from the variables that OpenTelemetry has for them.
 */
export const startTelemetry = async (
  service: string,
  config: TelemetryConfig,
  logger: Logger,
): Promise<RunningTelemetry> => {
  const isAskedFor = config.metricsPort !== '' || config.otlpEndpoint !== ''
  if (!isAskedFor || config.sdkDisabled === 'true') return OFF
  const { openTelemetry } = await import('./open-telemetry.ts')
  return openTelemetry(service, config, logger)
}
