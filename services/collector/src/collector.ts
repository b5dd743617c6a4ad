import { EVENTS } from '@ebb/contracts/topics'
import type { AccessKeys } from '@ebb/runtime/access-keys'
import type { ProcessClock } from '@ebb/runtime/clock'
import { createHttpServer, type HttpServer } from '@ebb/runtime/http-server'
import type { Logger } from '@ebb/runtime/logger'
import type { EventLog } from '@ebb/streaming/event-log'
import { addIngestRoutes, type ShopMoney } from './ingest-routes.ts'
import { openRecordWriter } from './log-records.ts'

/** What the collector stands on. */
export interface CollectorPorts {
  readonly log: EventLog
  readonly keys: AccessKeys
  readonly clock: ProcessClock
  readonly logger: Logger
}

/** How the collector is set. */
export interface CollectorConfig extends ShopMoney {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
}

/** A collector that listens. */
export interface Collector {
  readonly url: string
  /** Takes no new request, answers those it has, then closes. Idempotent. */
  stop(): Promise<void>
}

/**
 * Starts to take in events: what is answered with 2xx is in the log, what is refused is in the
 * topic of rejects. Throws `EBB_TOPIC_MISSING`, `EBB_HTTP_PORT_IN_USE` and `EBB_HTTP_LISTEN`.
 */
export const start = async (ports: CollectorPorts, config: CollectorConfig): Promise<Collector> => {
  const server = await createCollector(ports, config)
  const { host, port } = config
  const howToChange = 'Set EBB_COLLECTOR_PORT to a free port (0 takes any), or end what has it'
  const url = await server.listen({ host, port, howToChange })
  return { url, stop: server.stop }
}

/** The server of a collector that does not listen yet. Throws `EBB_TOPIC_MISSING`. */
export const createCollector = async (
  { log, keys, clock, logger }: CollectorPorts,
  money: ShopMoney,
): Promise<HttpServer> => {
  const writer = await openRecordWriter(log)
  const readiness = {
    'event log': () => log.partitions(EVENTS),
    'access keys': () => keys.find(''),
  }
  const server = createHttpServer({ logger, readiness })
  addIngestRoutes(server.app, { writer, keys, clock }, money)
  return server
}
