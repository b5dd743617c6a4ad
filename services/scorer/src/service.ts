import { FEATURES } from '@ebb/contracts/topics'
import { type ProcessClock, wallClock } from '@ebb/runtime/clock'
import type { Logger } from '@ebb/runtime/logger'
import { processorLog } from '@ebb/runtime/processor-log'
import { readerMetrics } from '@ebb/runtime/telemetry/reader-metrics'
import { NO_TELEMETRY, type Telemetry } from '@ebb/runtime/telemetry/telemetry'
import { type Generations, readerInForce } from '@ebb/streaming/generation'
import { observers } from '@ebb/streaming/observers'
import { runProcessor } from '@ebb/streaming/processor'
import type { StateCaches } from '@ebb/streaming/state-cache'
import { SCORER_PROCESSOR, type ScorerSettings, scorerDefinition } from './scorer-definition.ts'
import { measuredScorer, SCOPE } from './scorer-metrics.ts'
import { type TrainingSettings, trainer } from './training/trainer.ts'

/** What the scorer runs on. */
export interface ScorerPorts {
  readonly generations: Generations
  /** Of this process; one of its own unless given. */
  readonly caches?: StateCaches
  readonly logger: Logger
  /** Against which lag and overdue timers are measured; the clock on the wall unless given. */
  readonly clock?: ProcessClock
  readonly telemetry?: Telemetry
  /** The process must end: an invariant is broken. */
  readonly onHalt: (error: Error) => void
}

/** How it scores, and how a live installation learns. */
export interface ScorerConfig extends ScorerSettings {
  /** Absent where nothing is learned: in a replay and in a demonstration. */
  readonly training?: TrainingSettings
}

/** A running scorer. */
export interface ScorerService {
  /** What was begun is finished or left for the next owner. */
  stop(): Promise<void>
}

/**
 * Reads `ebb.features.v1`; keeps risk inputs and episode of each customer with the offset they
 * stand at; writes `ebb.alerts.v1` and `ebb.rejects.v1`. Of a live installation it also fits models to
 * the states of the feature service, and writes them to `ebb.models.v1` and what is promoted into
 * every partition of `ebb.events.v1`.
 */
export const start = async (
  { generations, caches, logger, onHalt, clock = wallClock, telemetry = NO_TELEMETRY }: ScorerPorts,
  { training, ...settings }: ScorerConfig,
): Promise<ScorerService> => {
  const { tracer } = telemetry
  const log = readerInForce(generations)
  const now = () => clock.now()
  const measured = { reader: SCORER_PROCESSOR, topic: FEATURES, log, now }
  const { horizonDays } = settings.policy
  const learning = training && trainer({ generations, logger, now }, { ...training, horizonDays })
  const observer = observers(
    processorLog(logger, SCORER_PROCESSOR, tracer),
    readerMetrics(telemetry, SCOPE, measured),
    learning?.observer ?? {},
  )
  const definition = measuredScorer(scorerDefinition(settings), telemetry)
  const running = await generations.follow(({ log, generation, store }) =>
    runProcessor(
      definition,
      { log, store: store(SCORER_PROCESSOR) },
      { observer, onHalt, generation, tracer, ...(caches && { caches }) },
    ),
  )
  return {
    stop: async () => {
      await running.stop()
      await learning?.stop()
    },
  }
}
