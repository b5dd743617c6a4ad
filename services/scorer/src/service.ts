import { FEATURES } from '@ebb/contracts/topics'
import { type ProcessClock, wallClock } from '@ebb/runtime/clock'
import type { Logger } from '@ebb/runtime/logger'
import { processorLog } from '@ebb/runtime/processor-log'
import { readerMetrics } from '@ebb/runtime/telemetry/reader-metrics'
import { NO_TELEMETRY, type Telemetry } from '@ebb/runtime/telemetry/telemetry'
import type { EventLog } from '@ebb/streaming/event-log'
import { observers } from '@ebb/streaming/observers'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { runProcessor } from '@ebb/streaming/processor'
import type { StateCaches } from '@ebb/streaming/state-cache'
import { SCORER_PROCESSOR, type ScorerSettings, scorerDefinition } from './scorer-definition.ts'
import { measuredScorer, SCOPE } from './scorer-metrics.ts'

/** What the scorer runs on. */
export interface ScorerPorts {
  readonly log: EventLog
  readonly store: PartitionStore
  /** Of this process; one of its own unless given. */
  readonly caches?: StateCaches
  readonly logger: Logger
  /** Against which lag and overdue timers are measured; the clock on the wall unless given. */
  readonly clock?: ProcessClock
  readonly telemetry?: Telemetry
  /** The process must end: an invariant is broken. */
  readonly onHalt: (error: Error) => void
}

/** How it runs. */
export interface ScorerConfig extends ScorerSettings {
  /** Of the states: raised by a rebuild. */
  readonly generation: number
}

/** A running scorer. */
export interface ScorerService {
  /** What was begun is finished or left for the next owner. */
  stop(): Promise<void>
}

/**
 * Reads `ebb.features.v1`; keeps risk inputs and episode of each customer with the offset they
 * stand at; writes `ebb.alerts.v1` and `ebb.rejects.v1`.
 */
export const start = async (
  { log, store, caches, logger, onHalt, clock = wallClock, telemetry = NO_TELEMETRY }: ScorerPorts,
  config: ScorerConfig,
): Promise<ScorerService> => {
  const { tracer } = telemetry
  const measured = { reader: SCORER_PROCESSOR, topic: FEATURES, log, now: () => clock.now() }
  const observer = observers(
    processorLog(logger, SCORER_PROCESSOR, tracer),
    readerMetrics(telemetry, SCOPE, measured),
  )
  return runProcessor(
    measuredScorer(scorerDefinition(config), telemetry),
    { log, store },
    { observer, onHalt, generation: config.generation, tracer, ...(caches && { caches }) },
  )
}
