import { EVENTS, TRAFFIC } from '@ebb/contracts/topics'
import type { Logger } from '@ebb/runtime/logger'
import { processorLog } from '@ebb/runtime/processor-log'
import { gaugeOf, METRICS } from '@ebb/runtime/telemetry/metrics'
import { readerMetrics } from '@ebb/runtime/telemetry/reader-metrics'
import type { Telemetry } from '@ebb/runtime/telemetry/telemetry'
import type { Consumption } from '@ebb/streaming/event-log'
import type { Generations } from '@ebb/streaming/generation'
import { observers } from '@ebb/streaming/observers'
import { runProcessor } from '@ebb/streaming/processor'
import type { ProcessorDefinition } from '@ebb/streaming/processor-definition'
import type { ProcessorObserver } from '@ebb/streaming/processor-options'
import { SCOPE } from '../features-metrics.ts'
import { HEARTBEAT_PROCESSOR, heartbeatDefinition } from './heartbeat-definition.ts'
import type { JudgeState } from './judge.ts'

/** What the judge of silent sources runs on. */
interface HeartbeatPorts {
  readonly generations: Generations
  readonly logger: Logger
  readonly telemetry: Telemetry
  /** Process clock, ms. */
  readonly now: () => number
  readonly onHalt: (error: Error) => void
}

/**
 * Reads `ebb.traffic.v1`, which has one partition: of all the processes that run this one judges.
 * Keeps what it has learned with the offset it stands at; writes its signals into every partition
 * of `ebb.events.v1`.
 */
export const startHeartbeat = async (
  { generations, logger, telemetry, now, onHalt }: HeartbeatPorts,
  { timeZone }: { readonly timeZone: string },
): Promise<Consumption> => {
  const { log } = generations.inForce()
  const { tracer } = telemetry
  const eventPartitions = await log.partitions(EVENTS)
  const gauge = silenceGauge(telemetry)
  const definition = gauge.measured(heartbeatDefinition({ timeZone, eventPartitions }))
  const reader = { reader: HEARTBEAT_PROCESSOR, topic: TRAFFIC, log, now }
  const observer = observers(
    processorLog(logger, HEARTBEAT_PROCESSOR, tracer),
    withoutClock(readerMetrics(telemetry, SCOPE, reader)),
    { revoked: gauge.forget },
  )
  return generations.follow(({ log, generation, store }) =>
    runProcessor(
      definition,
      { log, store: store(HEARTBEAT_PROCESSOR) },
      { observer, onHalt, generation, tracer },
    ),
  )
}

/** No tick comes here: how far it is behind follows from when it was last heard of. */
const withoutClock = (
  of: ReturnType<typeof readerMetrics>,
): Pick<ProcessorObserver, 'acquired' | 'committed' | 'revoked'> => ({
  acquired: ({ partition, offset }) => of.acquired?.({ partition, offset }),
  committed: ({ partition, offset, copies }) => of.committed?.({ partition, offset, copies }),
  revoked: (partition) => of.revoked?.(partition),
})

/** 1 for each source that is silent, 0 for the others: of the process that judges. */
const silenceGauge = ({ meter }: Telemetry) => {
  let sources: JudgeState['sources'] = {}
  gaugeOf(meter(SCOPE), METRICS.sourceSilent).addCallback((result) => {
    for (const [source, { silent }] of Object.entries(sources))
      result.observe(silent ? 1 : 0, { source })
  })
  return {
    measured: (definition: ProcessorDefinition<JudgeState>): typeof definition => ({
      ...definition,
      handle: (before, record, at) => {
        const outcome = definition.handle(before, record, at)
        sources = (outcome.state ?? before)?.sources ?? {}
        return outcome
      },
    }),
    forget: (): void => {
      sources = {}
    },
  }
}
