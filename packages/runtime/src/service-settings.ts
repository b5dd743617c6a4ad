import { STATE_CACHE_BYTES } from '@ebb/streaming/state-cache'
import Type from 'typebox'
import { type Settings, setting } from './configuration.ts'
import { LOG_LEVELS } from './logger.ts'
import { TELEMETRY_SETTINGS } from './telemetry/telemetry-settings.ts'

const NAME = /^[a-z0-9][a-z0-9._-]*$/

/** Settings that mean the same in every service. */
export const SERVICE_SETTINGS = {
  namespace: setting({
    env: 'EBB_NAMESPACE',
    what: 'stands before the topics, groups and keys of this installation',
    takes: 'small letters, digits, and . _ - between them; empty for none',
    schema: Type.Refine(Type.String(), (name) => name === '' || NAME.test(name)),
    default: '',
  }),
  logLevel: setting({
    env: 'EBB_LOG_LEVEL',
    what: 'least level that is logged',
    takes: LOG_LEVELS.join(', '),
    schema: Type.Enum([...LOG_LEVELS]),
    default: 'info',
  }),
  ...TELEMETRY_SETTINGS,
} satisfies Settings

/** What stands before every topic, group and key of an installation. */
export const prefixOf = (namespace: string): string => (namespace === '' ? '' : `${namespace}.`)

/** How much processors remember of what their store holds. */
export const STATE_CACHE_SETTING = setting({
  env: 'EBB_STATE_CACHE_BYTES',
  what: 'memory for the states of customers that were used lately; others are read again',
  takes: 'a whole number of bytes; 0 for none',
  schema: Type.Integer({ minimum: 0 }),
  default: STATE_CACHE_BYTES,
})

/** How a live installation learns from its own customers. */
export const TRAINING_SETTING = setting({
  env: 'EBB_TRAINING',
  what: "whether a model is fitted to the shop's own customers each night, and promoted if better",
  takes: 'nightly; record, to promote none by itself; off',
  schema: Type.Enum(['nightly', 'record', 'off']),
  default: 'nightly',
})

/** Where the access keys are, for services that are asked over HTTP. */
export const KEYS_SETTING = setting({
  env: 'EBB_KEYS',
  what: 'file of the access keys, made by `ebb keys create`',
  takes: 'the path of a file',
  schema: Type.String({ minLength: 1 }),
  default: '.ebb/data/keys.json',
})
