import { asyncApiDocument } from '@ebb/contracts/asyncapi'
import { EVENTS } from '@ebb/contracts/topics'
import type { AccessKeys } from '@ebb/runtime/access-keys'
import type { ProcessClock } from '@ebb/runtime/clock'
import { createHttpServer, type HttpServer } from '@ebb/runtime/http-server'
import type { Logger } from '@ebb/runtime/logger'
import { serveReference } from '@ebb/runtime/serve-reference'
import { NO_TELEMETRY, type Telemetry } from '@ebb/runtime/telemetry/telemetry'
import { watchEngines } from '@ebb/runtime/watch-engines'
import type { EventLog } from '@ebb/streaming/event-log'
import { COLLECTOR_SCOPE, collectorMetrics } from './collector-metrics.ts'
import { COLLECTOR_REFERENCE } from './ingest-operations.ts'
import { addIngestRoutes, type ShopMoney } from './ingest-routes.ts'
import { openRecordWriter } from './log-records.ts'
import { openSpoolingWriter, type SpoolingSettings } from './spool/spooling-writer.ts'
import { tellTraffic } from './traffic.ts'

/** What the collector stands on. */
export interface CollectorPorts {
  readonly log: EventLog
  readonly keys: AccessKeys
  readonly clock: ProcessClock
  readonly logger: Logger
  readonly telemetry?: Telemetry
}

/** How the collector takes events. */
export interface IntakeConfig extends ShopMoney {
  /** Keeps events while the log is away; without it they are refused then, `EBB_LOG_AWAY`. */
  readonly spool?: SpoolingSettings
  /**
   * Its name in `ebb.traffic.v1`, the same after a restart, and of no other collector; without it
   * no traffic is told, so no source is judged silent.
   */
  readonly name?: string
}

/** How the collector is set. */
export interface CollectorConfig extends IntakeConfig {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
}

/** A collector that listens. */
export interface Collector {
  readonly url: string
  /** Accepted records that wait in the spool for the log. */
  spooled(): number
  /** Takes no new request, answers those it has, then closes. Idempotent. */
  stop(): Promise<void>
}

/**
 * Starts to take in events: what is answered with 2xx is in the log or, while that is away, in the
 * fsynced spool; what is refused is in the topic of rejects; how much came from each source in each
 * minute is in `ebb.traffic.v1`. Throws `EBB_TOPIC_MISSING`,
 * `EBB_HTTP_PORT_IN_USE` and `EBB_HTTP_LISTEN`; with a spool also `EBB_SPOOL_IN_USE` and
 * `EBB_SPOOL_UNUSABLE`.
 */
export const start = async (ports: CollectorPorts, config: CollectorConfig): Promise<Collector> => {
  const { listen, spooled, stop } = await createCollector(ports, config)
  const { host, port } = config
  const howToChange = 'Set EBB_COLLECTOR_PORT to a free port (0 takes any), or end what has it'
  try {
    return { url: await listen({ host, port, howToChange }), spooled, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The server of a collector that does not listen yet. Throws as `start` does. */
export const createCollector = async (
  { log, keys, clock, logger, telemetry = NO_TELEMETRY }: CollectorPorts,
  { spool, name, ...money }: IntakeConfig,
): Promise<HttpServer & Pick<Collector, 'spooled'>> => {
  const writer = await (spool === undefined
    ? openRecordWriter(log)
    : openSpoolingWriter({ log, logger }, spool))
  // A writer knows no more of the log than its last request.
  const engines = watchEngines({ log: () => log.read({ topic: EVENTS, partition: 0 }, 0, 0) })
  const readiness = {
    'event log': () => writer.check(engines.fault('log')),
    'access keys': () => keys.find(''),
  }
  const server = createHttpServer({ logger, readiness, telemetry, scope: COLLECTOR_SCOPE })
  server.app.addHook('onClose', async () => engines.stop())
  const metrics = collectorMetrics(telemetry, writer.spoolBytes)
  const { traceparentOf } = server
  serveReference(server.app, COLLECTOR_REFERENCE)
  const topics = asyncApiDocument()
  server.app.get('/asyncapi.json', async () => topics)
  const traffic = name === undefined ? undefined : tellTraffic({ log, clock, logger }, name)
  const ports = { writer, keys, clock, metrics, traffic, traceparentOf }
  addIngestRoutes(server.app, ports, money)
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= server
      .stop()
      .then(() => traffic?.stop())
      .then(writer.close)
    return stopped
  }
  return { ...server, spooled: writer.spooled, stop }
}
