// collector: the collector as a process of its own, on Kafka.
// Reads events over HTTP, access keys from their file, the installation from `ebb.installation.v1`.
// Keeps, in the folder of its spool, what it accepted while the broker is away, and a copy of the
// installation to start by; the folder is its own, and is to outlive the process.
// Writes `ebb.events.v1` and `ebb.rejects.v1`; each minute to `ebb.traffic.v1` what came.
// Guarantees: what is answered with 2xx is in the log or fsynced in the spool, whatever is killed;
// events of one customer stay in the order they came. As many of these may run as are needed. Ends
// with 1 where it cannot go on, with 0 when told to stop.
import { hostname } from 'node:os'
import { join } from 'node:path'
import { openKafkaEventLog } from '@ebb/kafka/kafka-event-log'
import { wallClock } from '@ebb/runtime/clock'
import { kafkaConnection } from '@ebb/runtime/engine-settings'
import { openKeysFile } from '@ebb/runtime/keys-file'
import { rememberedInstallation } from '@ebb/runtime/remembered-installation'
import { runService } from '@ebb/runtime/run-service'
import { prefixOf } from '@ebb/runtime/service-settings'
import { start } from './collector.ts'
import { collectorConfig } from './config.ts'

await runService('collector', collectorConfig, async (config, process) => {
  const { logger, lifecycle, telemetry, onNotice, patiently } = process
  const { namespace, host, port, rates, spoolFolder: folder, spoolLimitBytes: limitBytes } = config
  const log = await openKafkaEventLog({
    ...kafkaConnection(config),
    clientId: 'ebb-collector',
    prefix: prefixOf(namespace),
    now: wallClock.now,
    onNotice,
  })
  lifecycle.onStop({ phase: 'rest', name: 'event log', run: log.close })
  const { currency } = await patiently(() =>
    rememberedInstallation(log, join(folder, 'installation.json')),
  )
  const keys = openKeysFile(config.keys)
  const spool = { folder, limitBytes }
  const ports = { log, keys, clock: wallClock, logger, telemetry }
  const name = `${hostname()}:${port}`
  const service = await start(ports, { host, port, currency, rates, spool, name })
  lifecycle.onStop({ phase: 'intake', name: 'collector', run: service.stop })
  process.up()
  logger.info({ url: service.url, spooled: service.spooled() }, 'up')
})
