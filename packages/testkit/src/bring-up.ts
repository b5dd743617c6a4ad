import { readConfig, type TestkitConfig } from './config.ts'
import { inContainer } from './containers.ts'
import { IMAGES } from './images.ts'
import { KAFKA_VERSION } from './kafka-jars.ts'
import { kafkaAnswers } from './kafka-readiness.ts'
import { startNativeKafka } from './native-kafka.ts'
import { startNativePostgres } from './native-postgres.ts'
import { startNativeRedis } from './native-redis.ts'
import { postgresAnswers } from './postgres-readiness.ts'
import {
  type Engine,
  type EngineName,
  firstOffer,
  fromEnvironment,
  type Missing,
  offered,
  type Provider,
} from './provider.ts'
import { redisAnswers } from './redis-readiness.ts'

/**
 * Brings a server up by the first provider that can: the environment's address, a container, a
 * process of this machine. Whoever calls stops it. Throws where the environment names a server that
 * does not answer.
 */
export const bringUp = (
  name: EngineName,
  config: TestkitConfig = readConfig(),
): Promise<Engine | Missing> => firstOffer(PROVIDERS[name](config))

const PROVIDERS: Record<EngineName, (config: TestkitConfig) => Provider[]> = {
  kafka: ({ kafka }) => [
    fromEnvironment(kafka, firstBrokerAnswers),
    inContainer(IMAGES.kafka),
    nativeKafka,
  ],
  redis: ({ redis }) => [
    fromEnvironment(redis, redisUrlAnswers),
    inContainer(IMAGES.redis),
    nativeRedis,
  ],
  postgres: ({ postgres }) => [
    fromEnvironment(postgres, postgresAnswers),
    inContainer(IMAGES.postgres),
    nativePostgres,
  ],
}

const firstBrokerAnswers = (brokers: string): Promise<boolean> => {
  const { hostname, port } = new URL(`kafka://${brokers.split(',')[0]}`)
  return kafkaAnswers(hostname, Number(port || 9092))
}

const redisUrlAnswers = (url: string): Promise<boolean> => {
  const { hostname, port } = new URL(url)
  return redisAnswers(hostname, Number(port || 6379))
}

const nativeKafka: Provider = () =>
  offered(async () => {
    const { brokers, stop } = await startNativeKafka()
    return { address: brokers.join(), provider: `native ${KAFKA_VERSION}`, stop }
  })

const nativeRedis: Provider = () =>
  offered(async () => {
    const { url, version, stop } = await startNativeRedis()
    return { address: url, provider: `native ${version}`, stop }
  })

const nativePostgres: Provider = () =>
  offered(async () => {
    const { url, version, stop } = await startNativePostgres()
    return { address: url, provider: `native ${version}`, stop }
  })
