import { type Configuration, readConfiguration } from '@ebb/runtime/configuration'
import { KAFKA_SETTINGS, REDIS_SETTINGS } from '@ebb/runtime/engine-settings'
import { MARGIN_SETTING } from '@ebb/runtime/margin-setting'
import {
  SERVICE_SETTINGS,
  STATE_CACHE_SETTING,
  TRAINING_SETTING,
} from '@ebb/runtime/service-settings'

/** The settings of the scorer as a process of its own. */
export const SCORER_SETTINGS = {
  ...KAFKA_SETTINGS,
  ...REDIS_SETTINGS,
  ...SERVICE_SETTINGS,
  stateCacheBytes: STATE_CACHE_SETTING,
  training: TRAINING_SETTING,
  marginPercent: MARGIN_SETTING,
}

/** The settings from the environment. Throws `EBB_CONFIG_INVALID`. */
export const scorerConfig = (): Configuration<typeof SCORER_SETTINGS> =>
  readConfiguration(SCORER_SETTINGS, process.env)
