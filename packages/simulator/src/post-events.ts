import { setTimeout as sleep } from 'node:timers/promises'
import type { ShopEvent } from './shop-event.ts'
import type { ShopSpec } from './shop-spec.ts'
import { shopTimeline } from './timeline.ts'

/** Where and how to post. */
export type PostTarget = {
  /** Base address of the collector. */
  url: string
  /** The storefront's public key. */
  writeKey: string
  /** Says what time it is in the shop, ms since 1970; may run faster than the wall clock. */
  clock: { now: () => number }
  signal: AbortSignal
  fetch?: typeof fetch
}

/** Where to post which shop's life, and by which clock. */
export type PostOptions = PostTarget & {
  shop: ShopSpec
  /** Timestamp of the first event to post, ms since 1970. */
  from: number
  /** Wall time between two looks at the clock. */
  batchMs?: number
  /** Told the timestamp of the last event acknowledged so far, ms since 1970. */
  onPosted?: (until: number) => void
}

const BATCH_MS = 100
/** Events in a request. */
export const BATCH_EVENTS = 200
const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 10_000

/**
 * Posts each event of the shop to `POST {url}/v1/batch` once the clock has passed its timestamp,
 * in order of time, one request at a time. Runs until `signal` is aborted, then resolves promptly
 * with the number of events acknowledged.
 *
 * A batch is sent again with the same message ids until it is acknowledged, after network errors,
 * 429 and every 5xx (at the time Retry-After says, else with exponential back-off from 100 ms to
 * 10 s of wall time). So nothing is lost or overtaken, and a repetition is known by its ids. A
 * batch whose outcome was unknown at the abort is not counted. Any other answer is an error of the
 * installation, such as a wrong key: rejects with the status and the beginning of the answer, or
 * with a TypeError if `url` is not one.
 */
export const postEvents = async (options: PostOptions): Promise<number> => {
  const { clock, shop, from, signal, batchMs = BATCH_MS, onPosted } = options
  const takeDue = dueBatches(shopTimeline(shop, { from }))
  let posted = 0
  while (!signal.aborted) {
    const batch = takeDue(clock.now())
    const last = batch.at(-1)
    if (last !== undefined && (await postBatch(options, batch))) {
      posted += batch.length
      onPosted?.(Date.parse(last.timestamp))
    }
    if (batch.length < BATCH_EVENTS) await pause(batchMs, signal)
  }
  return posted
}

/** Takes the next events with a timestamp up to the given instant, at most one batch of them. */
const dueBatches = (events: Iterator<ShopEvent>): ((now: number) => ShopEvent[]) => {
  let next = events.next()
  return (now) => {
    const batch: ShopEvent[] = []
    while (!next.done && batch.length < BATCH_EVENTS && Date.parse(next.value.timestamp) <= now) {
      batch.push(next.value)
      next = events.next()
    }
    return batch
  }
}

/**
 * Posts some events in one request, again and again as `postEvents` does. False if aborted before
 * they were acknowledged.
 */
export const postBatch = async (options: PostTarget, batch: ShopEvent[]): Promise<boolean> => {
  if (batch.length === 0) return true
  for (let failures = 0; !options.signal.aborted; failures++) {
    const answer = await send(options, batch)
    if (answer === 'accepted') return true
    const backOffMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures)
    await pause(answer.retryAfterMs ?? backOffMs, options.signal)
  }
  return false
}

type Answer = 'accepted' | { retryAfterMs: number | undefined }

const send = async (options: PostTarget, batch: ShopEvent[]): Promise<Answer> => {
  const response = await request(options, batch)
  if (response === undefined) return { retryAfterMs: undefined }
  if (response.ok) return 'accepted'
  const { status } = response
  if (status === 429 || status >= 500) {
    return { retryAfterMs: retryAfterMs(response.headers.get('retry-after')) }
  }
  throw new Error(`POST ${options.url}/v1/batch: ${status} ${response.text.slice(0, 200)}`)
}

type Reply = { ok: boolean; status: number; headers: Headers; text: string }

/** Undefined if no complete answer came: refused, cut off, or aborted. */
const request = async (options: PostTarget, batch: ShopEvent[]): Promise<Reply | undefined> => {
  const { url, writeKey, clock, signal, fetch = globalThis.fetch } = options
  const endpoint = new URL(`${url}/v1/batch`)
  const body = { batch, writeKey, sentAt: new Date(clock.now()).toISOString() }
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
      },
      body: JSON.stringify(body),
      signal,
    })
    const { ok, status, headers } = response
    return { ok, status, headers, text: await response.text() }
  } catch {
    return undefined
  }
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3), by the wall clock. */
const retryAfterMs = (header: string | null): number | undefined => {
  if (header === null) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}
