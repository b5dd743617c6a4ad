import { join } from 'node:path'
import { ALERTS, FEATURES } from '@ebb/contracts/topics'
import { migrate } from '@ebb/postgres/migrations'
import type { Postgres } from '@ebb/postgres/postgres-client'
import { readTopic, type TopicReaderSettings } from '@ebb/postgres/topic-reader'
import type { Scoring } from '@ebb/risk/tiers'
import type { Logger } from '@ebb/runtime/logger'
import { processorLog } from '@ebb/runtime/processor-log'
import { readerMetrics } from '@ebb/runtime/telemetry/reader-metrics'
import type { Telemetry } from '@ebb/runtime/telemetry/telemetry'
import type { Consumption, EventLog } from '@ebb/streaming/event-log'
import { nameInGeneration } from '@ebb/streaming/generation'
import { observers } from '@ebb/streaming/observers'
import { alertsHandler } from './alerts/alerts-reader.ts'
import { featuresHandler } from './customers/features-reader.ts'
import type { Skipped } from './stream/versioned-record.ts'

// A group a topic: the members of a Kafka group that read different topics get each other's.

/** Consumer group that reads alerts. */
export const ALERTS_GROUP = 'insights-alerts'

/** Consumer group that reads features: every generation of them from the beginning. */
export const featuresGroup = (generation: number): string =>
  nameInGeneration('insights-features', generation)

/** What the tables are kept with. */
export interface ReadModelSettings {
  readonly log: EventLog
  readonly postgres: Postgres
  readonly scoring: Scoring
  readonly generation: number
  readonly logger: Logger
  readonly telemetry: Telemetry
  /** Process clock, ms. */
  readonly now: () => number
  readonly onHalt: (error: Error) => void
}

/** Name of this service in metrics and traces. */
export const SCOPE = '@ebb/insights'

interface Read extends Pick<TopicReaderSettings, 'group' | 'topic' | 'handle'> {
  /** The same in every generation. */
  readonly reader: string
}

const MIGRATIONS = join(import.meta.dirname, '..', 'migrations')

/**
 * Keeps the tables of customers and alerts in step with `ebb.features.v1` and `ebb.alerts.v1`. The two
 * are read independently: any order of their records, and any copies, give the same rows.
 */
export const keepReadModels = async (settings: ReadModelSettings): Promise<Consumption> => {
  const { log, postgres, scoring, generation, logger, onHalt, telemetry, now } = settings
  await migrate(postgres, { folder: MIGRATIONS })
  const read = (of: Read) =>
    readTopic({
      log,
      postgres,
      onHalt,
      isDerived: true,
      ...of,
      tracer: telemetry.tracer,
      observer: observers(
        processorLog(logger, of.group, telemetry.tracer),
        readerMetrics(telemetry, SCOPE, { reader: of.reader, topic: of.topic, log, now }),
      ),
    })
  const onSkip = (topic: string) => (skipped: Skipped) =>
    logger.warn({ topic, ...skipped }, 'a record is not shown')
  const features = await read({
    group: featuresGroup(generation),
    topic: FEATURES,
    reader: 'insights-features',
    handle: featuresHandler({ scoring, generation, onSkip: onSkip(FEATURES) }),
  })
  const alerts = await read({
    group: ALERTS_GROUP,
    topic: ALERTS,
    reader: ALERTS_GROUP,
    handle: alertsHandler(onSkip(ALERTS)),
  }).catch(async (error: unknown) => {
    await features.stop()
    throw error
  })
  return {
    stop: async () => {
      await Promise.all([features.stop(), alerts.stop()])
    },
  }
}
