import { type Collector, start as startCollector } from '@ebb/collector/collector'
import type { SpoolSettings } from '@ebb/collector/spool/spool'
import type { Installation } from '@ebb/contracts/installation'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import { type FeaturesService, start as startFeatures } from '@ebb/features/service'
import { alertsSwitch } from '@ebb/runtime/alerts-switch'
import type { ProcessClock } from '@ebb/runtime/clock'
import type { Lifecycle } from '@ebb/runtime/lifecycle'
import type { Logger } from '@ebb/runtime/logger'
import type { Telemetry } from '@ebb/runtime/telemetry/telemetry'
import { watchGeneration } from '@ebb/runtime/watch-generation'
import { SCORER_PROCESSOR } from '@ebb/scorer/scorer-definition'
import { start as startScorer } from '@ebb/scorer/service'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import type { OwnedEngines } from '@ebb/streaming/engines'
import { type StateCaches, stateCaches } from '@ebb/streaming/state-cache'
import { faultText } from './fault-text.ts'
import type { FindableKeys } from './passing-keys.ts'

/** What all services of one process share. */
export interface CompositionPorts {
  readonly engines: OwnedEngines
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
  const { timeZone, currency, generation } = installation
  const { log } = engines
  const onHalt = halting(ports)
  const stopWatch = watchGeneration({ log, generation, onHalt })
  lifecycle.onStop({ phase: 'readiness', name: 'generation', run: stopWatch })
  const caches = stateCaches(config.stateCacheBytes)
  await startScorerOn({ ...ports, caches }, generation)
  const features = await startFeatures(
    {
      ...{ log, store: engines.store(FEATURES_PROCESSOR), caches, keys, clock },
      ...{ logger, telemetry, onHalt },
    },
    { timeZone, currency, generation, tickIntervalMs, host, port: config.featuresPort },
  )
  lifecycle.onStop({ phase: 'flush', name: 'features', run: features.stop })
  const collector = await startCollector(
    { log, keys, clock, logger, telemetry },
    { host, port: config.collectorPort, currency, rates, ...(spool && { spool }) },
  )
  lifecycle.onStop({ phase: 'intake', name: 'collector', run: collector.stop })
  return { collector, features }
}

const startScorerOn = async (
  ports: CompositionPorts & { readonly caches: StateCaches },
  generation: number,
): Promise<void> => {
  const { engines, caches, clock, logger, lifecycle, telemetry } = ports
  const alerts = await alertsSwitch({ log: engines.log, logger })
  lifecycle.onStop({ phase: 'readiness', name: 'switch of alerts', run: alerts.stop })
  const scorer = await startScorer(
    {
      ...{ log: alerts.log, store: engines.store(SCORER_PROCESSOR), caches, clock },
      ...{ logger, telemetry, onHalt: halting(ports) },
    },
    { ...SHIPPED_SCORING, generation },
  )
  lifecycle.onStop({ phase: 'flush', name: 'scorer', run: scorer.stop })
}
