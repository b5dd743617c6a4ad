import { type Collector, start as startCollector } from '@ebb/collector/collector'
import type { SpoolSettings } from '@ebb/collector/spool/spool'
import type { Installation } from '@ebb/contracts/installation'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import { type FeaturesService, start as startFeatures } from '@ebb/features/service'
import type { ProcessClock } from '@ebb/runtime/clock'
import type { KeysFile } from '@ebb/runtime/keys-file'
import type { Lifecycle } from '@ebb/runtime/lifecycle'
import type { Logger } from '@ebb/runtime/logger'
import { watchGeneration } from '@ebb/runtime/watch-generation'
import { SCORER_PROCESSOR } from '@ebb/scorer/scorer-definition'
import { start as startScorer } from '@ebb/scorer/service'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import type { OwnedEngines } from '@ebb/streaming/engines'
import { faultText } from './fault-text.ts'

/** What all services of one process share. */
export interface CompositionPorts {
  readonly engines: OwnedEngines
  readonly keys: KeysFile
  readonly clock: ProcessClock
  readonly logger: Logger
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
  /** Keeps events while the log is away; a log inside the process is never away. */
  readonly spool?: SpoolSettings
  /** Wall time between two ticks of a partition. */
  readonly tickIntervalMs: number
}

/** All services in one process. */
export interface Composition {
  readonly collector: Collector
  readonly features: FeaturesService
}

/** Starts every service of an installation in this process, consumers before producers. */
export const startServices = async (
  { engines, keys, clock, logger, lifecycle, tell }: CompositionPorts,
  config: CompositionConfig,
): Promise<Composition> => {
  const { host, rates, tickIntervalMs, installation, spool } = config
  const { timeZone, currency, generation } = installation
  const { log } = engines
  const onHalt = (error: Error): void => {
    tell(faultText(error))
    void lifecycle.fail(error)
  }
  const stopWatch = watchGeneration({ log, generation, onHalt })
  lifecycle.onStop({ phase: 'readiness', name: 'generation', run: stopWatch })
  const scorer = await startScorer(
    { log, store: engines.store(SCORER_PROCESSOR), logger, onHalt },
    { ...SHIPPED_SCORING, generation },
  )
  lifecycle.onStop({ phase: 'flush', name: 'scorer', run: scorer.stop })
  const features = await startFeatures(
    { log, store: engines.store(FEATURES_PROCESSOR), keys, clock, logger, onHalt },
    { timeZone, currency, generation, tickIntervalMs, host, port: config.featuresPort },
  )
  lifecycle.onStop({ phase: 'flush', name: 'features', run: features.stop })
  const collector = await startCollector(
    { log, keys, clock, logger },
    { host, port: config.collectorPort, currency, rates, ...(spool && { spool }) },
  )
  lifecycle.onStop({ phase: 'intake', name: 'collector', run: collector.stop })
  return { collector, features }
}
