import { CodedError } from '@ebb/runtime/coded-error'
import type { WebhookSettings } from './send-webhook.ts'

const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/
const LEAST_BYTES = 24
const MOST_BYTES = 64

/** What is wrong with a secret; `undefined` where nothing is. */
export const webhookFault = (secret: string): string | undefined => {
  const [, base64] = SECRET.exec(secret) ?? []
  if (base64 === undefined) return 'it is not whsec_ and base64'
  const { length } = Buffer.from(base64, 'base64')
  if (length >= LEAST_BYTES && length <= MOST_BYTES) return undefined
  return `it has ${length} bytes, not ${LEAST_BYTES} to ${MOST_BYTES}`
}

/**
 * The webhook of the settings; `undefined` where there is none. Throws `EBB_CONFIG_INVALID` where a
 * part of it is missing.
 */
export const webhookOf = (config: {
  readonly webhookUrl: string
  readonly webhookSecret: string
  readonly webhookAllow: string
}): WebhookSettings | undefined => {
  const { webhookUrl: url, webhookSecret: secret, webhookAllow } = config
  const allowedHosts = webhookAllow.split(',').filter((host) => host !== '')
  if (url === '') return undefined
  if (secret === '')
    throw invalid('EBB_WEBHOOK_URL is set, and nothing to sign with', 'EBB_WEBHOOK_SECRET')
  if (url.startsWith('http:') && !allowedHosts.includes(new URL(url).hostname))
    throw invalid(
      'Triggers hold personal offers, and this address is not encrypted',
      'EBB_WEBHOOK_URL',
    )
  return { url, secret, allowedHosts }
}

const invalid = (what: string, where: string): CodedError =>
  new CodedError('EBB_CONFIG_INVALID', {
    what,
    where,
    fix: 'Set an address with https:// and a secret; EBB_WEBHOOK_ALLOW names hosts that are meant although they are private',
  })
