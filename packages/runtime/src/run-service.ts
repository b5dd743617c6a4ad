import type { NoticeListener } from '@ebb/streaming/engine-notice'
import { AbortedError, retryTransient, waitFor } from '@ebb/streaming/retry'
import { engineLog } from './engine-log.ts'
import { createLifecycle, type Lifecycle } from './lifecycle.ts'
import { createLogger, type Logger, type LoggerSettings } from './logger.ts'
import { type ProcessTelemetry, processTelemetry } from './telemetry/process-telemetry.ts'
import type { TelemetryConfig } from './telemetry/telemetry-settings.ts'

/** What a service of its own process is given to start with. */
export interface ServiceProcess extends Pick<ProcessTelemetry, 'telemetry'> {
  readonly logger: Logger
  readonly lifecycle: Lifecycle
  /** Writes what an engine has to say beside its answers into the log. */
  readonly onNotice: NoticeListener
  /** It runs; `/readyz` of the metrics port asks these, if any. */
  up(checks?: Parameters<ProcessTelemetry['readyWhen']>[0]): void
  /** Repeats a call while an engine is away; throws `AbortedError` when the process is to end. */
  patiently<T>(call: () => Promise<T>): Promise<T>
}

/**
 * Runs a service as a process: reads its settings, starts it, and ends the process in order when it
 * is told to stop or cannot start. A fault of the settings is told on standard error.
 */
export const runService = async <Config extends ServiceConfig>(
  name: string,
  read: () => Config,
  begin: (config: Config, process: ServiceProcess) => Promise<void>,
): Promise<void> => {
  const config = configOrExit(read)
  if (config === undefined) return
  const logger = createLogger({ service: name, level: config.logLevel })
  const lifecycle = createLifecycle({ logger })
  const stopping = new AbortController()
  const onNotice = engineLog(logger)
  lifecycle.onStop({ phase: 'readiness', name: 'start', run: () => stopping.abort() })
  const patiently = <T>(call: () => Promise<T>): Promise<T> =>
    retryTransient(call, {
      signal: stopping.signal,
      wait: waitFor,
      onRetry: (err, attempt) => {
        if (attempt === 1) logger.warn({ err }, 'cannot start yet; trying again')
      },
    })
  try {
    const { telemetry, readyWhen } = await processTelemetry({
      ...{ service: `ebb-${name}`, config, logger, lifecycle },
    })
    const up = (checks = {}): void => readyWhen(checks)
    await begin(config, { logger, lifecycle, telemetry, up, onNotice, patiently })
  } catch (error) {
    if (!(error instanceof AbortedError)) await lifecycle.fail(error as Error)
  }
}

/** The part of its settings that every service has. */
interface ServiceConfig extends TelemetryConfig {
  readonly logLevel: LoggerSettings['level']
}

const configOrExit = <Config>(read: () => Config): Config | undefined => {
  try {
    return read()
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    process.exitCode = 1
    return undefined
  }
}
