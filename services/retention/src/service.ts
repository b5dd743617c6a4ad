import { join } from 'node:path'
import { ALERTS, ORDERS, WINBACKS } from '@ebb/contracts/topics'
import { migrate } from '@ebb/postgres/migrations'
import { relayOutbox } from '@ebb/postgres/outbox'
import type { Postgres } from '@ebb/postgres/postgres-client'
import { readTopic } from '@ebb/postgres/topic-reader'
import type { Transaction } from '@ebb/postgres/transaction'
import type { AccessKeys } from '@ebb/runtime/access-keys'
import { type ProcessClock, wallClock } from '@ebb/runtime/clock'
import { createHttpServer } from '@ebb/runtime/http-server'
import type { Logger } from '@ebb/runtime/logger'
import { processorLog } from '@ebb/runtime/processor-log'
import { serveReference } from '@ebb/runtime/serve-reference'
import { readerMetrics } from '@ebb/runtime/telemetry/reader-metrics'
import { NO_TELEMETRY, type Telemetry } from '@ebb/runtime/telemetry/telemetry'
import { watchEngines } from '@ebb/runtime/watch-engines'
import type { EventLog } from '@ebb/streaming/event-log'
import { observers } from '@ebb/streaming/observers'
import type { Shop } from './alerts/decide-alerts.ts'
import { handleAlerts, RETENTION } from './alerts/handle-alerts.ts'
import { expiry } from './expiry.ts'
import { couponRoutes } from './http/coupon-routes.ts'
import { RETENTION_REFERENCE } from './http/reference.ts'
import { winbackRoutes } from './http/winback-routes.ts'
import { cancelCouponsOf } from './ledger/coupons.ts'
import { settleDecisions } from './ledger/decisions.ts'
import { applyPolicy, currentPolicy } from './ledger/policies.ts'
import { beginSettings, holdSettings, leaveFirstShadow, readSettings } from './ledger/settings.ts'
import { handleOrders } from './orders/handle-orders.ts'
import { defaultPolicyText } from './policy/default-policy.ts'
import { type RetentionMetrics, retentionMetrics, SCOPE } from './retention-metrics.ts'
import type { WebhookSettings } from './webhook/send-webhook.ts'
import { queueWebhooks, type WebhookSender, webhookSender } from './webhook/webhook-sender.ts'

/** What retention runs on. */
export interface RetentionPorts {
  readonly log: EventLog
  /** Of its schema. */
  readonly postgres: Postgres
  readonly keys: AccessKeys
  /** Validity of coupons, expiry of triggers. */
  readonly clock: ProcessClock
  readonly logger: Logger
  readonly telemetry?: Telemetry
  /** The process must end: an invariant is broken. */
  readonly onHalt: (error: Error) => void
}

/** How it runs. */
export interface RetentionConfig extends Shop {
  readonly host: string
  readonly port: number
  readonly webhook?: WebhookSettings
  /** What a new installation begins with; the shipped one unless given. */
  readonly firstPolicy?: string
}

/** A running retention service. */
export interface RetentionService {
  /** Where its HTTP interface answers. */
  readonly url: string
  /** Begins to send, if nobody has decided on that yet: for a demonstration. */
  goLive(): Promise<void>
  /** What was begun is finished or undone. */
  stop(): Promise<void>
}

/** Consumer groups: one a topic, so that a broker hands out each by itself. */
export const ALERTS_GROUP = `${RETENTION}-alerts`
export const ORDERS_GROUP = `${RETENTION}-orders`

const MIGRATIONS = join(import.meta.dirname, '..', 'migrations')

/**
 * Makes the tables of retention, and of a new installation its settings and the shipped policy: it
 * sends nothing until it is told to. Any number of processes may.
 */
export const prepareRetention = async (
  postgres: Postgres,
  { currency, firstPolicy = defaultPolicyText, now }: NewRetention,
): Promise<void> => {
  await migrate(postgres, { folder: MIGRATIONS })
  await beginSettings(postgres)
  if ((await currentPolicy(postgres)) === undefined)
    await applyPolicy(postgres, { text: firstPolicy, currency, now })
}

/** How retention is begun; `now` in ms. */
type NewRetention = Pick<RetentionConfig, 'currency' | 'firstPolicy'> & { readonly now: number }

/**
 * Reads `ebb.alerts.v1` and `ebb.orders.v1`; keeps decisions, coupons, budgets and outcomes in
 * PostgreSQL, with the offsets they stand at; writes `ebb.winbacks.v1`, and a webhook where one is
 * set; answers for coupons and decisions over HTTP.
 */
export const start = async (
  ports: RetentionPorts,
  config: RetentionConfig,
): Promise<RetentionService> => {
  const { log, postgres, keys, clock, logger, onHalt, telemetry = NO_TELEMETRY } = ports
  const { currency, webhook, host, port } = config
  await prepareRetention(postgres, { ...config, now: clock.now() })
  const engines = watchEngines({ records: () => readSettings(postgres) })
  const readiness = engines.checks
  const http = createHttpServer({ logger, readiness, telemetry, scope: SCOPE })
  http.app.addHook('onClose', async () => engines.stop())
  serveReference(http.app, RETENTION_REFERENCE)
  couponRoutes(http.app, { postgres, keys, clock })
  winbackRoutes(http.app, { postgres, keys, clock, currency, ...(webhook && { webhook }) })
  const howToChange = 'Set EBB_RETENTION_PORT to a free port'
  const url = await http.listen({ host, port, howToChange })
  const metrics = retentionMetrics(telemetry, postgres, wallClock.now)
  const sender = webhook && senderOf(ports, webhook, metrics)
  const relay = relayOf(ports, sender)
  const expiring = expiry({ postgres, clock, onHalt })
  const howToBeginAnew =
    'Where there is none, `ebb winbacks begin-anew` begins with an empty ledger'
  const reading = { log, postgres, onHalt, tracer: telemetry.tracer, howToBeginAnew }
  const hears = (group: string, topic: string) => [
    readerMetrics(telemetry, SCOPE, { reader: group, topic, log, now: () => clock.now() }),
    processorLog(logger, group, telemetry.tracer),
  ]
  const alerts = await readTopic({
    ...{ ...reading, group: ALERTS_GROUP, topic: ALERTS },
    handle: handleAlerts(config, metrics.decided),
    observer: observers(...hears(ALERTS_GROUP, ALERTS), metrics.observer),
  })
  const orders = await readTopic({
    ...{ ...reading, group: ORDERS_GROUP, topic: ORDERS },
    handle: handleOrders,
    observer: observers(...hears(ORDERS_GROUP, ORDERS)),
  })
  return {
    url,
    goLive: () => leaveFirstShadow(postgres),
    stop: async () => {
      await http.stop()
      await Promise.all([alerts.stop(), orders.stop()])
      await Promise.all([relay.stop(), expiring.stop(), sender?.stop()])
    },
  }
}

const senderOf = (
  { postgres, clock, logger, onHalt, telemetry = NO_TELEMETRY }: RetentionPorts,
  webhook: WebhookSettings,
  metrics: RetentionMetrics,
): WebhookSender =>
  webhookSender({
    ...{ postgres, webhook, onHalt, tracer: telemetry.tracer, onOutcome: metrics.webhook },
    at: () => ({ now: clock.now(), wallNow: wallClock.now() }),
    onRefused: (attempt) => logger.warn(attempt, 'a trigger was not taken by the webhook'),
    onRetry: (err, attempt) => {
      if (attempt === 1) logger.warn({ err }, 'the webhook waits for its records; trying again')
    },
  })

const relayOf = (
  { log, postgres, clock, logger, onHalt }: RetentionPorts,
  sender: WebhookSender | undefined,
) =>
  relayOutbox({
    ...{ log, postgres, onHalt },
    now: () => clock.now(),
    onRetry: (err, attempt) => {
      if (attempt === 1) logger.warn({ err }, 'nothing is published; trying again')
    },
    heldTopics: async (tx) => ((await holdSettings(tx)).mode === 'live' ? [] : [WINBACKS]),
    settled: async (tx, { published, expired }) => {
      await settleDecisions(tx, published, 'sent')
      await endExpired(tx, expired)
      if (sender === undefined) return
      await queueWebhooks(tx, published)
      sender.wake()
    },
  })

const endExpired = async (tx: Transaction, decisionIds: readonly string[]): Promise<void> => {
  if (decisionIds.length === 0) return
  await settleDecisions(tx, decisionIds, 'expired')
  await cancelCouponsOf(tx, decisionIds)
}
