import { join } from 'node:path'
import { EMBEDDED_PARTITIONS } from '@ebb/contracts/topics'
import type { CustomerView } from '@ebb/features/customer-view'
import { openKeysFile } from '@ebb/runtime/keys-file'
import { createLifecycle, thisProcess } from '@ebb/runtime/lifecycle'
import { createLogger } from '@ebb/runtime/logger'
import { NO_TELEMETRY } from '@ebb/runtime/telemetry/telemetry'
import type { Engines, OwnedEngines } from '@ebb/streaming/engines'
import { onlyGeneration } from '@ebb/streaming/generation'
import { customerOf, postEvents, type StartedShop } from '../commands/live-shop.ts'
import { type Composition, startServices } from '../composition.ts'
import { ownInstallation } from '../installation.ts'
import { serviceKey, withPassingKeys } from '../passing-keys.ts'
import { INSIGHTS_SCOPES, type RecordsServices, startRecordsServices } from '../records-services.ts'
import { EARLIER } from './earlier-data.ts'

const HOUR_MS = 3_600_000
const TICK_EVERY_MS = 20

/** Ebb of this version on a data folder, at an hour that a test sets. */
export interface RunningCopy extends Composition, Partial<RecordsServices> {
  readonly engines: OwnedEngines
  /** An hour after the data was written, until it is set. */
  readonly clock: { at: number }
  post(...events: readonly object[]): Promise<Response>
  customer(key: string): Promise<CustomerView | undefined>
  stop(): Promise<void>
}

/** A PostgreSQL, and the namespace of the schemas in it. */
export interface RecordsPlace {
  readonly url: string
  readonly namespace: string
}

/** What is started. */
export interface CopySettings {
  /** Those that a test may import. */
  readonly engines: Engines
  readonly folder: string
  /** Retention and insights run where it is given. */
  readonly records?: RecordsPlace
  /** Hears what a person is told where it has to end, and the exit code. */
  readonly end?: { tell(line: string): void; exit(code: number): void }
}

/** Starts the services of this version on a folder. */
export const startOn = async (settings: CopySettings): Promise<RunningCopy> => {
  const { folder, records, end = { tell: () => {}, exit: () => {} } } = settings
  const clock = { at: EARLIER.now + HOUR_MS }
  const now = (): number => clock.at
  const { installation, engines } = await owned(settings, now)
  const { generation } = installation
  const generations = onlyGeneration({ generation, ...engines })
  const { lifecycle, logger } = silentEnd(end.exit)
  lifecycle.onStop({ phase: 'rest', name: 'engines', run: engines.close })
  const keysFile = openKeysFile(join(folder, 'keys.json'))
  const insightsKey = serviceKey('insights', INSIGHTS_SCOPES)
  const ports = {
    ...{
      engines,
      generations,
      keysFile,
      keys: withPassingKeys(keysFile, [insightsKey]),
      clock: { now },
    },
    ...{ logger, lifecycle, telemetry: NO_TELEMETRY, tell: end.tell },
  }
  const config = {
    ...{ installation, host: '127.0.0.1', collectorPort: 0, featuresPort: 0, rates: {} },
    ...{ tickIntervalMs: TICK_EVERY_MS, insightsKey, ...SERVED },
    spool: { folder: join(folder, 'spool'), limitBytes: 1_000_000 },
  }
  const start = async () => {
    const pipeline = await startServices(ports, config)
    const onRecords = records && { ...ports, databaseUrl: records.url }
    const services =
      onRecords && (await startRecordsServices(onRecords, { ...config, ...records }, pipeline))
    return { ...pipeline, ...services }
  }
  const services = await start().catch(async (error: unknown) => {
    await lifecycle.stop('could not start', 1)
    throw error
  })
  const urls: StartedShop = {
    ...{ collector: services.collector.url, features: services.features.url },
    writeKey: EARLIER.writeKey,
  }
  return {
    ...{ ...services, engines, clock },
    post: (...events) => postEvents(urls, events),
    customer: (key) => customerOf(urls, EARLIER.shopKey, key),
    stop: () => lifecycle.stop('the test ends'),
  }
}

const SERVED = {
  ...{ retentionPort: 0, insightsPort: 0, sessionSecret: 'x'.repeat(64) },
  engineNames: { log: 'SQLite', store: 'SQLite', records: 'PostgreSQL' },
}

const owned = ({ engines, folder }: CopySettings, now: () => number) => {
  const shop = { timeZone: 'UTC', currency: 'USD', partitions: EMBEDDED_PARTITIONS }
  const wanted = { ...shop, kind: 'live', begunAt: now() } as const
  const settings = { what: 'a test', wanted, now, durability: 'killed-process' } as const
  return ownInstallation(engines, { folder, namespace: '' }, settings)
}

/** The end of a process that is none: that of the tests goes on. */
const silentEnd = (exit: (code: number) => void) => {
  const logger = createLogger({ service: 'ebb', level: 'silent' })
  const host = { ...thisProcess, onSignal: () => {}, exit: (code: number) => exit(code) as never }
  return { logger, lifecycle: createLifecycle({ logger, host }) }
}
