// insights: the dashboard and its API as a process of its own, on Kafka and PostgreSQL.
// Reads `ebb.features.v1` and `ebb.alerts.v1` into tables, and what `ebb.events.v1` says of customers
// into profiles; tells tags from these and from what features answers; counts the quality of `ebb.events.v1`,
// `ebb.rejects.v1` and the copies of `ebb.traffic.v1`; looks into `ebb.events.v1` and
// `ebb.rejects.v1` while somebody looks at them; the installation and its generation from
// `ebb.installation.v1`, and access keys from their file; asks features and retention over HTTP.
// Keeps customers, profiles, alerts, those counts and what came of risks in PostgreSQL, with the offsets they stand at.
// Writes no topic.
// Guarantees: a row is what the log implies, whatever is killed; nobody sees what their role may not.
// Ends with 1 where an invariant is broken, with 0 when told to stop.
import { MADE_FROM_STATES } from '@ebb/contracts/topics'
import { openKafkaEventLog } from '@ebb/kafka/kafka-event-log'
import { openPostgres } from '@ebb/postgres/postgres-client'
import { DEFAULT_TIER_POLICY, SHIPPED_MODEL_VERSION, SHIPPED_PRIORS } from '@ebb/risk/silence/tiers'
import { wallClock } from '@ebb/runtime/clock'
import { kafkaConnection, schemaOf } from '@ebb/runtime/engine-settings'
import { followGenerations } from '@ebb/runtime/follow-generations'
import { installationOf } from '@ebb/runtime/installation'
import { openKeysFile } from '@ebb/runtime/keys-file'
import { valuingOf } from '@ebb/runtime/margin-setting'
import { runService } from '@ebb/runtime/run-service'
import { prefixOf } from '@ebb/runtime/service-settings'
import { type GenerationLog, logInGeneration } from '@ebb/streaming/generation'
import { dashboardKeys } from './access/dashboard-keys.ts'
import { ENGINE_NAMES, insightsConfig, retentionOf } from './config.ts'
import { start } from './service.ts'
import { writeKeysOf } from './setup/write-keys.ts'

await runService('insights', insightsConfig, async (config, process) => {
  const { logger, lifecycle, telemetry, onNotice, patiently } = process
  const { namespace, postgres: url } = config
  const prefix = prefixOf(namespace)
  const connection = { ...kafkaConnection(config), clientId: 'ebb-insights', prefix, onNotice }
  const wholeLog = await openKafkaEventLog({ ...connection, now: wallClock.now })
  lifecycle.onStop({ phase: 'rest', name: 'event log', run: wholeLog.close })
  const database = { url, schema: schemaOf(namespace, 'insights'), onNotice }
  const postgres = await patiently(() =>
    openPostgres({ ...database, applicationName: 'ebb-insights' }),
  )
  lifecycle.onStop({ phase: 'rest', name: 'business records', run: postgres.close })
  const installation = await patiently(() => installationOf(wholeLog))
  const { generation } = installation
  const grants = openKeysFile(config.keys)
  const onHalt = (error: Error): void => void lifecycle.fail(error)
  const at = (generation: number): GenerationLog => ({
    generation,
    log: logInGeneration(wholeLog, { generation, madeFromStates: MADE_FROM_STATES }),
  })
  const generations = followGenerations({ log: wholeLog, generation, at, logger, onHalt })
  lifecycle.onStop({ phase: 'readiness', name: 'generations', run: generations.stop })
  const modelVersion = SHIPPED_MODEL_VERSION
  const { currency } = installation
  const scoring = {
    ...{ model: SHIPPED_PRIORS, policy: DEFAULT_TIER_POLICY, modelVersion },
    ...valuingOf({ currency, marginPercent: config.marginPercent }),
  }
  const writeKeys = () => writeKeysOf(grants)
  const settings = { ...config, ...retentionOf(config), installation, scoring, writeKeys }
  const service = await patiently(() =>
    start(
      {
        ...{ generations, postgres, keys: dashboardKeys(grants), clock: wallClock },
        ...{ logger, telemetry, onHalt },
      },
      { ...settings, engineNames: ENGINE_NAMES },
    ),
  )
  lifecycle.onStop({ phase: 'flush', name: 'insights', run: service.stop })
  process.up()
  logger.info({ url: service.url, generation }, 'up')
})
