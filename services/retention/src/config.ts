import { type Configuration, readConfiguration, setting } from '@ebb/runtime/configuration'
import { KAFKA_SETTINGS, POSTGRES_SETTINGS } from '@ebb/runtime/engine-settings'
import { KEYS_SETTING, SERVICE_SETTINGS } from '@ebb/runtime/service-settings'
import Type from 'typebox'
import { webhookFault } from './webhook/webhook-settings.ts'

/** The settings of retention as a process of its own. */
export const RETENTION_SETTINGS = {
  ...KAFKA_SETTINGS,
  ...POSTGRES_SETTINGS,
  ...SERVICE_SETTINGS,
  keys: KEYS_SETTING,
  host: setting({
    env: 'EBB_RETENTION_HOST',
    what: 'address that retention listens on',
    takes: 'a host name or an address; 0.0.0.0 lets other machines in',
    schema: Type.String({ minLength: 1 }),
    default: '127.0.0.1',
  }),
  port: setting({
    env: 'EBB_RETENTION_PORT',
    what: 'port that retention listens on',
    takes: 'a whole number from 0 to 65535; 0 takes any free port',
    schema: Type.Integer({ minimum: 0, maximum: 65_535 }),
    default: 8082,
  }),
  webhookUrl: setting({
    env: 'EBB_WEBHOOK_URL',
    what: 'where triggers are sent beside the topic; nowhere unless given',
    takes: 'an address that begins with https://, or http:// for a host in EBB_WEBHOOK_ALLOW',
    schema: Type.Refine(Type.String(), (url) => url === '' || /^https?:\/\//.test(url)),
    default: '',
  }),
  webhookSecret: setting({
    env: 'EBB_WEBHOOK_SECRET',
    what: 'what triggers are signed with, as Standard Webhooks write it',
    takes: 'whsec_ and the base64 of 24 to 64 random bytes',
    schema: Type.Refine(
      Type.String(),
      (secret) => secret === '' || webhookFault(secret) === undefined,
    ),
    default: '',
    secret: true,
  }),
  webhookAllow: setting({
    env: 'EBB_WEBHOOK_ALLOW',
    what: 'private hosts that triggers may be sent to',
    takes: 'names or addresses with commas, as they stand in EBB_WEBHOOK_URL',
    schema: Type.String(),
    default: '',
  }),
}

/** The settings from the environment. Throws `EBB_CONFIG_INVALID`. */
export const retentionConfig = (): Configuration<typeof RETENTION_SETTINGS> =>
  readConfiguration(RETENTION_SETTINGS, process.env)
