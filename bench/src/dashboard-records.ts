import { AlertRecord } from '@ebb/contracts/alert-record'
import { FeaturesRecord } from '@ebb/contracts/features-record'
import { messageCodec } from '@ebb/contracts/message-codec'
import type { EventLog, NewRecord } from '@ebb/streaming/event-log'
import { partitionOf } from '@ebb/streaming/partitioner'
import { shopperId } from './shop-traffic.ts'

const features = messageCodec(FeaturesRecord)
const alerts = messageCodec(AlertRecord)
const DAY_MS = 86_400_000

/** Two orders, a week apart, the last of them so long before. */
const SILENT_DAYS = 30

const customerIdOf = (customer: number): string => `u:${shopperId(customer)}`

/** What the feature service tells of a customer of the traffic, who is a number. */
export const featuresRecord = (customer: number, now: number): NewRecord => {
  const customerId = customerIdOf(customer)
  const lastAt = now - SILENT_DAYS * DAY_MS
  const rhythm = { repeatDays: 1, orders: 2, firstAt: lastAt - 7 * DAY_MS, lastAt }
  const value = features.encode({
    ...{ customerId, asOf: now, rhythm: { ...rhythm, lastOrderId: `o-${customer}` } },
    windows: { lifetime: { orders: 2, netMinor: 5_000 } },
  })
  return { key: customerId, headers: { id: customerId, version: `0.${customer}.0` }, value }
}

/** An alert of a round. */
export interface AlertPlace {
  readonly round: number
  /** In the round; from 0. */
  readonly number: number
}

/** The id of that alert. */
export const alertId = ({ round, number }: AlertPlace): string => `alert-${round}-${number}`

/** What the scorer tells of it: each is of a customer of its own. */
export const alertRecord = (place: AlertPlace, now: number): NewRecord => {
  const { round, number } = place
  const customer = round * 100 + number
  const [id, customerId] = [alertId(place), customerIdOf(customer)]
  const alert: AlertRecord = {
    ...{ alertId: id, episodeId: `episode of ${id}`, customerId, userId: shopperId(customer) },
    ...{ kind: 'at_risk', tier: 'light', previousTier: 'healthy' },
    ...{ risk: 0.8, riskAtLastOrder: 0.5, horizonDays: 90, expectedLoss: null },
    ...{ isOutranked: false, revenueMinor: 5_000 },
    reasons: [{ code: 'UNKNOWN', share: 1, evidence: [] }],
    ...{ silentSince: now - SILENT_DAYS * DAY_MS, crossedAt: now, raisedAt: now },
    ...{ causeOrderId: `o-${customer}`, consent: {}, model: { kind: 'mbg-nbd', version: 'bench' } },
  }
  const headers = { id, version: `0.${1_000_000 + customer}.0` }
  return { key: customerId, headers, value: alerts.encode(alert) }
}

/** Appends records to the partitions of their keys. */
export const appendTo = async (
  log: EventLog,
  topic: string,
  records: readonly NewRecord[],
): Promise<void> => {
  const lanes = Array.from({ length: await log.partitions(topic) }, (): NewRecord[] => [])
  for (const record of records) lanes[partitionOf(record.key, lanes.length)]!.push(record)
  const appending = lanes.entries().filter(([, lane]) => lane.length > 0)
  await Promise.all(appending.map(([partition, lane]) => log.append({ topic, partition }, lane)))
}
