import type { WinbackRecord } from '@ebb/contracts/winback-record'
import type { Postgres } from '@ebb/postgres/postgres-client'
import type { Transaction } from '@ebb/postgres/transaction'
import { AbortedError, retryTransient, waitFor } from '@ebb/streaming/retry'
import { NO_TRACER, type Tracer, traceIdOf } from '@ebb/streaming/tracing'
import type { TwoClocks } from '../ledger/coupons.ts'
import { readSettings } from '../ledger/settings.ts'
import { sendWebhook, type WebhookSettings } from './send-webhook.ts'

/** What the sender runs on. */
export interface WebhookSenderSettings {
  readonly postgres: Postgres
  readonly webhook: WebhookSettings
  /** Triggers end by the process clock; attempts are noted by the wall clock. */
  readonly at: () => TwoClocks
  /** A receiver did not take a trigger. */
  readonly onRefused: (attempt: {
    readonly decisionId: string
    readonly outcome: string
    readonly traceId?: string
  }) => void
  /** The database is away; it is asked again. */
  readonly onRetry: (error: Error, attempt: number) => void
  readonly onHalt: (error: Error) => void
  readonly tracer?: Tracer
  /** An attempt was made. */
  readonly onOutcome?: (outcome: 'delivered' | 'failed') => void
}

/** A running sender. */
export interface WebhookSender {
  /** Waits for the attempt that is made. */
  stop(): Promise<void>
  /** There is something to send. */
  wake(): void
}

const LOOK_EVERY_MS = 1_000

/** Notes that published triggers are to be sent to the webhook as well. */
export const queueWebhooks = async (
  tx: Transaction,
  decisionIds: readonly string[],
): Promise<void> => {
  await tx.query(
    `INSERT INTO webhooks (decision_id) SELECT decision_id FROM decisions
     WHERE decision_id = ANY($1) ON CONFLICT DO NOTHING`,
    [decisionIds],
  )
}

/**
 * Sends each published trigger to the webhook: one attempt, whose outcome is kept. After a kill an
 * attempt is made again, under the same `webhook-id`.
 */
export const webhookSender = (settings: WebhookSenderSettings): WebhookSender => {
  const stopping = new AbortController()
  let wake = (): void => {}
  const sleep = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK_EVERY_MS)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const options = {
    signal: stopping.signal,
    wait: waitFor,
    onRetry: settings.onRetry,
  }
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const wasOne = await retryTransient(() => attemptNext(settings, stopping.signal), options)
      if (!wasOne && !stopping.signal.aborted) await sleep()
    }
  }
  const running = run().catch((error: Error) => {
    if (!(error instanceof AbortedError)) settings.onHalt(error)
  })
  return {
    wake: () => wake(),
    stop: async () => {
      stopping.abort()
      wake()
      await running
    },
  }
}

interface Queued {
  readonly id: string
  readonly data: WinbackRecord
  /** Trace context of the decision. */
  readonly cause: string | null
}

/** What came of it: `delivered`, or why not. */
interface Attempt {
  readonly outcome: string
  readonly traceId?: string
}

const STEP = { name: 'send webhook', kind: 'client' } as const

/** One attempt, as a step of the trace that led here; one that failed is traced always. */
const send = async (
  { webhook, tracer = NO_TRACER, onOutcome }: WebhookSenderSettings,
  { id, data, cause }: Queued,
  signal: AbortSignal,
): Promise<Attempt> => {
  const beganAt = Date.now()
  const step = tracer.follow(STEP, cause ?? undefined)
  const trace = step && { traceparent: step.traceparent }
  const outcome = await sendWebhook(webhook, { id, data, type: 'winback', ...trace }, signal)
  const isDelivered = outcome === 'delivered'
  const fault = isDelivered ? undefined : attemptFault(outcome)
  step?.end(fault)
  // What the end of this process has cut short is attempted again by the next one.
  if (signal.aborted && !isDelivered) return { outcome }
  onOutcome?.(isDelivered ? 'delivered' : 'failed')
  if (step !== undefined) return { outcome, traceId: traceIdOf(step.traceparent) }
  const traceId = fault && tracer.fault(STEP, fault, { beganAt })
  return { outcome, ...(traceId && { traceId }) }
}

/** Only a status is of few different values; other words may hold an address. */
const attemptFault = (outcome: string): Error => {
  const code = /^answered \d+$/.test(outcome) ? outcome : 'no answer'
  return Object.assign(new Error(outcome), { code })
}

/**
 * Whether there was one to send. It is held meanwhile: another sender takes another. None is while
 * win-backs are not live, and one whose time is over is not sent.
 */
const attemptNext = (settings: WebhookSenderSettings, signal: AbortSignal): Promise<boolean> =>
  settings.postgres.transaction(async (tx) => {
    if ((await readSettings(tx)).mode !== 'live') return false
    const [next] = await tx.query<Queued>(
      `SELECT decision_id AS id, trigger AS data, traceparent AS cause FROM webhooks JOIN decisions USING (decision_id)
       WHERE outcome IS NULL ORDER BY decided_at LIMIT 1 FOR UPDATE OF webhooks SKIP LOCKED`,
    )
    if (next === undefined) return false
    const { now, wallNow } = settings.at()
    const isOver = next.data.expiresAt <= now
    const attempt: Attempt = isOver
      ? { outcome: 'not sent: its time was over' }
      : await send(settings, next, signal)
    const { outcome } = attempt
    // What the end of this process has cut short is attempted again by the next one.
    if (signal.aborted && outcome !== 'delivered') return false
    if (outcome !== 'delivered') settings.onRefused({ decisionId: next.id, ...attempt })
    await tx.query(
      'UPDATE webhooks SET outcome = $2, attempted_at_wall = $3 WHERE decision_id = $1',
      [next.id, outcome, wallNow],
    )
    return true
  })
