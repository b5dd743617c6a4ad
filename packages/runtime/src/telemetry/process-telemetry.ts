import { createHttpServer, type ReadinessCheck } from '../http-server.ts'
import type { Lifecycle } from '../lifecycle.ts'
import type { Logger } from '../logger.ts'
import { startTelemetry } from './start-telemetry.ts'
import type { RunningTelemetry, Telemetry } from './telemetry.ts'
import type { TelemetryConfig } from './telemetry-settings.ts'

/** Whose telemetry it is. */
export interface TelemetryProcess {
  /** `service.name` of its metrics and traces. */
  readonly service: string
  readonly config: TelemetryConfig
  readonly logger: Logger
  readonly lifecycle: Lifecycle
}

/** Telemetry of this process, and its port for operators. */
export interface ProcessTelemetry {
  readonly telemetry: Telemetry
  /** `/readyz` of the metrics port asks these from now on; until the first call it says 503. */
  readyWhen(checks: Readonly<Record<string, ReadinessCheck>>): void
}

const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * Starts what the settings ask for, and ends it with the process. On the metrics port: `/metrics`,
 * `/livez`, `/readyz`. Throws `EBB_HTTP_PORT_IN_USE` and `EBB_HTTP_LISTEN`.
 */
export const processTelemetry = async (process: TelemetryProcess): Promise<ProcessTelemetry> => {
  const { service, config, logger, lifecycle } = process
  const telemetry = await startTelemetry(service, config, logger)
  lifecycle.onStop({ phase: 'rest', name: 'telemetry', run: telemetry.stop })
  const readiness: Record<string, ReadinessCheck> = {
    start: () => {
      throw new Error('is under way')
    },
  }
  if (config.metricsPort !== '') await serve(process, config.metricsPort, { telemetry, readiness })
  return {
    telemetry,
    readyWhen: (checks) => {
      delete readiness['start']
      Object.assign(readiness, checks)
    },
  }
}

interface Served {
  readonly telemetry: RunningTelemetry
  readonly readiness: Readonly<Record<string, ReadinessCheck>>
}

const serve = async (
  { config, logger, lifecycle }: TelemetryProcess,
  port: number,
  { telemetry, readiness }: Served,
): Promise<void> => {
  const http = createHttpServer({ logger, readiness })
  http.app.get('/metrics', async (_request, reply) =>
    reply.type(PROMETHEUS_TEXT).send(await telemetry.prometheus()),
  )
  const howToChange = 'Set EBB_METRICS_PORT to a free port'
  const url = await http.listen({ host: config.metricsHost, port, howToChange })
  lifecycle.onStop({ phase: 'readiness', name: 'metrics', run: http.unready })
  lifecycle.onStop({ phase: 'rest', name: 'metrics', run: http.stop })
  logger.info({ url }, 'metrics')
}
