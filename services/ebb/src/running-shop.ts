import type { Installation } from '@ebb/contracts/installation'
import { SCOPE_COUPONS_REDEEM } from '@ebb/retention/http/coupon-operations'
import type { ProcessClock } from '@ebb/runtime/clock'
import { engineLog } from '@ebb/runtime/engine-log'
import { followGenerations } from '@ebb/runtime/follow-generations'
import type { NewInstallation } from '@ebb/runtime/installation'
import { type KeysFile, openKeysFile } from '@ebb/runtime/keys-file'
import { createLifecycle, type Lifecycle } from '@ebb/runtime/lifecycle'
import { createLogger, type Logger } from '@ebb/runtime/logger'
import { processTelemetry } from '@ebb/runtime/telemetry/process-telemetry'
import type { TelemetryConfig } from '@ebb/runtime/telemetry/telemetry-settings'
import type { OwnedEngines, Place } from '@ebb/streaming/engines'
import type { Generations } from '@ebb/streaming/generation'
import type { RecordsDatabase } from './business-records.ts'
import type { CliContext } from './cli-context.ts'
import { alertLine } from './commands/alert-line.ts'
import { followAlerts } from './commands/alerts.ts'
import { keysFileOf } from './commands/keys.ts'
import { patiently } from './commands/patience.ts'
import { type Composition, type CompositionConfig, halting, startServices } from './composition.ts'
import type { EbbConfig } from './config.ts'
import { faultText } from './fault-text.ts'
import { type OwnedInstallation, ownedInGeneration, ownInstallation } from './installation.ts'
import {
  type FindableKeys,
  type PassingKey,
  serviceKey,
  visitorKey,
  withPassingKeys,
} from './passing-keys.ts'
import { rebuildWhenAsked } from './rebuild/asked-rebuild.ts'
import {
  INSIGHTS_SCOPES,
  type RecordsConfig,
  type RecordsServices,
  refuseNewerRecords,
  startRecordsServices,
} from './records-services.ts'
import { sessionSecretIn } from './session-secret.ts'

/** An installation that this process owns, before its services start. */
export interface Base {
  readonly tell: CliContext['tell']
  readonly place: Place
  readonly installation: Installation
  readonly engines: OwnedEngines
  readonly generations: Generations
  readonly database: RecordsDatabase | undefined
  readonly keysFile: KeysFile
  /** Those of the file, and the passing ones. */
  readonly keys: FindableKeys
  readonly insightsKey: PassingKey
  /** Signs in to a demonstration. */
  readonly visitor: PassingKey
  /** Redeems coupons in a demonstration. */
  readonly till: PassingKey
  readonly writeKey: string
  readonly clock: ProcessClock
  readonly logger: Logger
  readonly lifecycle: Lifecycle
}

/** Which one, and how it is opened. */
export interface BaseSettings {
  readonly place: Place
  readonly wanted: NewInstallation
  readonly clock: ProcessClock
  readonly level: EbbConfig['logLevel']
  /** Of revenue, for a rebuild. */
  readonly marginPercent: number
}

/** Takes the engines of a place, and what is beside them in its folder. */
export const openBase = async (
  context: CliContext,
  { place, wanted, clock, level, marginPercent }: BaseSettings,
): Promise<Base> => {
  const { engines, tell, interrupted } = context
  const logger = createLogger({ service: 'ebb', level, destination: process.stderr })
  const isLive = wanted.kind === 'live'
  // From here on Ctrl-C ends what was opened so far, and the process.
  const lifecycle = createLifecycle({ logger })
  const data = engines.shared === undefined ? place.folder : `the engines and ${place.folder}`
  interrupted.addEventListener('abort', () => tell(`Stopping; all data stay in ${data}.`))
  const settings = {
    what: isLive ? 'ebb up' : 'ebb demo',
    wanted,
    now: () => clock.now(),
    durability: isLive ? 'power-cut' : 'killed-process',
  } as const
  const opened = await patiently(context, () => ownInstallation(engines, place, settings))
  const { installation, engines: owned, whole } = opened
  lifecycle.onStop({ phase: 'rest', name: 'engines', run: owned.close })
  const database = await context.records?.own(place, settings).catch(async (error: unknown) => {
    await owned.close()
    throw error
  })
  if (database) lifecycle.onStop({ phase: 'rest', name: 'PostgreSQL', run: database.close })
  if (isLive) context.notices.hear(engineLog(logger))
  const generations = generationsOf(opened, { logger, lifecycle, tell })
  if (engines.shared === undefined && isLive) {
    const owner = { place, engines: whole, now: settings.now, logger, marginPercent }
    const rebuilding = rebuildWhenAsked(owner)
    lifecycle.onStop({ phase: 'flush', name: 'rebuild', run: rebuilding.stop })
  }
  const keysFile = openKeysFile(keysFileOf(context, place.folder))
  const writeKey = await storefrontKey(keysFile)
  const insightsKey = serviceKey('insights', INSIGHTS_SCOPES)
  const visitor = visitorKey('admin')
  const till = serviceKey('simulated-shop', [SCOPE_COUPONS_REDEEM])
  const keys = withPassingKeys(keysFile, isLive ? [insightsKey] : [insightsKey, visitor, till])
  const access = { keysFile, keys, insightsKey, visitor, till, writeKey }
  return {
    place,
    installation,
    engines: owned,
    generations,
    database,
    ...access,
    clock,
    logger,
    lifecycle,
    tell,
  }
}

const generationsOf = (
  { installation: { generation }, whole }: OwnedInstallation,
  { logger, lifecycle, tell }: Pick<Base, 'logger' | 'lifecycle' | 'tell'>,
): Generations => {
  const generations = followGenerations({
    ...{ log: whole.log, generation, logger, onHalt: halting({ tell, lifecycle }) },
    at: (generation) => ({ generation, ...ownedInGeneration(whole, generation) }),
  })
  lifecycle.onStop({ phase: 'readiness', name: 'generations', run: generations.stop })
  return generations
}

/** The first write key that was not revoked, made where there is none. */
const storefrontKey = async (keys: KeysFile): Promise<string> => {
  const usable = keys.list().find(({ kind, revokedAt }) => kind === 'write' && !revokedAt)
  if (usable?.key !== undefined) return usable.key
  return (await keys.create({ kind: 'write', source: 'storefront' })).key
}

/** A fault before all runs is said plainly, and what runs already is ended in order. */
export const orStop = async (
  context: CliContext,
  { lifecycle }: Base,
  work: () => Promise<void>,
): Promise<void> => {
  try {
    await work()
  } catch (error) {
    context.tell(faultText(error as Error))
    await lifecycle.stop('could not start', 1)
  }
}

/** All services that run on the engines there are. */
export const startAll = async (
  context: CliContext,
  base: Base,
  config: CompositionConfig &
    TelemetryConfig &
    Pick<RecordsConfig, 'retentionPort' | 'insightsPort' | 'webhook' | 'firstPolicy' | 'truth'>,
): Promise<Composition & Partial<RecordsServices>> => {
  const { logger, lifecycle } = base
  const told = await processTelemetry({ service: 'ebb', config, logger, lifecycle })
  const ports = { ...base, telemetry: told.telemetry }
  // A data folder has a database of its own.
  const namespace = context.engines.shared === undefined ? '' : base.place.namespace
  if (base.database !== undefined) await refuseNewerRecords(base.database.url, namespace)
  const pipeline = await startServices(ports, config)
  if (base.database === undefined) {
    told.readyWhen({})
    return pipeline
  }
  const { engines, records } = context
  const services = await startRecordsServices(
    { ...ports, databaseUrl: base.database.url },
    {
      ...{ ...config, insightsKey: base.insightsKey },
      namespace,
      sessionSecret: sessionSecretIn(base.place.folder),
      engineNames: { ...engines.names, records: records!.name },
    },
    pipeline,
  )
  told.readyWhen({})
  return { ...pipeline, ...services }
}

/** Prints alerts as they happen, until Ctrl-C. */
export const printAlerts = async (
  context: CliContext,
  { engines, installation }: Base,
): Promise<void> => {
  const { interrupted: signal, isTerminal } = context
  const { timeZone, currency } = installation
  const look = { isTerminal, timeZone, currency }
  // Who waits for the log says so in its own name.
  const alerts = followAlerts(engines.log, { signal, onRetry: () => {} })
  for await (const alert of alerts) context.print(alertLine(alert, look))
}
