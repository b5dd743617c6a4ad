// scorer: the scorer as a process of its own, on Kafka and Redis.
// Reads `ebb.features.v1`; the installation, its generation, and whether alerts are paused from
// `ebb.installation.v1`.
// Keeps risk inputs and episode of each customer in Redis, with the offset they stand at; a timer a
// customer in memory, made again from the states.
// Writes `ebb.alerts.v1` and `ebb.rejects.v1`.
// Guarantees: a crossing is raised once, under one id, whatever is killed, and however many of these
// run. Ends with 1 where an invariant is broken, with 0 when told to stop.
import { FEATURES, MADE_FROM_STATES } from '@ebb/contracts/topics'
import { openKafkaEventLog } from '@ebb/kafka/kafka-event-log'
import { connectRedis } from '@ebb/redis/redis-connection'
import { redisPartitionStore } from '@ebb/redis/redis-partition-store'
import { alertsSwitch } from '@ebb/runtime/alerts-switch'
import { wallClock } from '@ebb/runtime/clock'
import { kafkaConnection, redisAddress } from '@ebb/runtime/engine-settings'
import { installationOf } from '@ebb/runtime/installation'
import { runService } from '@ebb/runtime/run-service'
import { prefixOf } from '@ebb/runtime/service-settings'
import { watchEngines } from '@ebb/runtime/watch-engines'
import { watchGeneration } from '@ebb/runtime/watch-generation'
import { logInGeneration, nameInGeneration } from '@ebb/streaming/generation'
import { stateCaches } from '@ebb/streaming/state-cache'
import { scorerConfig } from './config.ts'
import { SCORER_PROCESSOR } from './scorer-definition.ts'
import { start } from './service.ts'
import { SHIPPED_SCORING } from './shipped-model.ts'

await runService('scorer', scorerConfig, async (config, process) => {
  const { logger, lifecycle, telemetry, onNotice, patiently } = process
  const { namespace } = config
  const caches = stateCaches(config.stateCacheBytes)
  const prefix = prefixOf(namespace)
  const connection = { ...kafkaConnection(config), clientId: 'ebb-scorer', prefix, onNotice }
  const wholeLog = await openKafkaEventLog({ ...connection, now: wallClock.now })
  lifecycle.onStop({ phase: 'rest', name: 'event log', run: wholeLog.close })
  const redis = await patiently(() => connectRedis({ ...redisAddress(config), onNotice }))
  lifecycle.onStop({ phase: 'rest', name: 'state store', run: redis.close })
  const { generation } = await patiently(() => installationOf(wholeLog))
  const processor = nameInGeneration(SCORER_PROCESSOR, generation)
  const log = logInGeneration(wholeLog, { generation, madeFromStates: MADE_FROM_STATES })
  const store = redisPartitionStore(redis, { prefix, processor })
  const onHalt = (error: Error): void => void lifecycle.fail(error)
  const stopWatch = watchGeneration({ log: wholeLog, generation, onHalt })
  lifecycle.onStop({ phase: 'readiness', name: 'generation', run: stopWatch })
  const alerts = await patiently(() => alertsSwitch({ log, logger }))
  lifecycle.onStop({ phase: 'readiness', name: 'switch of alerts', run: alerts.stop })
  const service = await patiently(() =>
    start(
      { log: alerts.log, store, caches, logger, telemetry, onHalt },
      { ...SHIPPED_SCORING, generation },
    ),
  )
  lifecycle.onStop({ phase: 'flush', name: 'scorer', run: service.stop })
  const engines = watchEngines({
    'event log': () => log.read({ topic: FEATURES, partition: 0 }, 0, 0),
    states: () => store.read(0, []),
  })
  lifecycle.onStop({ phase: 'rest', name: 'watch of engines', run: engines.stop })
  process.up(engines.checks)
  logger.info({ generation }, 'up')
})
