// scorer: the scorer as a process of its own, on Kafka and Redis.
// Reads `ebb.features.v1`; the installation, its generation, and whether alerts are paused from
// `ebb.installation.v1`.
// Where it owns the first partition it also reads the states of features in Redis, and fits models.
// Keeps risk inputs and episode of each customer in Redis, with the offset they stand at; a timer a
// customer in memory, made again from the states.
// Writes `ebb.alerts.v1` and `ebb.rejects.v1`; models to `ebb.models.v1`, and what is promoted into
// every partition of `ebb.events.v1`.
// Guarantees: a crossing is raised once, under one id, whatever is killed, and however many of these
// run. Ends with 1 where an invariant is broken, with 0 when told to stop.
import { FEATURES, MADE_FROM_STATES } from '@ebb/contracts/topics'
import { openKafkaEventLog } from '@ebb/kafka/kafka-event-log'
import { connectRedis } from '@ebb/redis/redis-connection'
import { redisPartitionStore } from '@ebb/redis/redis-partition-store'
import { alertsSwitch } from '@ebb/runtime/alerts-switch'
import { wallClock } from '@ebb/runtime/clock'
import { kafkaConnection, redisAddress } from '@ebb/runtime/engine-settings'
import { followGenerations } from '@ebb/runtime/follow-generations'
import { installationOf } from '@ebb/runtime/installation'
import { valuingOf } from '@ebb/runtime/margin-setting'
import { runService } from '@ebb/runtime/run-service'
import { prefixOf } from '@ebb/runtime/service-settings'
import { watchEngines } from '@ebb/runtime/watch-engines'
import {
  type GenerationEngines,
  logInGeneration,
  nameInGeneration,
} from '@ebb/streaming/generation'
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
  const installation = await patiently(() => installationOf(wholeLog))
  const { generation, timeZone, currency } = installation
  const onHalt = (error: Error): void => void lifecycle.fail(error)
  const at = (generation: number): GenerationEngines => ({
    generation,
    log: logInGeneration(wholeLog, { generation, madeFromStates: MADE_FROM_STATES }),
    store: (name) =>
      redisPartitionStore(redis, { prefix, processor: nameInGeneration(name, generation) }),
  })
  const generations = followGenerations({ log: wholeLog, generation, at, logger, onHalt })
  lifecycle.onStop({ phase: 'readiness', name: 'generations', run: generations.stop })
  const alerts = await patiently(() => alertsSwitch({ generations, logger }))
  lifecycle.onStop({ phase: 'readiness', name: 'switch of alerts', run: alerts.stop })
  const service = await patiently(() =>
    start(
      { generations: alerts.generations, caches, logger, telemetry, onHalt },
      {
        ...SHIPPED_SCORING,
        ...valuingOf({ currency, marginPercent: config.marginPercent }),
        ...(installation.kind === 'live' && {
          training: { mode: config.training, timeZone, currency },
        }),
      },
    ),
  )
  lifecycle.onStop({ phase: 'flush', name: 'scorer', run: service.stop })
  const engines = watchEngines({
    'event log': () => generations.inForce().log.read({ topic: FEATURES, partition: 0 }, 0, 0),
    states: () => generations.inForce().store(SCORER_PROCESSOR).read(0, []),
  })
  lifecycle.onStop({ phase: 'rest', name: 'watch of engines', run: engines.stop })
  process.up(engines.checks)
  logger.info({ generation }, 'up')
})
