import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AlertRecord } from '@ebb/contracts/alert-record'
import { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { FeaturesRecord } from '@ebb/contracts/features-record'
import { messageCodec } from '@ebb/contracts/message-codec'
import { openApiDocument } from '@ebb/contracts/openapi'
import { tickRecord } from '@ebb/contracts/tick'
import { topicsOf } from '@ebb/contracts/topics'
import { openPostgres, type Postgres } from '@ebb/postgres/postgres-client'
import { DEFAULT_TIER_POLICY, SHIPPED_PRIORS } from '@ebb/risk/silence/tiers'
import { expectDocumented } from '@ebb/runtime/documented-answer-fixture'
import { createLogger } from '@ebb/runtime/logger'
import type { EventLog, NewRecord } from '@ebb/streaming/event-log'
import { onlyGeneration } from '@ebb/streaming/generation'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { partitionOf } from '@ebb/streaming/partitioner'
import { uniqueName } from '@ebb/testkit/engines'
import type { DashboardPerson } from './access/dashboard-keys.ts'
import { INSIGHTS_REFERENCE } from './api-operations.ts'
import type { Rhythm } from './customers/customer-fold.ts'
import type { InsightsConfig, InsightsPorts } from './insights-ports.ts'
import { type InsightsService, start } from './service.ts'

export const PARTITIONS = 2
export const NOON = Date.UTC(2026, 5, 1, 12)
export const DAY_MS = 86_400_000
export const SCORING = {
  model: SHIPPED_PRIORS,
  policy: DEFAULT_TIER_POLICY,
  modelVersion: 'test',
  ...{ marginShare: 0.3, minorPerMajor: 100 },
}
export const SILENT = createLogger({ service: 'insights', level: 'silent' })

/** One person a role; the token of each is `token-` and the role. */
export const PEOPLE: readonly DashboardPerson[] = (
  ['viewer', 'analyst', 'marketer', 'support', 'operator', 'admin'] as const
).map((role) => ({ id: `key_${role}`, name: `Ann ${role}`, role }))

/** A log in memory that can be waited for. */
export interface WaitingLog extends EventLog {
  /** Resolves when every group stands at the end of what it reads, or of one topic. */
  settled(topic?: string): Promise<void>
}

/** A log that tells when its consumers have done what there is. */
export const waitingLog = (now: () => number = () => NOON): WaitingLog => {
  const log = memoryEventLog({ topics: topicsOf(PARTITIONS), now })
  const behind = new Map<string, { topic: string; partition: number; offset: number }>()
  const listeners = new Set<() => void>()
  const moved = (key: string, at: { topic: string; partition: number; offset: number }): void => {
    behind.set(key, at)
    for (const listener of listeners) listener()
  }
  const isSettled = async (only: string | undefined): Promise<boolean> => {
    const asked = [...behind.values()].filter(({ topic }) => only === undefined || topic === only)
    for (const { topic, partition, offset } of asked)
      if ((await log.read({ topic, partition }, 0, 0)).end > offset) return false
    return asked.length > 0
  }
  return {
    ...log,
    consume: async (group, topic, listener) => {
      const at = (partition: number, offset: number): number => {
        moved(`${group} ${topic} ${partition}`, { topic, partition, offset })
        return offset
      }
      // Until it is assigned, a partition is behind whatever there is.
      const partitions = await log.partitions(topic)
      for (let partition = 0; partition < partitions; partition += 1) at(partition, -1)
      return log.consume(group, topic, {
        ...listener,
        assigned: async (partition) => at(partition, await listener.assigned(partition)),
        batch: async (partition, records, signal) =>
          at(partition, await listener.batch(partition, records, signal)),
      })
    },
    settled: async (topic) => {
      for (;;) {
        // Listens before it looks: what moves in between is not missed.
        const next = Promise.withResolvers<void>()
        listeners.add(next.resolve)
        try {
          if (await isSettled(topic)) return
          await next.promise
        } finally {
          listeners.delete(next.resolve)
        }
      }
    },
  }
}

/** A schema of one's own. */
export const openSchema = (url: string): Promise<Postgres> =>
  openPostgres({ url, schema: uniqueName('insights'), applicationName: 'insights test' })

/** What a test changes of the service. */
export interface Over {
  readonly ports?: Partial<InsightsPorts>
  readonly config?: Partial<InsightsConfig>
}

/** A running service and the ways to it. */
export interface Rig {
  readonly service: InsightsService
  readonly log: WaitingLog
  readonly postgres: Postgres
  /** With the token of a role as Bearer. Every JSON below `/api` has to be documented. */
  get(path: string, role?: string): Promise<Response>
  stop(): Promise<void>
}

/** Starts insights on a log in memory and a real PostgreSQL, with a page of one file. */
export const startRig = async (url: string, { ports, config }: Over = {}): Promise<Rig> => {
  const log = waitingLog()
  const postgres = await openSchema(url)
  const pageFolder = await mkdtemp(join(tmpdir(), 'ebb-page-'))
  const onHalt = (error: Error): void => {
    throw error
  }
  const service = await start(
    {
      generations: onlyGeneration({ generation: 0, log }),
      postgres,
      keys: KEYS,
      clock: { now: () => NOON },
      logger: SILENT,
      onHalt,
      ...ports,
    },
    { ...rigConfig(pageFolder), ...config },
  )
  return {
    service,
    log,
    postgres,
    get: (path, role = 'admin') => ask(service.url, path, role),
    stop: async () => {
      await service.stop()
      await postgres.close()
      await rm(pageFolder, { recursive: true })
    },
  }
}

const DOCUMENT = openApiDocument(INSIGHTS_REFERENCE)

const ask = async (url: string, path: string, role: string): Promise<Response> => {
  const headers = { authorization: `Bearer token-${role}` }
  const answer = await fetch(`${url}${path}`, { headers })
  const isJson = answer.headers.get('content-type')?.startsWith('application/json')
  if (isJson && path.startsWith('/api/')) {
    const body = await answer.clone().json()
    expectDocumented(DOCUMENT, { method: 'GET', path, status: answer.status, body })
  }
  return answer
}

/** Everybody of `PEOPLE`. */
export const KEYS: InsightsPorts['keys'] = {
  find: (token) => PEOPLE.find(({ role }) => token === `token-${role}`),
  byId: (key) => PEOPLE.find(({ id }) => id === key),
}

/** Without retention, and with a feature service that nobody reaches. */
export const rigConfig = (pageFolder: string): InsightsConfig => ({
  pageFolder,
  installation: {
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    partitions: PARTITIONS,
    kind: 'live',
    begunAt: NOON,
    generation: 0,
  },
  host: '127.0.0.1',
  port: 0,
  // Nobody listens there.
  featuresUrl: 'http://127.0.0.1:1',
  featuresKey: 'features-key',
  collectorUrl: 'http://127.0.0.1:8080',
  writeKeys: () => [{ source: 'storefront', key: 'ebbw_1' }],
  engineNames: [{ need: 'business records', name: 'PostgreSQL' }],
  sessionSecret: 'a secret of forty characters for testing',
  scoring: SCORING,
})

const events = messageCodec(CanonicalEvent)
const features = messageCodec(FeaturesRecord)
const alerts = messageCodec(AlertRecord)

/** A rhythm of two orders, a week apart, the last of them so many days before noon. */
export const rhythmOf = (daysAgo: number, over: Partial<Rhythm> = {}): Rhythm => {
  const lastAt = NOON - daysAgo * DAY_MS
  const lastOrderId = `o${daysAgo}`
  return { repeatDays: 1, orders: 2, firstAt: lastAt - 7 * DAY_MS, lastAt, lastOrderId, ...over }
}

/** A features record as the processor writes it. */
export const featuresRecord = (
  customerId: string,
  version: string,
  over: Partial<FeaturesRecord> = {},
): NewRecord => ({
  key: customerId,
  headers: { id: `${customerId}@${version}`, version },
  value: features.encode({
    ...{ customerId, asOf: NOON, rhythm: rhythmOf(10) },
    windows: { lifetime: { orders: 2, netMinor: 5_000 } },
    ...over,
  }),
})

/** An alert record as the scorer writes it. */
export const alertRecord = (
  customerId: string,
  version: string,
  over: Partial<AlertRecord> = {},
): NewRecord => {
  const { kind = 'at_risk', tier = 'light' } = over
  const alertId = over.alertId ?? `${customerId} ${kind} ${tier}`
  return {
    key: customerId,
    headers: { id: alertId, version },
    value: alerts.encode({
      ...{ alertId, episodeId: `${customerId} episode`, customerId, kind, tier },
      ...{ previousTier: 'healthy', risk: 0.8, riskAtLastOrder: 0.5, horizonDays: 90 },
      ...{ expectedLoss: null, isOutranked: false, revenueMinor: 5_000 },
      reasons: [{ code: 'UNKNOWN', share: 1, evidence: [] }],
      ...{ silentSince: NOON - 40 * DAY_MS, crossedAt: NOON - DAY_MS, raisedAt: NOON - DAY_MS },
      ...{ causeOrderId: 'o1', consent: {}, model: { kind: 'mbg-nbd', version: 'test' } },
      ...over,
    }),
  }
}

/** An `identify` event as the collector writes it, at noon. */
export const identifyRecord = (
  userId: string,
  { id, traits }: { readonly id: string; readonly traits: Readonly<Record<string, unknown>> },
): NewRecord => ({
  key: `u:${userId}`,
  headers: {},
  value: events.encode({
    ...{ id, type: 'identify', name: 'identify', customer: { userId } },
    ...{ source: 'crm', sourceRank: 2, occurredAt: NOON, receivedAt: NOON },
    ...{ properties: {}, context: { traits } },
  }),
})

/** A tick. */
export const tick = (at: number): NewRecord => tickRecord(at)

/** Appends records, each to the partition of its key, or all to one. */
export const append = async (
  log: EventLog,
  topic: string,
  records: readonly NewRecord[],
): Promise<void> => {
  for (const record of records) {
    const partition = partitionOf(record.key, PARTITIONS)
    await log.append({ topic, partition }, [record])
  }
}
