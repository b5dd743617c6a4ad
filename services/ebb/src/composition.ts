import { hostname } from 'node:os'
import { type Collector, start as startCollector } from '@ebb/collector/collector'
import type { SpoolSettings } from '@ebb/collector/spool/spool'
import type { Installation } from '@ebb/contracts/installation'
import { type FeaturesService, start as startFeatures } from '@ebb/features/service'
import { alertsSwitch } from '@ebb/runtime/alerts-switch'
import type { ProcessClock } from '@ebb/runtime/clock'
import type { Lifecycle } from '@ebb/runtime/lifecycle'
import type { Logger } from '@ebb/runtime/logger'
import { valuingOf } from '@ebb/runtime/margin-setting'
import type { Telemetry } from '@ebb/runtime/telemetry/telemetry'
import { start as startScorer } from '@ebb/scorer/service'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import type { TrainingMode } from '@ebb/scorer/training/trainer'
import type { OwnedEngines } from '@ebb/streaming/engines'
import type { Generations } from '@ebb/streaming/generation'
import { type StateCaches, stateCaches } from '@ebb/streaming/state-cache'
import { faultText } from './fault-text.ts'
import type { FindableKeys } from './passing-keys.ts'

/** What all services of one process share. */
export interface CompositionPorts {
  /** Topics and states of the generation that was in force at the beginning. */
  readonly engines: OwnedEngines
  readonly generations: Generations
  readonly keys: FindableKeys
  readonly clock: ProcessClock
  readonly logger: Logger
  readonly telemetry: Telemetry
  /** Ends what is started here, in the right order. */
  readonly lifecycle: Lifecycle
  /** Says to a person why the process must end. */
  readonly tell: (line: string) => void
}

/** How they run. */
export interface CompositionConfig {
  readonly installation: Installation
  readonly host: string
  readonly collectorPort: number
  readonly featuresPort: number
  readonly rates: Readonly<Record<string, number>>
  /** Of a live installation: whether a model is fitted each night, and promoted if better. */
  readonly training?: TrainingMode
  /** Of revenue; the default unless given. */
  readonly marginPercent?: number
  /** For the states of features and scorer together. */
  readonly stateCacheBytes?: number
  /** Keeps events while the log is away; a log inside the process is never away. */
  readonly spool?: SpoolSettings
  /** Wall time between two ticks of a partition. */
  readonly tickIntervalMs: number
}

/** The services from an event to an alert. */
export interface Composition {
  readonly collector: Collector
  readonly features: FeaturesService
}

/** Says why the process must end, and ends it. */
export const halting =
  ({ tell, lifecycle }: Pick<CompositionPorts, 'tell' | 'lifecycle'>) =>
  (error: Error): void => {
    tell(faultText(error))
    void lifecycle.fail(error)
  }

/** Starts them in this process, consumers before producers. */
export const startServices = async (
  ports: CompositionPorts,
  config: CompositionConfig,
): Promise<Composition> => {
  const { engines, keys, clock, logger, lifecycle, telemetry } = ports
  const { host, rates, tickIntervalMs, installation, spool } = config
  const { timeZone, currency } = installation
  const { log } = engines
  const onHalt = halting(ports)
  const caches = stateCaches(config.stateCacheBytes)
  await startScorerOn({ ...ports, caches }, config)
  const features = await startFeatures(
    {
      ...{ generations: ports.generations, caches, keys, clock },
      ...{ logger, telemetry, onHalt },
    },
    { timeZone, currency, tickIntervalMs, host, port: config.featuresPort },
  )
  lifecycle.onStop({ phase: 'flush', name: 'features', run: features.stop })
  const collector = await startCollector(
    { log, keys, clock, logger, telemetry },
    {
      ...{ host, port: config.collectorPort, currency, rates, ...(spool && { spool }) },
      // A minute of a demonstration is less than a millisecond: there nobody judges sources.
      ...(installation.kind === 'live' && { name: `${hostname()}:${config.collectorPort}` }),
    },
  )
  lifecycle.onStop({ phase: 'intake', name: 'collector', run: collector.stop })
  return { collector, features }
}

const startScorerOn = async (
  ports: CompositionPorts & { readonly caches: StateCaches },
  { installation, training: mode = 'off', marginPercent }: CompositionConfig,
): Promise<void> => {
  const { generations, caches, clock, logger, lifecycle, telemetry } = ports
  const { timeZone, currency } = installation
  const alerts = await alertsSwitch({ generations, logger })
  lifecycle.onStop({ phase: 'readiness', name: 'switch of alerts', run: alerts.stop })
  const scorer = await startScorer(
    {
      ...{ generations: alerts.generations, caches, clock },
      ...{ logger, telemetry, onHalt: halting(ports) },
    },
    {
      ...SHIPPED_SCORING,
      ...valuingOf({ currency, marginPercent }),
      // A demonstration keeps what is shipped: its years are over in minutes.
      ...(installation.kind === 'live' && { training: { mode, timeZone, currency } }),
    },
  )
  lifecycle.onStop({ phase: 'flush', name: 'scorer', run: scorer.stop })
}
