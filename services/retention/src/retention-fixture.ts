import type { AlertRecord } from '@ebb/contracts/alert-record'
import { openApiDocument } from '@ebb/contracts/openapi'
import { ALERTS, INSTALLATION, ORDERS, REJECTS, WINBACKS } from '@ebb/contracts/topics'
import type { WinbackMode } from '@ebb/contracts/winback-api'
import type { WinbackRecord } from '@ebb/contracts/winback-record'
import { openPostgres, type Postgres } from '@ebb/postgres/postgres-client'
import type { AccessKeys } from '@ebb/runtime/access-keys'
import { expectDocumented } from '@ebb/runtime/documented-answer-fixture'
import { createLogger } from '@ebb/runtime/logger'
import type { EventLog, NewRecord } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { partitionOf } from '@ebb/streaming/partitioner'
import { uniqueName } from '@ebb/testkit/engines'
import { untilTrue } from '@ebb/testkit/provider'
import { onTestFinished } from 'vitest'
import { couponPolicy } from './coupon-policy-fixture.ts'
import { RETENTION_REFERENCE } from './http/reference.ts'
import { applyPolicy } from './ledger/policies.ts'
import { setMode } from './ledger/settings.ts'
import { type RetentionConfig, type RetentionService, start } from './service.ts'

/** One day in ms. */
export const DAY_MS = 86_400_000
/** A day at noon in UTC: nobody's quiet hours. */
export const NOON = Date.UTC(2026, 5, 1, 12)

const PARTITIONS = 2

/** Every alert of light gets one coupon of 10 % up to 5.00, and nobody is held out. */
export const COUPON_POLICY = couponPolicy()

/** An alert of u:ann that says light silence, at noon. */
export const alertOf = (over: Partial<AlertRecord> = {}): AlertRecord => {
  const { customerId = 'u:ann', tier = 'light', kind = 'at_risk' } = over
  const episodeId = over.episodeId ?? `episode of ${customerId}`
  return {
    alertId: `${episodeId} ${kind} ${tier}`,
    episodeId,
    customerId,
    userId: customerId.slice(2),
    kind,
    tier,
    previousTier: 'healthy',
    ...{ risk: 0.7, riskAtLastOrder: 0.5, horizonDays: 90, expectedLoss: null },
    isOutranked: false,
    revenueMinor: 9_900,
    reasons: [{ code: 'UNKNOWN', share: 1, evidence: [] }],
    ...{ silentSince: NOON - 30 * DAY_MS, crossedAt: NOON, raisedAt: NOON },
    causeOrderId: 'o1',
    consent: { marketing: true },
    model: { kind: 'mbg-nbd', version: 'test' },
    ...over,
  }
}

/** The record of an alert. */
export const alertRecord = (alert: AlertRecord): NewRecord => ({
  key: alert.customerId,
  value: Buffer.from(JSON.stringify(alert)),
})

/** Who has these keys may redeem coupons, or read and change win-backs. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  shop: ['coupons:redeem'],
  reader: ['winbacks:read'],
  marketer: ['winbacks:read', 'winbacks:write'],
}
const keys: AccessKeys = {
  find: (key) =>
    SCOPES[key] && { id: `key_${key}`, kind: 'secret', source: key, scopes: SCOPES[key] },
}

// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect in it
type Json = any

/** Retention on a log in memory and a schema of its own. */
export interface RetentionRig {
  readonly log: EventLog
  readonly postgres: Postgres
  readonly service: RetentionService
  /** The process clock: noon, until it is set. */
  readonly clock: { at: number }
  /** Appends records of a topic to the partitions of their keys; resolves when they were handled. */
  send(topic: string, ...records: NewRecord[]): Promise<void>
  /** Sends alerts, and resolves when they were handled. */
  alerts(...alerts: AlertRecord[]): Promise<void>
  /** All triggers on the topic, once there are so many. */
  triggers(count: number): Promise<WinbackRecord[]>
  /** Asks over HTTP; `key` is one of shop, reader and marketer. Every answer has to be documented. */
  ask(method: string, path: string, options?: AskOptions): Promise<{ status: number; body: Json }>
  /** Ends it, and removes its schema. */
  end(): Promise<void>
}

interface AskOptions {
  readonly key?: string
  readonly body?: unknown
  readonly idempotencyKey?: string
}

interface RigSettings {
  readonly policy?: string
  /** Live unless given. */
  readonly mode?: WinbackMode
}

/** The same as `startRig`, ended with the test that runs. */
export const rigForTest = async (
  url: string,
  over: Parameters<typeof startRig>[1] = {},
): Promise<RetentionRig> => {
  const rig = await startRig(url, over)
  onTestFinished(rig.end)
  return rig
}

/** Starts retention in a mode, under a policy. */
export const startRig = async (
  url: string,
  over: Partial<RetentionConfig> & RigSettings = {},
): Promise<RetentionRig> => {
  const schema = uniqueName('retention')
  const clock = { at: NOON }
  const names = [INSTALLATION, ALERTS, ORDERS, REJECTS, WINBACKS]
  const topics = names.map((name) => ({ name, partitions: PARTITIONS }))
  const log = memoryEventLog({ topics, now: () => clock.at })
  const postgres = await openPostgres({ url, schema, applicationName: schema })
  const shop = { timeZone: 'UTC', currency: 'EUR', host: '127.0.0.1', port: 0 }
  const ports = {
    ...{ log, postgres, keys, clock: { now: () => clock.at } },
    logger: createLogger({ service: 'retention', level: 'silent' }),
    onHalt: (error: Error) => {
      throw error
    },
  }
  const service = await start(ports, { ...shop, ...over })
  const { policy = COUPON_POLICY, mode = 'live' } = over
  await setMode(postgres, mode)
  await applyPolicy(postgres, { text: policy, currency: 'EUR', now: NOON })
  const send = async (topic: string, ...records: NewRecord[]): Promise<void> => {
    for (const record of records)
      await log.append({ topic, partition: partitionOf(record.key, PARTITIONS) }, [record])
    await waitUntil(() => isRead(log, postgres, topic))
  }
  return {
    ...{ log, postgres, service, clock, send },
    alerts: (...alerts) => send(ALERTS, ...alerts.map(alertRecord)),
    triggers: (count) => triggersOn(log, count),
    ask: (method, path, options) => ask(`${service.url}${path}`, method, options),
    end: async () => {
      await service.stop()
      await postgres.query(`DROP SCHEMA "${schema}" CASCADE`)
      await postgres.close()
    },
  }
}

/** Resolves when it is so; throws where it is not within a minute and a half. */
export const waitUntil = async (isSo: () => Promise<boolean>): Promise<void> => {
  if (!(await untilTrue(isSo, 90_000))) throw new Error('it did not come about')
}

const isRead = async (log: EventLog, postgres: Postgres, topic: string): Promise<boolean> => {
  const rows = await postgres.query<{ partition: number; next: number }>(
    'SELECT partition, next_offset AS next FROM topic_offsets WHERE topic = $1',
    [topic],
  )
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const { end } = await log.read({ topic, partition }, 0, 0)
    if ((rows.find((row) => row.partition === partition)?.next ?? 0) < end) return false
  }
  return true
}

const triggersOn = async (log: EventLog, count: number): Promise<WinbackRecord[]> => {
  const all: WinbackRecord[] = []
  await waitUntil(async () => {
    all.length = 0
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const { records } = await log.read({ topic: WINBACKS, partition }, 0, 10_000)
      all.push(...records.map(({ value }) => JSON.parse(Buffer.from(value).toString())))
    }
    return all.length >= count
  })
  return all
}

const DOCUMENT = openApiDocument(RETENTION_REFERENCE)

const ask = async (
  url: string,
  method: string,
  { key = 'shop', body, idempotencyKey }: AskOptions = {},
): Promise<{ status: number; body: Json }> => {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body !== undefined && {
        'content-type': typeof body === 'string' ? 'application/yaml' : 'application/json',
      }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const answer = { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  expectDocumented(DOCUMENT, { method, path: new URL(url).pathname, ...answer })
  return answer
}
