import type { Installation } from '@ebb/contracts/installation'
import { featuresDefinition } from '@ebb/features/features-definition'
import { valuingOf } from '@ebb/runtime/margin-setting'
import { scorerDefinition } from '@ebb/scorer/scorer-definition'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import type { OwnedEngines } from '@ebb/streaming/engines'
import type { Consumption } from '@ebb/streaming/event-log'
import { observers } from '@ebb/streaming/observers'
import { runProcessor } from '@ebb/streaming/processor'
import type { ProcessorObserver } from '@ebb/streaming/processor-options'

/** Whose records are processed. */
interface ProcessedShop extends Pick<Installation, 'timeZone' | 'currency' | 'generation'> {
  /** Of revenue; the default unless given. */
  readonly marginPercent?: number | undefined
}

/** What is heard of the processors. */
export interface ProcessorListeners {
  readonly onHalt: (error: Error) => void
  /** An engine failed in a way that may pass; what was asked of it is asked again. */
  readonly onRetry: (error: Error) => void
  readonly features?: ProcessorObserver
  readonly scorer?: ProcessorObserver
}

/** The processors without their services: nothing ticks, nobody asks. */
export const startProcessors = async (
  { log, store }: OwnedEngines,
  { timeZone, currency, generation, marginPercent }: ProcessedShop,
  { onHalt, onRetry, features = {}, scorer = {} }: ProcessorListeners,
): Promise<Consumption> => {
  const definitions = {
    features: featuresDefinition({ timeZone, currency }),
    scorer: scorerDefinition({
      ...SHIPPED_SCORING,
      ...valuingOf({ currency, marginPercent }),
    }),
  }
  const retries: ProcessorObserver = { retrying: ({ error }) => onRetry(error) }
  const running = [
    await runProcessor(
      definitions.features,
      { log, store: store(definitions.features.name) },
      { onHalt, generation, observer: observers(retries, features) },
    ),
    await runProcessor(
      definitions.scorer,
      { log, store: store(definitions.scorer.name) },
      { onHalt, generation, observer: observers(retries, scorer) },
    ),
  ]
  return {
    stop: async () => {
      await Promise.all(running.map((each) => each.stop()))
    },
  }
}
