import { AlertRecord } from '@ebb/contracts/alert-record'
import { messageCodec } from '@ebb/contracts/message-codec'
import { ALERTS } from '@ebb/contracts/topics'
import { counterOf, METRICS } from '@ebb/runtime/telemetry/metrics'
import type { Telemetry } from '@ebb/runtime/telemetry/telemetry'
import type { Outcome, ProcessorDefinition } from '@ebb/streaming/processor-definition'

/** Name of this service in metrics and traces. */
export const SCOPE = '@ebb/scorer'

const { decode } = messageCodec(AlertRecord)

/** The same processor, whose alerts are counted. A batch that is repeated is counted again. */
export const measuredScorer = <State>(
  definition: ProcessorDefinition<State>,
  { meter }: Telemetry,
): ProcessorDefinition<State> => {
  const alerts = counterOf(meter(SCOPE), METRICS.alerts)
  const count = (outcome: Outcome<State>): Outcome<State> => {
    for (const { topic, value } of outcome.outputs ?? []) {
      if (topic !== ALERTS) continue
      const { kind, tier } = decode(value)
      alerts.add(1, { kind, tier })
    }
    return outcome
  }
  const { handle, fire } = definition
  return {
    ...definition,
    handle: (...given) => count(handle(...given)),
    ...(fire && { fire: (...given) => count(fire(...given)) }),
  }
}
