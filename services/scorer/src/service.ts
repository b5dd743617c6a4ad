import type { Logger } from '@ebb/runtime/logger'
import { processorLog } from '@ebb/runtime/processor-log'
import type { EventLog } from '@ebb/streaming/event-log'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { runProcessor } from '@ebb/streaming/processor'
import { SCORER_PROCESSOR, type ScorerSettings, scorerDefinition } from './scorer-definition.ts'

/** What the scorer runs on. */
export interface ScorerPorts {
  readonly log: EventLog
  readonly store: PartitionStore
  readonly logger: Logger
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
  { log, store, logger, onHalt }: ScorerPorts,
  config: ScorerConfig,
): Promise<ScorerService> =>
  runProcessor(
    scorerDefinition(config),
    { log, store },
    {
      observer: processorLog(logger, SCORER_PROCESSOR),
      onHalt,
      generation: config.generation,
    },
  )
