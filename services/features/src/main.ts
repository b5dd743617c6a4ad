// features: the feature service as a process of its own, on Kafka and Redis.
// Reads `ebb.events.v1`, the installation and its generation from `ebb.installation.v1`, and access
// keys from their file; answers GET /v1/customers/:key to secret keys.
// Keeps one packed state a customer in Redis, with the offset it stands at.
// Writes `ebb.features.v1`, `ebb.orders.v1`, `ebb.rejects.v1`, and a tick every 5 s into each
// partition of `ebb.events.v1` that it owns.
// Guarantees: each event counts once, whatever is killed, and however many of these run; a partition
// is written by its owner alone. Ends with 1 where an invariant is broken, with 0 when told to stop.
import { MADE_FROM_STATES } from '@ebb/contracts/topics'
import { openKafkaEventLog } from '@ebb/kafka/kafka-event-log'
import { connectRedis } from '@ebb/redis/redis-connection'
import { redisPartitionStore } from '@ebb/redis/redis-partition-store'
import { wallClock } from '@ebb/runtime/clock'
import { kafkaConnection, redisAddress } from '@ebb/runtime/engine-settings'
import { followGenerations } from '@ebb/runtime/follow-generations'
import { installationOf } from '@ebb/runtime/installation'
import { openKeysFile } from '@ebb/runtime/keys-file'
import { runService } from '@ebb/runtime/run-service'
import { prefixOf } from '@ebb/runtime/service-settings'
import {
  type GenerationEngines,
  logInGeneration,
  nameInGeneration,
} from '@ebb/streaming/generation'
import { stateCaches } from '@ebb/streaming/state-cache'
import { featuresConfig } from './config.ts'
import { LIVE_TICK_MS, start } from './service.ts'

await runService('features', featuresConfig, async (config, process) => {
  const { logger, lifecycle, telemetry, onNotice, patiently } = process
  const { namespace, host, port } = config
  const caches = stateCaches(config.stateCacheBytes)
  const prefix = prefixOf(namespace)
  const connection = { ...kafkaConnection(config), clientId: 'ebb-features', prefix, onNotice }
  const wholeLog = await openKafkaEventLog({ ...connection, now: wallClock.now })
  lifecycle.onStop({ phase: 'rest', name: 'event log', run: wholeLog.close })
  const redis = await patiently(() => connectRedis({ ...redisAddress(config), onNotice }))
  lifecycle.onStop({ phase: 'rest', name: 'state store', run: redis.close })
  const { generation, timeZone, currency } = await patiently(() => installationOf(wholeLog))
  const keys = openKeysFile(config.keys)
  const onHalt = (error: Error): void => void lifecycle.fail(error)
  const at = (generation: number): GenerationEngines => ({
    generation,
    log: logInGeneration(wholeLog, { generation, madeFromStates: MADE_FROM_STATES }),
    store: (name) =>
      redisPartitionStore(redis, { prefix, processor: nameInGeneration(name, generation) }),
  })
  const generations = followGenerations({ log: wholeLog, generation, at, logger, onHalt })
  lifecycle.onStop({ phase: 'readiness', name: 'generations', run: generations.stop })
  const service = await patiently(() =>
    start(
      { generations, caches, keys, clock: wallClock, logger, telemetry, onHalt },
      { timeZone, currency, host, port, tickIntervalMs: LIVE_TICK_MS },
    ),
  )
  lifecycle.onStop({ phase: 'flush', name: 'features', run: service.stop })
  process.up()
  logger.info({ url: service.url, generation }, 'up')
})
