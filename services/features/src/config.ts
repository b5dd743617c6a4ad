import { type Configuration, readConfiguration, setting } from '@ebb/runtime/configuration'
import { KAFKA_SETTINGS, REDIS_SETTINGS } from '@ebb/runtime/engine-settings'
import { KEYS_SETTING, SERVICE_SETTINGS, STATE_CACHE_SETTING } from '@ebb/runtime/service-settings'
import Type from 'typebox'

/** The settings of the feature service as a process of its own. */
export const FEATURES_SETTINGS = {
  ...KAFKA_SETTINGS,
  ...REDIS_SETTINGS,
  ...SERVICE_SETTINGS,
  keys: KEYS_SETTING,
  stateCacheBytes: STATE_CACHE_SETTING,
  host: setting({
    env: 'EBB_FEATURES_HOST',
    what: 'address that the feature service listens on',
    takes: 'a host name or an address; 0.0.0.0 lets other machines in',
    schema: Type.String({ minLength: 1 }),
    default: '127.0.0.1',
  }),
  port: setting({
    env: 'EBB_FEATURES_PORT',
    what: 'port that the feature service listens on',
    takes: 'a whole number from 0 to 65535; 0 takes any free port',
    schema: Type.Integer({ minimum: 0, maximum: 65_535 }),
    default: 8081,
  }),
}

/** The settings from the environment. Throws `EBB_CONFIG_INVALID`. */
export const featuresConfig = (): Configuration<typeof FEATURES_SETTINGS> =>
  readConfiguration(FEATURES_SETTINGS, process.env)
