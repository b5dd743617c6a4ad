// insights: the dashboard and its API as a process of its own, on Kafka and PostgreSQL.
// Reads `ebb.features.v1` and `ebb.alerts.v1` into tables; looks into `ebb.events.v1` and
// `ebb.rejects.v1` while somebody looks at them; the installation and its generation from
// `ebb.installation.v1`, and access keys from their file; asks features and retention over HTTP.
// Keeps customers and alerts in PostgreSQL, with the offsets they stand at.
// Writes no topic.
// Guarantees: a row is what the log implies, whatever is killed; nobody sees what their role may not.
// Ends with 1 where an invariant is broken, with 0 when told to stop.
import { MADE_FROM_STATES } from '@ebb/contracts/topics'
import { openKafkaEventLog } from '@ebb/kafka/kafka-event-log'
import { openPostgres } from '@ebb/postgres/postgres-client'
import { DEFAULT_TIER_POLICY, SHIPPED_PRIORS } from '@ebb/risk/tiers'
import { wallClock } from '@ebb/runtime/clock'
import { kafkaConnection, schemaOf } from '@ebb/runtime/engine-settings'
import { installationOf } from '@ebb/runtime/installation'
import { openKeysFile } from '@ebb/runtime/keys-file'
import { runService } from '@ebb/runtime/run-service'
import { prefixOf } from '@ebb/runtime/service-settings'
import { watchGeneration } from '@ebb/runtime/watch-generation'
import { logInGeneration } from '@ebb/streaming/generation'
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
  const log = logInGeneration(wholeLog, { generation, madeFromStates: MADE_FROM_STATES })
  const grants = openKeysFile(config.keys)
  const onHalt = (error: Error): void => void lifecycle.fail(error)
  const stopWatch = watchGeneration({ log: wholeLog, generation, onHalt })
  lifecycle.onStop({ phase: 'readiness', name: 'generation', run: stopWatch })
  const scoring = { model: SHIPPED_PRIORS, policy: DEFAULT_TIER_POLICY }
  const writeKeys = () => writeKeysOf(grants)
  const settings = { ...config, ...retentionOf(config), installation, scoring, writeKeys }
  const service = await patiently(() =>
    start(
      {
        ...{ log, postgres, keys: dashboardKeys(grants), clock: wallClock },
        ...{ logger, telemetry, onHalt },
      },
      { ...settings, engineNames: ENGINE_NAMES },
    ),
  )
  lifecycle.onStop({ phase: 'flush', name: 'insights', run: service.stop })
  process.up()
  logger.info({ url: service.url, generation }, 'up')
})
