import { join } from 'node:path'
import { ALERTS, FEATURES } from '@ebb/contracts/topics'
import { migrate } from '@ebb/postgres/migrations'
import type { Postgres } from '@ebb/postgres/postgres-client'
import { readTopic, type TopicReaderSettings } from '@ebb/postgres/topic-reader'
import type { Scoring } from '@ebb/risk/tiers'
import type { Logger } from '@ebb/runtime/logger'
import type { Consumption, EventLog } from '@ebb/streaming/event-log'
import { nameInGeneration } from '@ebb/streaming/generation'
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
  readonly onHalt: (error: Error) => void
}

const MIGRATIONS = join(import.meta.dirname, '..', 'migrations')

/**
 * Keeps the tables of customers and alerts in step with `ebb.features.v1` and `ebb.alerts.v1`. The two
 * are read independently: any order of their records, and any copies, give the same rows.
 */
export const keepReadModels = async (settings: ReadModelSettings): Promise<Consumption> => {
  const { log, postgres, scoring, generation, logger, onHalt } = settings
  await migrate(postgres, { folder: MIGRATIONS })
  const read = (of: Pick<TopicReaderSettings, 'group' | 'topic' | 'handle'>) =>
    readTopic({
      log,
      postgres,
      onHalt,
      isDerived: true,
      ...of,
      observer: observerOf(logger, of.topic),
    })
  const onSkip = (topic: string) => (skipped: Skipped) =>
    logger.warn({ topic, ...skipped }, 'a record is not shown')
  const features = await read({
    group: featuresGroup(generation),
    topic: FEATURES,
    handle: featuresHandler({ scoring, generation, onSkip: onSkip(FEATURES) }),
  })
  const alerts = await read({
    group: ALERTS_GROUP,
    topic: ALERTS,
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

const observerOf = (
  logger: Logger,
  topic: string,
): NonNullable<TopicReaderSettings['observer']> => ({
  retrying: ({ partition, error: err, attempt }) => {
    if (attempt === 1)
      logger.warn({ err, topic, partition }, 'a partition waits for a fault to pass')
  },
  fenced: (partition) => logger.info({ topic, partition }, 'another reader has the partition'),
})
