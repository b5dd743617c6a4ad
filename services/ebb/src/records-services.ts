import { join } from 'node:path'
import { SCOPE_CUSTOMERS_READ } from '@ebb/features/customer-routes'
import { dashboardKeys } from '@ebb/insights/access/dashboard-keys'
import { type InsightsService, start as startInsights } from '@ebb/insights/service'
import { writeKeysOf } from '@ebb/insights/setup/write-keys'
import type { TruthSource } from '@ebb/insights/winbacks/truth-routes'
import { lookAtMigrations } from '@ebb/postgres/migrations'
import { openPostgres, type Postgres } from '@ebb/postgres/postgres-client'
import { SCOPE_WINBACKS_READ, SCOPE_WINBACKS_WRITE } from '@ebb/retention/http/winback-routes'
import { type RetentionService, start as startRetention } from '@ebb/retention/service'
import type { WebhookSettings } from '@ebb/retention/webhook/send-webhook'
import { engineLog } from '@ebb/runtime/engine-log'
import { schemaOf } from '@ebb/runtime/engine-settings'
import type { KeysFile } from '@ebb/runtime/keys-file'
import { valuingOf } from '@ebb/runtime/margin-setting'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import {
  type Composition,
  type CompositionConfig,
  type CompositionPorts,
  halting,
} from './composition.ts'
import type { PassingKey } from './passing-keys.ts'

/** What the services on PostgreSQL share. */
export interface RecordsPorts extends CompositionPorts {
  /** Of the installation; the passing keys are beside them in `keys`. */
  readonly keysFile: KeysFile
  readonly databaseUrl: string
}

/** How they run. */
export interface RecordsConfig extends CompositionConfig {
  readonly namespace: string
  readonly retentionPort: number
  readonly insightsPort: number
  readonly webhook?: WebhookSettings
  readonly firstPolicy?: string
  /** By which insights asks the other services: one of the keys. */
  readonly insightsKey: PassingKey
  readonly sessionSecret: string
  /** Names of the engines, for people. */
  readonly engineNames: Readonly<Record<'log' | 'store' | 'records', string>>
  /** Of a demonstration: what its offers really did. */
  readonly truth?: TruthSource
}

/** What insights may ask of the other services. */
export const INSIGHTS_SCOPES = [SCOPE_CUSTOMERS_READ, SCOPE_WINBACKS_READ, SCOPE_WINBACKS_WRITE]

/** The services that keep business records, and show them. */
export interface RecordsServices {
  readonly retention: RetentionService
  readonly insights: InsightsService
}

/** Where the built page of the dashboard is. */
const PAGE_FOLDER = join(import.meta.dirname, '..', '..', 'dashboard', 'dist')

const SERVICES = join(import.meta.dirname, '..', '..')

/**
 * Throws `EBB_POSTGRES_NEWER` where a newer version has changed the tables: before anything runs, so
 * that a version which cannot go on leaves everything as it was.
 */
export const refuseNewerRecords = async (url: string, namespace: string): Promise<void> => {
  for (const service of ['retention', 'insights']) {
    const schema = schemaOf(namespace, service)
    const postgres = await openPostgres({ url, schema, applicationName: `ebb-${service}` })
    const folder = join(SERVICES, service, 'migrations')
    await lookAtMigrations(postgres, { folder }).finally(postgres.close)
  }
}

/** Starts retention and insights in this process, beside the services that they read from. */
export const startRecordsServices = async (
  ports: RecordsPorts,
  config: RecordsConfig,
  pipeline: Composition,
): Promise<RecordsServices> => {
  const { keys, clock, logger, lifecycle, engines, generations, telemetry } = ports
  const { installation, host, webhook, firstPolicy } = config
  const { timeZone, currency } = installation
  const onHalt = halting(ports)
  const retention = await startRetention(
    {
      log: engines.log,
      keys,
      clock,
      logger,
      telemetry,
      onHalt,
      postgres: await schema(ports, config, 'retention'),
    },
    {
      ...{ timeZone, currency, host, port: config.retentionPort },
      ...(webhook && { webhook }),
      ...(firstPolicy !== undefined && { firstPolicy }),
    },
  )
  lifecycle.onStop({ phase: 'flush', name: 'retention', run: retention.stop })
  const insights = await startInsights(
    {
      ...{ generations, clock, logger, telemetry, onHalt, keys: dashboardKeys(keys) },
      postgres: await schema(ports, config, 'insights'),
    },
    insightsConfig(ports, config, { ...pipeline, retention }),
  )
  lifecycle.onStop({ phase: 'intake', name: 'insights', run: insights.stop })
  return { retention, insights }
}

const schema = async (
  { databaseUrl: url, lifecycle, logger }: RecordsPorts,
  { namespace }: RecordsConfig,
  service: string,
): Promise<Postgres> => {
  const postgres = await openPostgres({
    ...{ url, schema: schemaOf(namespace, service), applicationName: `ebb-${service}` },
    onNotice: engineLog(logger),
  })
  lifecycle.onStop({ phase: 'rest', name: `records of ${service}`, run: postgres.close })
  return postgres
}

const insightsConfig = (
  { keysFile }: RecordsPorts,
  config: RecordsConfig,
  { collector, features, retention }: Composition & Pick<RecordsServices, 'retention'>,
) => {
  const { installation, host, insightsPort, insightsKey, sessionSecret, engineNames, truth } =
    config
  return {
    ...{ installation, host, port: insightsPort, sessionSecret, pageFolder: PAGE_FOLDER },
    ...{ featuresUrl: features.url, featuresKey: insightsKey.key, collectorUrl: collector.url },
    retention: { url: retention.url, key: insightsKey.key },
    ...(truth && { truth }),
    writeKeys: () => writeKeysOf(keysFile),
    engineNames: [
      { need: 'event log', name: engineNames.log },
      { need: 'state store', name: engineNames.store },
      { need: 'business records', name: engineNames.records },
    ] as const,
    scoring: {
      ...SHIPPED_SCORING,
      ...valuingOf({ currency: installation.currency, marginPercent: config.marginPercent }),
    },
  }
}
