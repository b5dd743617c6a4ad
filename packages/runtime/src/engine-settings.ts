import { hash } from 'node:crypto'
import Type from 'typebox'
import { CodedError } from './coded-error.ts'
import { type Configuration, type Settings, setting } from './configuration.ts'
import { readTlsFiles } from './tls-files.ts'

const YesNo = Type.Union([Type.Literal('yes'), Type.Literal('no')])
const BROKER = /^(?:[^\s:,]+|\[[0-9a-fA-F:]+\]):(\d{1,5})$/
const HIGHEST_PORT = 65_535

const areBrokers = (text: string): boolean =>
  text.split(',').every((broker) => {
    const port = Number(BROKER.exec(broker)?.[1] ?? 0)
    return port > 0 && port <= HIGHEST_PORT
  })
/** Of a cluster several; only the first needs the scheme. */
const areRedisAddresses = (text: string): boolean => /^rediss?:\/\/[^\s,]+(,[^\s,]+)*$/.test(text)

const PEM_FILE = { takes: 'the path of a PEM file', schema: Type.String(), default: '' }

/** Where Apache Kafka is, and how to sign in. Without a default for where. */
export const KAFKA_SETTINGS = {
  kafka: setting({
    env: 'EBB_KAFKA',
    what: 'brokers of Apache Kafka',
    takes: 'HOST:PORT, several with commas',
    schema: Type.Refine(Type.String(), areBrokers),
  }),
  kafkaTls: setting({
    env: 'EBB_KAFKA_TLS',
    what: 'speaks TLS with the brokers',
    takes: 'yes or no',
    schema: YesNo,
    default: 'no' as const,
  }),
  kafkaCa: setting({
    env: 'EBB_KAFKA_CA',
    what: 'certificates to trust the brokers by; those of Node unless given',
    ...PEM_FILE,
  }),
  kafkaCert: setting({
    env: 'EBB_KAFKA_CERT',
    what: 'our certificate, for brokers that ask for one',
    ...PEM_FILE,
  }),
  kafkaKey: setting({
    env: 'EBB_KAFKA_KEY',
    what: 'the key of our certificate for the brokers',
    ...PEM_FILE,
  }),
  kafkaSasl: setting({
    env: 'EBB_KAFKA_SASL',
    what: 'how to sign in at the brokers',
    takes: 'none, plain, scram-sha-256 or scram-sha-512',
    schema: Type.Union([
      Type.Literal('none'),
      Type.Literal('plain'),
      Type.Literal('scram-sha-256'),
      Type.Literal('scram-sha-512'),
    ]),
    default: 'none' as const,
  }),
  kafkaUsername: setting({
    env: 'EBB_KAFKA_USERNAME',
    what: 'name to sign in with at the brokers',
    takes: 'a name',
    schema: Type.String(),
    default: '',
  }),
  kafkaPassword: setting({
    env: 'EBB_KAFKA_PASSWORD',
    what: 'password to sign in with at the brokers',
    takes: 'a password',
    schema: Type.String(),
    default: '',
    secret: true,
  }),
  kafkaCompression: setting({
    env: 'EBB_KAFKA_COMPRESSION',
    what: 'how batches of records are packed',
    takes: 'none, gzip or zstd',
    schema: Type.Union([Type.Literal('none'), Type.Literal('gzip'), Type.Literal('zstd')]),
    default: 'none' as const,
  }),
} satisfies Settings

/** Where Redis is; has no default. */
export const REDIS_SETTINGS = {
  redis: setting({
    env: 'EBB_REDIS',
    what: 'Redis or Valkey',
    takes: 'a URL such as redis://user:password@host:6379; rediss:// speaks TLS',
    schema: Type.Refine(Type.String(), areRedisAddresses),
    secret: true,
  }),
  redisCluster: setting({
    env: 'EBB_REDIS_CLUSTER',
    what: 'says that Redis is a cluster',
    takes: 'yes or no',
    schema: YesNo,
    default: 'no' as const,
  }),
  redisCa: setting({
    env: 'EBB_REDIS_CA',
    what: 'certificates to trust Redis by; those of Node unless given',
    ...PEM_FILE,
  }),
  redisCert: setting({
    env: 'EBB_REDIS_CERT',
    what: 'our certificate, for a Redis that asks for one',
    ...PEM_FILE,
  }),
  redisKey: setting({
    env: 'EBB_REDIS_KEY',
    what: 'the key of our certificate for Redis',
    ...PEM_FILE,
  }),
} satisfies Settings

/** Where PostgreSQL is; has no default. */
export const POSTGRES_SETTINGS = {
  postgres: setting({
    env: 'EBB_POSTGRES',
    what: 'PostgreSQL, which keeps the business records',
    takes: 'a URL such as postgres://user:password@host:5432/ebb?sslmode=verify-full',
    schema: Type.String({ pattern: '^postgres(ql)?://' }),
    secret: true,
  }),
} satisfies Settings

/**
 * The schema of a service in PostgreSQL, where several installations may share a database. What a
 * schema cannot be called is replaced, and a hash keeps such namespaces apart.
 */
export const schemaOf = (namespace: string, service: string): string => {
  if (namespace === '') return service
  const plain = namespace.replaceAll(/[^a-z0-9_]/g, '_')
  const isPlain = plain === namespace && plain.length <= LONGEST_NAMESPACE
  const suffix = isPlain ? '' : `_${hash('sha256', namespace).slice(0, 8)}`
  return `n_${plain.slice(0, LONGEST_NAMESPACE)}${suffix}_${service}`
}

const LONGEST_NAMESPACE = 40

/**
 * How to reach the brokers. Throws `EBB_CONFIG_INVALID` for settings without effect, and as
 * `readTlsFiles` does.
 */
export const kafkaConnection = (config: Configuration<typeof KAFKA_SETTINGS>) => {
  const { kafka, kafkaTls, kafkaSasl, kafkaUsername, kafkaPassword } = config
  const file = (['kafkaCa', 'kafkaCert', 'kafkaKey'] as const).find((name) => config[name] !== '')
  if (kafkaTls === 'no' && file !== undefined) throw withoutEffect(file, 'kafkaTls', 'yes')
  if (kafkaSasl === 'none' && kafkaUsername + kafkaPassword !== '')
    throw withoutEffect('kafkaUsername', 'kafkaSasl', 'plain, scram-sha-256 or scram-sha-512')
  return {
    brokers: kafka.split(','),
    compression: config.kafkaCompression,
    ...(kafkaTls === 'yes' && { tls: kafkaTlsFiles(config) ?? {} }),
    ...(kafkaSasl !== 'none' && {
      sasl: { mechanism: kafkaSasl, username: kafkaUsername, password: kafkaPassword },
    }),
  }
}

const kafkaTlsFiles = (config: Configuration<typeof KAFKA_SETTINGS>) =>
  readTlsFiles({
    ca: { env: KAFKA_SETTINGS.kafkaCa.env, file: config.kafkaCa },
    cert: { env: KAFKA_SETTINGS.kafkaCert.env, file: config.kafkaCert },
    key: { env: KAFKA_SETTINGS.kafkaKey.env, file: config.kafkaKey },
  })

/** How to reach Redis. Throws as `readTlsFiles` does. */
export const redisAddress = (config: Configuration<typeof REDIS_SETTINGS>) => {
  const tls = readTlsFiles({
    ca: { env: REDIS_SETTINGS.redisCa.env, file: config.redisCa },
    cert: { env: REDIS_SETTINGS.redisCert.env, file: config.redisCert },
    key: { env: REDIS_SETTINGS.redisKey.env, file: config.redisKey },
  })
  return { url: config.redis, cluster: config.redisCluster === 'yes', ...(tls && { tls }) }
}

type KafkaSetting = keyof typeof KAFKA_SETTINGS

/** Less safe than it looks: nobody is to find that out later. */
const withoutEffect = (given: KafkaSetting, needed: KafkaSetting, value: string): CodedError =>
  new CodedError('EBB_CONFIG_INVALID', {
    what: `${KAFKA_SETTINGS[given].env} is set, and would have no effect`,
    where: `${KAFKA_SETTINGS[needed].env}`,
    fix: `Set ${KAFKA_SETTINGS[needed].env} to ${value}, or leave ${KAFKA_SETTINGS[given].env} empty`,
  })
