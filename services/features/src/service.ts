import { EVENTS } from '@ebb/contracts/topics'
import type { AccessKeys } from '@ebb/runtime/access-keys'
import type { ProcessClock } from '@ebb/runtime/clock'
import { createHttpServer } from '@ebb/runtime/http-server'
import type { Logger } from '@ebb/runtime/logger'
import { onceAMinute } from '@ebb/runtime/once-a-minute'
import { processorLog } from '@ebb/runtime/processor-log'
import { serveReference } from '@ebb/runtime/serve-reference'
import { readerMetrics } from '@ebb/runtime/telemetry/reader-metrics'
import { NO_TELEMETRY, type Telemetry } from '@ebb/runtime/telemetry/telemetry'
import { watchEngines } from '@ebb/runtime/watch-engines'
import type { Consumption } from '@ebb/streaming/event-log'
import type { Generations } from '@ebb/streaming/generation'
import { observers } from '@ebb/streaming/observers'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { runProcessor } from '@ebb/streaming/processor'
import type { StateCaches } from '@ebb/streaming/state-cache'
import { FEATURES_REFERENCE } from './customer-operations.ts'
import { customerRoutes } from './customer-routes.ts'
import {
  FEATURES_PROCESSOR,
  type FeaturesSettings,
  featuresDefinition,
} from './features-definition.ts'
import { measuredFeatures, SCOPE } from './features-metrics.ts'
import { startHeartbeat } from './heartbeat/heartbeat-service.ts'
import { ticker } from './ticker.ts'

/** What the feature service runs on. */
export interface FeaturesPorts {
  readonly generations: Generations
  /** Of this process; one of its own unless given. */
  readonly caches?: StateCaches
  readonly keys: AccessKeys
  /** What ticks say. */
  readonly clock: ProcessClock
  readonly logger: Logger
  readonly telemetry?: Telemetry
  /** The process must end: an invariant is broken. */
  readonly onHalt: (error: Error) => void
}

/** How it runs. */
export interface FeaturesConfig extends FeaturesSettings {
  /** Wall time between two ticks of a partition. */
  readonly tickIntervalMs: number
  readonly host: string
  readonly port: number
}

/** Wall time between two ticks of a live installation. */
export const LIVE_TICK_MS = 5_000

/** A running feature service. */
export interface FeaturesService {
  /** Where its HTTP interface answers. */
  readonly url: string
  /** Ends ticks, processor and HTTP; what was begun is finished or left for the next owner. */
  stop(): Promise<void>
}

/**
 * Reads `ebb.events.v1`; keeps one packed state per customer with the offset it stands at; writes
 * `ebb.features.v1`, `ebb.orders.v1`, `ebb.rejects.v1` and the ticks of the partitions it owns;
 * judges by `ebb.traffic.v1` which sources are silent, and tells it in `ebb.events.v1`;
 * answers `GET /v1/customers/:key`.
 */
export const start = async (
  ports: FeaturesPorts,
  config: FeaturesConfig,
): Promise<FeaturesService> => {
  const { generations, caches, keys, clock, logger, onHalt, telemetry = NO_TELEMETRY } = ports
  const { tracer } = telemetry
  // Events are the same in every generation.
  const { log } = generations.inForce()
  const store: Pick<PartitionStore, 'read'> = {
    read: (...of) =>
      generations
        .inForce()
        .store(FEATURES_PROCESSOR)
        .read(...of),
  }
  const now = () => clock.now()
  const ticks = ticker({
    ...{ log, now, tracer },
    intervalMs: config.tickIntervalMs,
    onFault: onceAMinute((err) => logger.warn({ err }, 'no tick was appended; trying again')),
  })
  const engines = watchEngines({
    states: () => store.read(0, []),
    // How many partitions there are is remembered; where one ends has to be asked for.
    'event log': () => log.read({ topic: EVENTS, partition: 0 }, 0, 0),
  })
  const readiness = engines.checks
  const http = createHttpServer({ logger, readiness, telemetry, scope: SCOPE })
  http.app.addHook('onClose', async () => engines.stop())
  const partitions = await log.partitions(EVENTS)
  serveReference(http.app, FEATURES_REFERENCE)
  customerRoutes(http.app, { keys, reader: { store, partitions, ...config } })
  const { host, port } = config
  const url = await http.listen({ host, port, howToChange: 'Set EBB_FEATURES_PORT to a free port' })
  const measured = { reader: FEATURES_PROCESSOR, topic: EVENTS, log, now }
  const observer = observers(
    processorLog(logger, FEATURES_PROCESSOR, tracer),
    ticks.observer,
    readerMetrics(telemetry, SCOPE, measured),
  )
  const definition = measuredFeatures(featuresDefinition(config), telemetry, now)
  const startReaders = async (): Promise<Consumption[]> => {
    const features = await generations.follow(({ log, generation, store }) =>
      runProcessor(
        definition,
        { log, store: store(FEATURES_PROCESSOR) },
        { observer, onHalt, generation, tracer, ...(caches && { caches }) },
      ),
    )
    try {
      const judge = { generations, logger, telemetry, now, onHalt }
      return [features, await startHeartbeat(judge, config)]
    } catch (error) {
      await features.stop()
      throw error
    }
  }
  const running = await startReaders().catch(async (error: unknown) => {
    // Whoever tries again needs the port.
    await http.stop()
    throw error
  })
  return {
    url,
    stop: async () => {
      ticks.stop()
      await http.stop()
      await Promise.all(running.map((each) => each.stop()))
    },
  }
}
