import {
  type Configuration,
  type Environment,
  readConfiguration,
  setting,
} from '@ebb/runtime/configuration'
import { LOG_LEVELS } from '@ebb/runtime/logger'
import Type from 'typebox'
import { isCurrency } from './currency.ts'

const HIGHEST_RATE = 1e9
/** 64 MB: a batch may come to 20 MB, since each of its events gets a copy of its context. */
const LEAST_SPOOL_LIMIT = 64 * 1_024 * 1_024

const areRates = (rates: Readonly<Record<string, number>>): boolean =>
  Object.entries(rates).every(
    ([code, rate]) => isCurrency(code) && rate >= 1 / HIGHEST_RATE && rate <= HIGHEST_RATE,
  )

/** The settings of the collector. */
export const collectorSettings = {
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
  currency: setting({
    env: 'EBB_CURRENCY',
    what: 'currency of the shop',
    takes: 'an ISO 4217 code in capitals, such as USD',
    schema: Type.Refine(Type.String(), isCurrency),
    default: 'USD',
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
  spoolLimit: setting({
    env: 'EBB_SPOOL_LIMIT',
    what: 'bytes that this folder may hold; events are refused above',
    takes: `a whole number of at least ${LEAST_SPOOL_LIMIT}`,
    schema: Type.Integer({ minimum: LEAST_SPOOL_LIMIT }),
    default: 1_024 * 1_024 * 1_024,
  }),
  logLevel: setting({
    env: 'EBB_LOG_LEVEL',
    what: 'least level that is logged',
    takes: LOG_LEVELS.join(', '),
    schema: Type.Enum([...LOG_LEVELS]),
    default: 'info',
  }),
}

/** The settings of the collector from the environment. Throws `EBB_CONFIG_INVALID`. */
export const readCollectorConfig = (
  env: Environment = process.env,
): Configuration<typeof collectorSettings> => readConfiguration(collectorSettings, env)
