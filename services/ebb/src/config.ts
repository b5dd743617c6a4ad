import { collectorSettings } from '@ebb/collector/config'
import { dayOf } from '@ebb/customer/calendar'
import {
  type Configuration,
  readConfiguration,
  type Settings,
  setting,
} from '@ebb/runtime/configuration'
import Type from 'typebox'

const Port = Type.Integer({ minimum: 0, maximum: 65_535 })

const isTimeZone = (name: string): boolean => {
  try {
    return Number.isInteger(dayOf(0, name))
  } catch {
    return false
  }
}

/** Every setting of Ebb in one process; each has an environment variable. */
export const EBB_SETTINGS = {
  dataFolder: setting({
    env: 'EBB_DATA',
    what: 'folder of the embedded engines',
    takes: 'the path of a folder',
    schema: Type.String({ minLength: 1 }),
    default: '.ebb/data',
  }),
  host: setting({
    env: 'EBB_HOST',
    what: 'address that the HTTP interfaces bind',
    takes: 'an address of this machine, 0.0.0.0 for all',
    schema: Type.String({ minLength: 1 }),
    default: '127.0.0.1',
  }),
  collectorPort: collectorSettings.port,
  featuresPort: setting({
    env: 'EBB_FEATURES_PORT',
    what: 'port of the feature service',
    takes: 'a free port, 0 for any',
    schema: Port,
    default: 8081,
  }),
  timeZone: setting({
    env: 'EBB_TIME_ZONE',
    what: 'time zone of the shop: decides on which day an event falls',
    takes: 'an IANA name, such as Europe/Berlin',
    schema: Type.Refine(Type.String(), isTimeZone),
    default: 'UTC',
  }),
  currency: collectorSettings.currency,
  rates: collectorSettings.rates,
  logLevel: collectorSettings.logLevel,
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
    takes: 'production, development or test',
    schema: Type.String(),
    default: 'development',
  }),
} satisfies Settings

/** The values of `EBB_SETTINGS`. */
export type EbbConfig = Configuration<typeof EBB_SETTINGS>

/** Reads the environment. Throws `EBB_CONFIG_INVALID` with all problems at once. */
export const ebbConfig = (): EbbConfig => readConfiguration(EBB_SETTINGS, process.env)
