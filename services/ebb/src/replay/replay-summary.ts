import { createHash } from 'node:crypto'
import { AlertRecord } from '@ebb/contracts/alert-record'
import { messageCodec } from '@ebb/contracts/message-codec'
import { ALERTS, REJECTS } from '@ebb/contracts/topics'
import type { CustomerState } from '@ebb/customer/customer-state'
import { statesDigest } from '@ebb/customer/normalise'
import { orderRhythm } from '@ebb/customer/order-rhythm'
import { windows } from '@ebb/customer/windows'
import { unpackScorerState } from '@ebb/scorer/scorer-state'
import type { EventLog, LogRecord } from '@ebb/streaming/event-log'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { featuresStates, scannedStates } from '../scanned-states.ts'

/** What a replay comes to. */
export interface ReplaySummary {
  /** Customers with a clean order. */
  readonly customers: number
  readonly orders: number
  readonly refunds: number
  /** Refused rows and records. */
  readonly rejects: number
  /** Gross, in minor units. */
  readonly revenue: { readonly amount: number; readonly currency: string }
  /** `at_risk` alerts by the tier that was entered. */
  readonly alerts: { readonly light: number; readonly moderate: number; readonly heavy: number }
  readonly recovered: number
  readonly lost: number
  /** Episodes open at the end. */
  readonly silent: number
  /** Of all customer states, whatever the order of arrival. */
  readonly statesDigest: string
  /** Of that and all alerts. */
  readonly digest: string
}

/** What a summary is made from. */
export interface SummarySources {
  readonly log: Pick<EventLog, 'partitions' | 'read'>
  readonly features: Pick<PartitionStore, 'scan'>
  readonly scorer: Pick<PartitionStore, 'scan'>
  readonly timeZone: string
  readonly currency: string
  /** The clock at which all partitions stand. */
  readonly clock: number
}

const alertCodec = messageCodec(AlertRecord)

/** Reads states, alerts and rejects, and adds them up. */
export const replaySummary = async (
  sources: SummarySources,
): Promise<{ summary: ReplaySummary; alerts: AlertRecord[] }> => {
  const { log, features, scorer, timeZone, currency, clock } = sources
  const partitions = await log.partitions(ALERTS)
  const states = await featuresStates(features, partitions)
  const risks = await scannedStates(scorer, partitions, unpackScorerState)
  const alerts = distinctAlerts(await readTopic(log, ALERTS))
  const facts = states.map(([, state]) => factsOf(state, { clock, timeZone }))
  const total = (name: keyof (typeof facts)[number]) =>
    facts.reduce((sum, each) => sum + each[name], 0)
  const digest = statesDigest(states, clock, timeZone)
  const count = (kind: AlertRecord['kind'], tier?: AlertRecord['tier']) =>
    alerts.filter((a) => a.kind === kind && (tier ?? a.tier) === a.tier).length
  const open = risks.filter(([, { risk }]) => risk.stage >= 1 && risk.stage <= 3)
  const summary: ReplaySummary = {
    customers: total('customers'),
    orders: total('orders'),
    refunds: total('refunds'),
    rejects: distinctRejects(await readTopic(log, REJECTS)),
    revenue: { amount: total('gross'), currency },
    alerts: {
      light: count('at_risk', 'light'),
      moderate: count('at_risk', 'moderate'),
      heavy: count('at_risk', 'heavy'),
    },
    recovered: count('recovered'),
    lost: count('lost'),
    silent: open.length,
    statesDigest: digest,
    digest: digestOf(digest, alerts),
  }
  return { summary, alerts }
}

const factsOf = (state: CustomerState, at: { clock: number; timeZone: string }) => {
  const rhythm = orderRhythm(state, at.timeZone)
  const { lifetime } = windows(state, at.clock, at.timeZone)
  return {
    customers: rhythm === undefined ? 0 : 1,
    orders: lifetime.orders,
    refunds: lifetime.refunds,
    gross: lifetime.grossMinor,
  }
}

const readTopic = async (log: SummarySources['log'], topic: string): Promise<LogRecord[]> => {
  const all: LogRecord[] = []
  for (let partition = 0; partition < (await log.partitions(topic)); partition += 1)
    for (let offset = 0; ; ) {
      const { records } = await log.read({ topic, partition }, offset, 1_000)
      if (records.length === 0) break
      all.push(...records)
      offset = records.at(-1)!.offset + 1
    }
  return all
}

/** Alerts by id: what a crash repeated is the same alert. */
const distinctAlerts = (records: readonly LogRecord[]): AlertRecord[] => {
  const byId = new Map<string, AlertRecord>()
  for (const record of records) {
    const alert = alertCodec.decode(record.value)
    if (!byId.has(alert.alertId)) byId.set(alert.alertId, alert)
  }
  return [...byId.values()].sort((a, b) => (a.alertId < b.alertId ? -1 : 1))
}

/** Equal rows of a file have equal ids but numbers of their own; a processor's have versions. */
const distinctRejects = (records: readonly LogRecord[]): number =>
  new Set(
    records.map(({ headers }) =>
      [headers['ce_id'], headers['sequence'], headers['version']].join(' '),
    ),
  ).size

const digestOf = (states: string, alerts: readonly AlertRecord[]): string => {
  const hash = createHash('sha256').update(states)
  for (const alert of alerts) hash.update(`\n${canonicalJson(alert)}`)
  return hash.digest('hex')
}

/** JSON with the keys of every object in order. */
const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
