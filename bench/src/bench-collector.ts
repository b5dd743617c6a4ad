import { join } from 'node:path'
import { start } from '@ebb/collector/collector'
import type { ProcessClock } from '@ebb/runtime/clock'
import { openKeysFile } from '@ebb/runtime/keys-file'
import { createLogger } from '@ebb/runtime/logger'
import { NO_TELEMETRY, type Telemetry } from '@ebb/runtime/telemetry/telemetry'
import type { EventLog } from '@ebb/streaming/event-log'
import { SHOP } from './bench-shop.ts'
import type { Target } from './http-load.ts'
import { type Popularity, shopTraffic } from './shop-traffic.ts'

/** A collector that listens, with a storefront's key. */
export interface BenchCollector {
  readonly target: Target
  stop(): Promise<void>
}

/** Where events are posted: the route with a verdict for each event. */
export const EVENTS_PATH = '/v1/events'

/** What a collector of the benchmarks stands on. */
export interface BenchCollectorPorts {
  readonly log: EventLog
  readonly clock: ProcessClock
  /** Takes the file of access keys. */
  readonly folder: string
  /** Where it keeps events while the log is away; it does not without. */
  readonly spoolFolder?: string
  readonly telemetry?: Telemetry
}

/** On a machine that is busy with other work the log may be late; a round is not to spool for that. */
const SPOOL = { limitBytes: 1_024 * 1_024 * 1_024, patienceMs: 10_000 }

/** Starts the collector as `ebb up` does, on any free port. */
export const startBenchCollector = async ({
  log,
  clock,
  folder,
  spoolFolder,
  telemetry = NO_TELEMETRY,
}: BenchCollectorPorts): Promise<BenchCollector> => {
  const keys = openKeysFile(join(folder, 'keys.json'))
  const { key } = await keys.create({ kind: 'write', source: 'storefront' })
  const logger = createLogger({ service: 'collector', level: 'warn', destination: process.stderr })
  const { url, stop } = await start(
    { log, keys, clock, logger, telemetry },
    {
      ...SHOP,
      host: '127.0.0.1',
      port: 0,
      ...(spoolFolder !== undefined && { spool: { ...SPOOL, folder: spoolFolder } }),
    },
  )
  return { target: targetAt(url, key), stop }
}

/** The target of a server that listens at this address. */
export const targetAt = (url: string, writeKey: string): Target => {
  const { hostname: host, port } = new URL(url)
  return { host, port: Number(port), path: EVENTS_PATH, writeKey }
}

/** The bodies of a round. */
export interface BodySettings {
  /** Another name, other events of the same customers. */
  readonly name: string
  readonly events: number
  /** Of one request. */
  readonly size: number
  readonly customers: number
  readonly popularity: Popularity
  /** When they are sent, ms since the epoch. */
  readonly sentAt: number
}

const A_MOMENT_MS = 1_000

/** Bodies as analytics.js sends them: `{ batch, sentAt }`, or one event with its `sentAt`. */
export const requestBodies = (settings: BodySettings): readonly string[] => {
  const { events, size } = settings
  const next = shopTraffic(settings)
  const occurredAt = settings.sentAt - A_MOMENT_MS
  const sentAt = new Date(settings.sentAt).toISOString()
  return Array.from({ length: Math.ceil(events / size) }, () => {
    const batch = Array.from({ length: size }, () => next(occurredAt))
    return JSON.stringify(size === 1 ? { ...batch[0], sentAt } : { batch, sentAt })
  })
}
