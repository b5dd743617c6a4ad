import { COLLECTOR_SETTINGS } from '@ebb/collector/config'
import { isCurrency } from '@ebb/contracts/currency'
import { SHARED_PARTITIONS } from '@ebb/contracts/topics'
import { dayOf } from '@ebb/customer/calendar'
import { FEATURES_SETTINGS } from '@ebb/features/config'
import { INSIGHTS_SETTINGS } from '@ebb/insights/config'
import { RETENTION_SETTINGS } from '@ebb/retention/config'
import { CodedError } from '@ebb/runtime/coded-error'
import {
  type Configuration,
  fileVariable,
  readConfiguration,
  type Settings,
  setting,
} from '@ebb/runtime/configuration'
import { KAFKA_SETTINGS, POSTGRES_SETTINGS, REDIS_SETTINGS } from '@ebb/runtime/engine-settings'
import { MARGIN_SETTING } from '@ebb/runtime/margin-setting'
import {
  KEYS_SETTING,
  SERVICE_SETTINGS,
  STATE_CACHE_SETTING,
  TRAINING_SETTING,
} from '@ebb/runtime/service-settings'
import Type from 'typebox'

const isTimeZone = (name: string): boolean => {
  try {
    return Number.isInteger(dayOf(0, name))
  } catch {
    return false
  }
}

/** In place of an address: the embedded engines; the host and port; the data folder. */
const NONE = ''

/** Every setting of Ebb in one process; each has an environment variable. */
export const EBB_SETTINGS = {
  dataFolder: setting({
    env: 'EBB_DATA',
    what: 'folder of the embedded engines',
    takes: 'the path of a folder',
    schema: Type.String({ minLength: 1 }),
    default: '.ebb/data',
  }),
  keys: { ...KEYS_SETTING, default: NONE },
  ...KAFKA_SETTINGS,
  ...REDIS_SETTINGS,
  ...SERVICE_SETTINGS,
  kafka: { ...KAFKA_SETTINGS.kafka, default: NONE },
  redis: { ...REDIS_SETTINGS.redis, default: NONE },
  postgres: {
    ...POSTGRES_SETTINGS.postgres,
    schema: Type.Union([Type.Literal(NONE), POSTGRES_SETTINGS.postgres.schema]),
    default: NONE,
  },
  stateCacheBytes: STATE_CACHE_SETTING,
  training: TRAINING_SETTING,
  marginPercent: MARGIN_SETTING,
  partitions: setting({
    env: 'EBB_PARTITIONS',
    what: 'partitions of the customer topics of an installation that is begun on Kafka',
    takes: 'a whole number from 1 to 1000',
    schema: Type.Integer({ minimum: 1, maximum: 1_000 }),
    default: SHARED_PARTITIONS,
  }),
  host: setting({
    env: 'EBB_HOST',
    what: 'address that the HTTP interfaces bind',
    takes: 'an address of this machine, 0.0.0.0 for all',
    schema: Type.String({ minLength: 1 }),
    default: '127.0.0.1',
  }),
  collectorPort: COLLECTOR_SETTINGS.port,
  spoolLimitBytes: COLLECTOR_SETTINGS.spoolLimitBytes,
  featuresPort: FEATURES_SETTINGS.port,
  retentionPort: RETENTION_SETTINGS.port,
  insightsPort: INSIGHTS_SETTINGS.port,
  collectorUrl: { ...INSIGHTS_SETTINGS.collectorUrl, default: NONE },
  featuresUrl: { ...INSIGHTS_SETTINGS.featuresUrl, default: NONE },
  retentionUrl: { ...INSIGHTS_SETTINGS.retentionUrl, default: NONE },
  insightsUrl: setting({
    ...INSIGHTS_SETTINGS.featuresUrl,
    env: 'EBB_INSIGHTS_URL',
    what: 'where the dashboard answers, for `ebb doctor` and `ebb status`',
    default: NONE,
  }),
  webhookUrl: RETENTION_SETTINGS.webhookUrl,
  webhookSecret: RETENTION_SETTINGS.webhookSecret,
  webhookAllow: RETENTION_SETTINGS.webhookAllow,
  timeZone: setting({
    env: 'EBB_TIME_ZONE',
    what: 'time zone of the shop: decides on which day an event falls',
    takes: 'an IANA name, such as Europe/Berlin',
    schema: Type.Refine(Type.String(), isTimeZone),
    default: 'UTC',
  }),
  currency: setting({
    env: 'EBB_CURRENCY',
    what: 'currency of the shop',
    takes: 'an ISO 4217 code in capitals, such as USD',
    schema: Type.Refine(Type.String(), isCurrency),
    default: 'USD',
  }),
  rates: COLLECTOR_SETTINGS.rates,
  allowEmbedded: setting({
    env: 'EBB_ALLOW_EMBEDDED',
    what: 'lets the embedded engines run although NODE_ENV is production',
    takes: 'yes or no',
    schema: Type.Union([Type.Literal('yes'), Type.Literal('no')]),
    default: 'no' as const,
  }),
  nodeEnv: setting({
    env: 'NODE_ENV',
    what: 'what kind of installation this is',
    takes: 'production, or any other word',
    schema: Type.String(),
    default: 'development',
  }),
} satisfies Settings

/** The values of `EBB_SETTINGS`. */
export type EbbConfig = Configuration<typeof EBB_SETTINGS>

/** What options of a command line may say in place of the environment. */
export interface EngineOptions {
  readonly kafka?: string
  readonly redis?: string
  readonly namespace?: string
}

/**
 * Reads the environment; options come before it. Throws `EBB_CONFIG_INVALID` with all problems at
 * once, but for an engine that is missing: see `requireBothEngines`.
 */
export const ebbConfig = (options: EngineOptions = {}): EbbConfig => {
  const given = (['kafka', 'redis', 'namespace'] as const).flatMap((name) => {
    const { env } = EBB_SETTINGS[name]
    const value = options[name]
    return value === undefined ? [] : [[env, value] as const, [fileVariable(env), ''] as const]
  })
  return readConfiguration(EBB_SETTINGS, { ...process.env, ...Object.fromEntries(given) })
}

/** Throws `EBB_CONFIG_INVALID` where one of Kafka and Redis is named without the other. */
export const requireBothEngines = ({ kafka, redis }: Pick<EbbConfig, 'kafka' | 'redis'>): void => {
  if ((kafka === NONE) === (redis === NONE)) return
  const [here, missing] = kafka === NONE ? ['Redis', 'Kafka'] : ['Kafka', 'Redis']
  throw new CodedError('EBB_CONFIG_INVALID', {
    what: `${here} is named, ${missing} is not: one needs the other`,
    where: 'EBB_KAFKA and EBB_REDIS, or --kafka and --redis',
    fix: 'Name both, or neither for the embedded engines',
  })
}
