import { isCurrency } from '@ebb/contracts/currency'
import {
  type Configuration,
  type Environment,
  readConfiguration,
  setting,
} from '@ebb/runtime/configuration'
import { KAFKA_SETTINGS } from '@ebb/runtime/engine-settings'
import { KEYS_SETTING, SERVICE_SETTINGS } from '@ebb/runtime/service-settings'
import Type from 'typebox'

const HIGHEST_RATE = 1e9
/** 64 MiB: a batch may come to 20 MB, since each of its events gets a copy of its context. */
const LEAST_SPOOL_BYTES = 64 * 1_024 * 1_024

const areRates = (rates: Readonly<Record<string, number>>): boolean =>
  Object.entries(rates).every(
    ([code, rate]) => isCurrency(code) && rate >= 1 / HIGHEST_RATE && rate <= HIGHEST_RATE,
  )

/** The settings of the collector as a process of its own. */
export const COLLECTOR_SETTINGS = {
  ...KAFKA_SETTINGS,
  ...SERVICE_SETTINGS,
  keys: KEYS_SETTING,
  host: setting({
    env: 'EBB_COLLECTOR_HOST',
    what: 'address that the collector listens on',
    takes: 'a host name or an address; 0.0.0.0 lets other machines in',
    schema: Type.String({ minLength: 1 }),
    default: '127.0.0.1',
  }),
  port: setting({
    env: 'EBB_COLLECTOR_PORT',
    what: 'port that the collector listens on',
    takes: 'a whole number from 0 to 65535; 0 takes any free port',
    schema: Type.Integer({ minimum: 0, maximum: 65_535 }),
    default: 8080,
  }),
  rates: setting({
    env: 'EBB_RATES',
    what: 'units of the currency of the shop for one unit of another',
    takes: `a JSON object of ISO 4217 codes and rates up to ${HIGHEST_RATE}, such as {"EUR": 1.08}`,
    schema: Type.Refine(Type.Record(Type.String(), Type.Number()), areRates),
    default: {},
  }),
  spoolFolder: setting({
    env: 'EBB_SPOOL',
    what: 'folder of the events that the collector accepts while the event log is away',
    takes: 'the path of a folder that no other process uses',
    schema: Type.String({ minLength: 1 }),
    default: '.ebb/spool',
  }),
  spoolLimitBytes: setting({
    env: 'EBB_SPOOL_LIMIT_BYTES',
    what: 'bytes that the spool may hold; events are refused above',
    takes: `a whole number of bytes, ${LEAST_SPOOL_BYTES} (64 MiB) at least`,
    schema: Type.Integer({ minimum: LEAST_SPOOL_BYTES }),
    default: 1_024 * 1_024 * 1_024,
  }),
}

/** The settings from the environment. Throws `EBB_CONFIG_INVALID`. */
export const collectorConfig = (
  env: Environment = process.env,
): Configuration<typeof COLLECTOR_SETTINGS> => readConfiguration(COLLECTOR_SETTINGS, env)
