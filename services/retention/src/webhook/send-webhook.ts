import http from 'node:http'
import https from 'node:https'
import type { WinbackRecord } from '@ebb/contracts/winback-record'
import { useAgent } from 'request-filtering-agent'
import { Webhook } from 'standardwebhooks'

/** Where triggers are sent, and signed with what. */
export interface WebhookSettings {
  readonly url: string
  /** `whsec_` and base64, as Standard Webhooks write it. */
  readonly secret: string
  /** Private hosts that are meant, by name or address; all others are refused. */
  readonly allowedHosts: readonly string[]
}

/** One message. */
export interface WebhookMessage {
  /** `webhook-id`: the same when it is sent again. */
  readonly id: string
  readonly type: 'winback' | 'winback.test'
  readonly data: WinbackRecord
  /** W3C trace context that the receiver may go on with. */
  readonly traceparent?: string
}

const WITHIN_MS = 10_000

/**
 * Sends one message, signed as https://www.standardwebhooks.com says: `webhook-id`,
 * `webhook-timestamp` (wall clock), `webhook-signature: v1,…`. Resolves to 'delivered' after an
 * answer of 2xx, else to why not: never throws. Redirects are not followed. The address is looked at
 * when it is connected to, so a name that turns into a private address is refused as well.
 */
export const sendWebhook = async (
  { url, secret, allowedHosts }: WebhookSettings,
  { id, type, data, traceparent }: WebhookMessage,
  ending?: AbortSignal,
): Promise<string> => {
  const sentAt = new Date()
  const body = JSON.stringify({ type, timestamp: sentAt.toISOString(), data })
  try {
    const signature = new Webhook(secret).sign(id, sentAt, body)
    const timeout = AbortSignal.timeout(WITHIN_MS)
    const status = await post(url, allowedHosts, {
      body,
      signal: ending === undefined ? timeout : AbortSignal.any([timeout, ending]),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'ebb',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
        'webhook-signature': signature,
        ...(traceparent !== undefined && { traceparent }),
      },
    })
    return status >= 200 && status < 300 ? 'delivered' : `answered ${status}`
  } catch (error) {
    return (error as Error).message
  }
}

interface Posting {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

const post = (
  url: string,
  allowedHosts: readonly string[],
  { body, headers, signal }: Posting,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const { protocol, hostname } = new URL(url)
    const isAllowed = allowedHosts.includes(hostname)
    const agent = isAllowed ? undefined : useAgent(url)
    const options = { method: 'POST', headers, signal, ...(agent && { agent }) }
    const request = (protocol === 'https:' ? https : http).request(url, options, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    request.on('error', reject)
    request.end(body)
  })
