import { counterOf, gaugeOf, METRICS } from '@ebb/runtime/telemetry/metrics'
import type { Telemetry } from '@ebb/runtime/telemetry/telemetry'
import type { Verdict } from './intake.ts'

/** Counts what the collector takes and refuses. */
export interface CollectorMetrics {
  /** Of one request, when all of it is durable; `at` in ms. */
  taken(source: string, verdicts: readonly Verdict[], at: number): void
  /** A whole body was refused. */
  refused(source: string, code: string): void
}

/** Name of this service in metrics and traces. */
export const COLLECTOR_SCOPE = '@ebb/collector'

/** `spoolBytes`: of the spool on disk. */
export const collectorMetrics = (
  { meter }: Telemetry,
  spoolBytes: () => number,
): CollectorMetrics => {
  const measured = meter(COLLECTOR_SCOPE)
  const accepted = counterOf(measured, METRICS.eventsAccepted)
  const refused = counterOf(measured, METRICS.eventsRefused)
  const lastEvents = new Map<string, number>()
  gaugeOf(measured, METRICS.sourceLastEvent).addCallback((result) => {
    for (const [source, at] of lastEvents) result.observe(at / 1_000, { source })
  })
  gaugeOf(measured, METRICS.spoolBytes).addCallback((result) => result.observe(spoolBytes()))
  return {
    taken: (source, verdicts, at) => {
      let count = 0
      for (const verdict of verdicts)
        if (verdict.status === 'accepted') count += 1
        else refused.add(1, { source, code: verdict.code })
      if (count === 0) return
      accepted.add(count, { source })
      lastEvents.set(source, at)
    },
    refused: (source, code) => refused.add(1, { source, code }),
  }
}
