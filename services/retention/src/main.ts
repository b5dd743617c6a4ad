// retention: win-back decisions and coupons as a process of its own, on Kafka and PostgreSQL.
// Reads `ebb.alerts.v1`, `ebb.orders.v1`, the installation from `ebb.installation.v1`, and access
// keys from their file; answers for coupons and win-backs over HTTP, to secret keys.
// Keeps policies, decisions, coupons, budgets and outcomes in PostgreSQL, with the offsets they
// stand at.
// Writes `ebb.winbacks.v1`, `ebb.rejects.v1`, and a signed webhook where one is set.
// Guarantees: one decision an alert, no coupon twice, no budget exceeded, whatever is killed, and
// however many of these run. Ends with 1 where an invariant is broken, with 0 when told to stop.
import { openKafkaEventLog } from '@ebb/kafka/kafka-event-log'
import { openPostgres } from '@ebb/postgres/postgres-client'
import { wallClock } from '@ebb/runtime/clock'
import { kafkaConnection, schemaOf } from '@ebb/runtime/engine-settings'
import { installationOf } from '@ebb/runtime/installation'
import { openKeysFile } from '@ebb/runtime/keys-file'
import { runService } from '@ebb/runtime/run-service'
import { prefixOf } from '@ebb/runtime/service-settings'
import { retentionConfig } from './config.ts'
import { start } from './service.ts'
import { webhookOf } from './webhook/webhook-settings.ts'

await runService('retention', retentionConfig, async (config, process) => {
  const { logger, lifecycle, telemetry, onNotice, patiently } = process
  const { namespace, host, port } = config
  const webhook = webhookOf(config)
  const log = await openKafkaEventLog({
    ...kafkaConnection(config),
    clientId: 'ebb-retention',
    prefix: prefixOf(namespace),
    now: wallClock.now,
    onNotice,
  })
  lifecycle.onStop({ phase: 'rest', name: 'event log', run: log.close })
  const postgres = await patiently(() =>
    openPostgres({
      url: config.postgres,
      schema: schemaOf(namespace, 'retention'),
      applicationName: 'ebb-retention',
      onNotice,
    }),
  )
  lifecycle.onStop({ phase: 'rest', name: 'business records', run: postgres.close })
  const { timeZone, currency } = await patiently(() => installationOf(log))
  const keys = openKeysFile(config.keys)
  const onHalt = (error: Error): void => void lifecycle.fail(error)
  const settings = { timeZone, currency, host, port }
  const service = await patiently(() =>
    start(
      { log, postgres, keys, clock: wallClock, logger, telemetry, onHalt },
      { ...settings, ...(webhook && { webhook }) },
    ),
  )
  lifecycle.onStop({ phase: 'flush', name: 'retention', run: service.stop })
  process.up()
  logger.info({ url: service.url }, 'up')
})
