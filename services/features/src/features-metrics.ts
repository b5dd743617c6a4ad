import { counterOf, histogramOf, METRICS } from '@ebb/runtime/telemetry/metrics'
import type { Telemetry } from '@ebb/runtime/telemetry/telemetry'
import type { ProcessorDefinition } from '@ebb/streaming/processor-definition'
import { FEATURES_PROCESSOR } from './features-definition.ts'

/** Name of this service in metrics and traces. */
export const SCOPE = '@ebb/features'

/**
 * The same processor, whose events are measured: their age by `now` (process clock, ms), and those
 * that had been counted before. A batch that is repeated is measured again.
 */
export const measuredFeatures = <State>(
  definition: ProcessorDefinition<State>,
  { meter }: Telemetry,
  now: () => number,
): ProcessorDefinition<State> => {
  const measured = meter(SCOPE)
  const ages = histogramOf(measured, METRICS.eventAge)
  const known = counterOf(measured, METRICS.recordsDeduplicated)
  return {
    ...definition,
    handle: (before, record, at) => {
      const outcome = definition.handle(before, record, at)
      ages.record(Math.max(0, now() - record.appendedAt) / 1_000)
      const { state, outputs, refusal } = outcome
      if (state === undefined && outputs === undefined && refusal === undefined)
        known.add(1, { reader: FEATURES_PROCESSOR })
      return outcome
    },
  }
}
