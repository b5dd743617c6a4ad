import { join } from 'node:path'
import type { Installation } from '@ebb/contracts/installation'
import { ALERTS, EVENTS, FEATURES } from '@ebb/contracts/topics'
import { migrate } from '@ebb/postgres/migrations'
import type { Postgres } from '@ebb/postgres/postgres-client'
import { readTopic } from '@ebb/postgres/topic-reader'
import type { TopicReaderSettings } from '@ebb/postgres/topic-reader-settings'
import type { Logger } from '@ebb/runtime/logger'
import { processorLog } from '@ebb/runtime/processor-log'
import { readerMetrics } from '@ebb/runtime/telemetry/reader-metrics'
import type { Telemetry } from '@ebb/runtime/telemetry/telemetry'
import type { Consumption } from '@ebb/streaming/event-log'
import {
  type GenerationLog,
  type Generations,
  nameInGeneration,
  readerInForce,
} from '@ebb/streaming/generation'
import { observers } from '@ebb/streaming/observers'
import { alertsHandler } from './alerts/alerts-reader.ts'
import { featuresHandler } from './customers/features-reader.ts'
import { fillHorizonRevenue } from './customers/fill-horizon-revenue.ts'
import type { ModelScoring } from './grading/model-in-force.ts'
import { handleProfiles } from './profiles/profile-reader.ts'
import { qualityReaders } from './quality/quality-readers.ts'
import type { Skipped } from './stream/versioned-record.ts'

// A group a topic: the members of a Kafka group that read different topics get each other's.

/** Consumer group that reads alerts. */
export const ALERTS_GROUP = 'insights-alerts'

/** Consumer group that reads what events say of customers. */
export const PROFILES_GROUP = 'insights-profiles'

/** Consumer group that reads features: every generation of them from the beginning. */
export const featuresGroup = (generation: number): string =>
  nameInGeneration('insights-features', generation)

/** What the tables are kept with. */
export interface ReadModelSettings {
  readonly generations: Generations<GenerationLog>
  readonly postgres: Postgres
  readonly scoring: ModelScoring
  /** IANA name of the shop's: what is counted by day is counted by days there. */
  readonly timeZone: string
  /** Its clock: a scaled one tells nothing of how long events are on their way. */
  readonly kind: Installation['kind']
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

/** Brings the tables of insights to this version. Throws as `migrate` does. */
export const prepareInsights = (postgres: Postgres): Promise<void> =>
  migrate(postgres, { folder: MIGRATIONS })

/**
 * Keeps the tables of customers, alerts and profiles in step with `ebb.features.v1`, `ebb.alerts.v1`
 * and `ebb.events.v1`. They are read independently: any order of their records, and any copies, give
 * the same rows, but for alerts that are read when their horizon is over: these are not graded. Until another generation is read to its end, some rows are still of the one before.
 */
export const keepReadModels = async (settings: ReadModelSettings): Promise<Consumption> => {
  const { postgres, scoring } = settings
  await prepareInsights(postgres)
  await fillHorizonRevenue(postgres, scoring)
  const metricsOf = metricsOfReaders(settings)
  return settings.generations.follow((of) => readAll({ ...settings, ...of, metricsOf }))
}

/** Each reader is measured under one name, whichever generation it reads. */
const metricsOfReaders = ({ generations, telemetry, now }: ReadModelSettings) => {
  const known = new Map<string, ReturnType<typeof readerMetrics>>()
  const log = readerInForce(generations)
  return ({ reader, topic }: Read): ReturnType<typeof readerMetrics> => {
    const metrics =
      known.get(reader) ?? readerMetrics(telemetry, SCOPE, { reader, topic, log, now })
    known.set(reader, metrics)
    return metrics
  }
}

interface Reading extends ReadModelSettings, GenerationLog {
  readonly metricsOf: ReturnType<typeof metricsOfReaders>
}

const readAll = async (settings: Reading): Promise<Consumption> => {
  const { log, postgres, scoring, generation, timeZone, kind, logger, onHalt, telemetry } = settings
  const read = (of: Read) =>
    readTopic({
      log,
      postgres,
      onHalt,
      isDerived: true,
      ...of,
      tracer: telemetry.tracer,
      observer: observers(processorLog(logger, of.group, telemetry.tracer), settings.metricsOf(of)),
    })
  const onSkip = (topic: string) => (skipped: Skipped) =>
    logger.warn({ topic, ...skipped }, 'a record is not shown')
  const partitions = await log.partitions(FEATURES)
  const reads: readonly Read[] = [
    {
      group: featuresGroup(generation),
      topic: FEATURES,
      reader: 'insights-features',
      handle: featuresHandler({
        ...{ scoring, generation, partitions, timeZone, onSkip: onSkip(FEATURES) },
      }),
    },
    {
      group: ALERTS_GROUP,
      topic: ALERTS,
      reader: ALERTS_GROUP,
      handle: alertsHandler({ timeZone, onSkip: onSkip(ALERTS) }),
    },
    { group: PROFILES_GROUP, topic: EVENTS, reader: PROFILES_GROUP, handle: handleProfiles },
    ...qualityReaders({ timeZone, kind }).map((each) => ({ ...each, reader: each.group })),
  ]
  const running: Consumption[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((each) => each.stop()))
  }
  try {
    for (const each of reads) running.push(await read(each))
    return { stop }
  } catch (error) {
    await stop()
    throw error
  }
}
