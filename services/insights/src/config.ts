import { join } from 'node:path'
import { type Configuration, readConfiguration, setting } from '@ebb/runtime/configuration'
import { KAFKA_SETTINGS, POSTGRES_SETTINGS } from '@ebb/runtime/engine-settings'
import { MARGIN_SETTING } from '@ebb/runtime/margin-setting'
import { KEYS_SETTING, SERVICE_SETTINGS } from '@ebb/runtime/service-settings'
import Type from 'typebox'

const ADDRESS = {
  takes: 'an address such as http://host:8081, without a slash at the end',
  schema: Type.String({ pattern: '^https?://\\S*[^/\\s]$' }),
}
const SHORTEST_SECRET = 32

/** The settings of insights as a process of its own. */
export const INSIGHTS_SETTINGS = {
  ...KAFKA_SETTINGS,
  ...POSTGRES_SETTINGS,
  ...SERVICE_SETTINGS,
  keys: KEYS_SETTING,
  marginPercent: MARGIN_SETTING,
  host: setting({
    env: 'EBB_INSIGHTS_HOST',
    what: 'address that the dashboard listens on',
    takes: 'a host name or an address; 0.0.0.0 lets other machines in',
    schema: Type.String({ minLength: 1 }),
    default: '127.0.0.1',
  }),
  port: setting({
    env: 'EBB_INSIGHTS_PORT',
    what: 'port that the dashboard listens on',
    takes: 'a whole number from 0 to 65535; 0 takes any free port',
    schema: Type.Integer({ minimum: 0, maximum: 65_535 }),
    default: 8083,
  }),
  pageFolder: setting({
    env: 'EBB_INSIGHTS_PAGE',
    what: 'folder of the built page',
    takes: 'the path of a folder',
    schema: Type.String({ minLength: 1 }),
    default: join(import.meta.dirname, '..', '..', 'dashboard', 'dist'),
  }),
  sessionSecret: setting({
    env: 'EBB_SESSION_SECRET',
    what: 'signs the cookies of the dashboard; a new one signs everybody out',
    takes: `${SHORTEST_SECRET} random characters or more, such as \`openssl rand -hex 32\` makes`,
    schema: Type.String({ minLength: SHORTEST_SECRET }),
    secret: true,
  }),
  featuresUrl: setting({
    env: 'EBB_FEATURES_URL',
    what: 'where the feature service answers',
    ...ADDRESS,
    default: 'http://127.0.0.1:8081',
  }),
  featuresKey: setting({
    env: 'EBB_FEATURES_KEY',
    what: 'secret key to read customers with',
    takes: 'a secret key with the scope customers:read, made by `ebb keys create`',
    schema: Type.String({ minLength: 1 }),
    secret: true,
  }),
  retentionUrl: setting({
    env: 'EBB_RETENTION_URL',
    what: 'where retention answers',
    ...ADDRESS,
    default: 'http://127.0.0.1:8082',
  }),
  retentionKey: setting({
    env: 'EBB_RETENTION_KEY',
    what: 'secret key to read and change win-backs with; without one there are none to see',
    takes: 'a secret key with the scopes winbacks:read and winbacks:write',
    schema: Type.String(),
    default: '',
    secret: true,
  }),
  collectorUrl: setting({
    env: 'EBB_COLLECTOR_URL',
    what: 'where the shop sends its events, as the set-up page tells it',
    ...ADDRESS,
    default: 'http://127.0.0.1:8080',
  }),
}

/** The settings from the environment. Throws `EBB_CONFIG_INVALID`. */
export const insightsConfig = (): Configuration<typeof INSIGHTS_SETTINGS> =>
  readConfiguration(INSIGHTS_SETTINGS, process.env)

/** What a process of its own runs on. */
export const ENGINE_NAMES = [
  { need: 'event log', name: 'Apache Kafka' },
  { need: 'state store', name: 'Redis' },
  { need: 'business records', name: 'PostgreSQL' },
] as const

/** Where retention is; nowhere without a key for it. */
export const retentionOf = ({
  retentionUrl: url,
  retentionKey: key,
}: Configuration<typeof INSIGHTS_SETTINGS>) => (key === '' ? {} : { retention: { url, key } })
