import { createHash } from 'node:crypto'
import { canonicalise } from '@ebb/collector/canonical-form'
import { AlertRecord } from '@ebb/contracts/alert-record'
import { CanonicalEvent, customerKey } from '@ebb/contracts/canonical-event'
import { messageCodec } from '@ebb/contracts/message-codec'
import { tickRecord } from '@ebb/contracts/tick'
import { ALERTS, EVENTS } from '@ebb/contracts/topics'
import { DAY_MS } from '@ebb/customer/calendar'
import { riskAt, type Scoring } from '@ebb/risk/silence/tiers'
import type { ShopSpec } from '@ebb/simulator/shop-spec'
import { shopTimeline } from '@ebb/simulator/timeline'
import type { EventLog } from '@ebb/streaming/event-log'
import { partitionOf } from '@ebb/streaming/partitioner'
import { expect } from 'vitest'
import { readAll } from '../commands/recomputation-fixture.ts'

/** Of the log that is played into. */
export const PARTITIONS = 2

/** A time of the shop, ms. */
export interface Span {
  readonly from: number
  readonly until: number
}

/** Orders of a simulated shop, placed and cancelled, in the order in which they happen. */
export const ordersOf = (shop: ShopSpec, span: Span): CanonicalEvent[] =>
  [...shopTimeline(shop, span)]
    .filter(({ event }) => event === 'Order Completed' || event === 'Order Cancelled')
    .flatMap((item) => {
      const receivedAt = Date.parse(item.timestamp)
      const made = canonicalise(item, {
        ...{ source: 'shop', sourceRank: 2, receivedAt, indexInBatch: 0 },
        ...{ baseCurrency: shop.currency, rates: {} },
      })
      return 'ok' in made ? [made.ok] : []
    })

const TICK_EVERY_MS = DAY_MS / 2
const { encode } = messageCodec(CanonicalEvent)

/** Ticks of a time: the first of a day of UTC comes at midnight. */
const ticksOf = ({ from, until }: Span): number[] =>
  Array.from(
    { length: Math.floor((until - from) / TICK_EVERY_MS) },
    (_, nth) => Math.ceil(from / TICK_EVERY_MS + nth) * TICK_EVERY_MS,
  )

/** Puts orders and ticks into the log as they happened. */
export const play = async (
  log: EventLog,
  orders: readonly CanonicalEvent[],
  span: Span,
): Promise<void> => {
  const partitions = await log.partitions(EVENTS)
  const all = Array.from({ length: partitions }, (_, partition) => partition)
  let next = 0
  for (const tick of ticksOf(span)) {
    for (; orders[next] !== undefined && orders[next]!.occurredAt <= tick; next += 1) {
      const key = customerKey(orders[next]!.customer)
      const to = { topic: EVENTS, partition: partitionOf(key, partitions) }
      await log.append(to, [{ key, value: encode(orders[next]!) }])
    }
    for (const partition of all) await log.append({ topic: EVENTS, partition }, [tickRecord(tick)])
  }
}

/** A score of the sample as the orders themselves give it. */
export interface TrueScore {
  readonly customerId: string
  readonly partition: number
  readonly at: number
  readonly risk: number
  readonly silentDays: number
  /** Null where the horizon is not over. */
  readonly isQuiet: boolean | null
}

/** Every score of the sample, worked out from the orders alone. */
export const trueScores = (
  orders: readonly CanonicalEvent[],
  span: Span,
  scoring: Scoring,
): TrueScore[] => {
  const midnights = ticksOf(span).filter((tick) => tick % DAY_MS === 0)
  const horizonMs = scoring.policy.horizonDays * DAY_MS
  const byCustomer = Map.groupBy(orders, ({ customer }) => customerKey(customer))
  const scores = [...byCustomer].flatMap(([customerId, own]) =>
    midnights
      .filter((tick) => (tick / DAY_MS) % 100 === turnOf(customerId))
      .flatMap((at) => {
        const placed = validAt(own, at)
        if (placed.length === 0) return []
        const [firstAt, lastAt] = [placed[0]!, placed.at(-1)!]
        const repeatDays = new Set(placed.map((each) => Math.floor(each / DAY_MS))).size - 1
        return [
          {
            partition: partitionOf(customerId, PARTITIONS),
            ...{ customerId, at, risk: riskAt({ firstAt, lastAt, repeatDays }, at, scoring) },
            silentDays: (at - lastAt) / DAY_MS,
            isQuiet: isQuietAfter(own, { at, until: at + horizonMs, end: midnights.at(-1)! }),
          },
        ]
      }),
  )
  return scores.sort(byTime)
}

const byTime = <T extends Pick<TrueScore, 'at' | 'customerId'>>(a: T, b: T): number =>
  a.at - b.at || (a.customerId < b.customerId ? -1 : 1)

interface Horizon {
  readonly at: number
  readonly until: number
  /** The last midnight that there was. */
  readonly end: number
}

/** By what is known on the first midnight behind the horizon. */
const isQuietAfter = (
  own: readonly CanonicalEvent[],
  { at, until, end }: Horizon,
): boolean | null => {
  const known = Math.ceil(until / DAY_MS) * DAY_MS
  if (known > end) return null
  return !validAt(own, known).some((each) => each > at && each <= until)
}

/** The alerts to act on, and what the orders say came of them. */
export const trueAlerts = (
  orders: readonly CanonicalEvent[],
  span: Span,
  alerts: readonly AlertRecord[],
): Pick<TrueScore, 'customerId' | 'at' | 'isQuiet'>[] => {
  const byCustomer = Map.groupBy(orders, ({ customer }) => customerKey(customer))
  const end = ticksOf(span).findLast((tick) => tick % DAY_MS === 0)!
  return alerts
    .filter(({ kind, isOutranked }) => kind === 'at_risk' && !isOutranked)
    .map(({ customerId, crossedAt: at, horizonDays }) => {
      const until = at + horizonDays * DAY_MS
      const isQuiet = isQuietAfter(byCustomer.get(customerId)!, { at, until, end })
      return { customerId, at, isQuiet }
    })
    .sort(byTime)
}

/** All alerts of a log. */
export const alertsIn = async (log: EventLog): Promise<AlertRecord[]> => {
  const codec = messageCodec(AlertRecord)
  const records = await readAll(log, ALERTS)
  return records
    .filter(({ record }) => !record.key.startsWith('~'))
    .map(({ record }) => codec.decode(record.value))
}

/** What scores were worth, pair by pair. */
export const worthOf = (scores: readonly TrueScore[]) => {
  const graded = scores.filter(({ isQuiet }) => isQuiet !== null)
  const [quiet, others] = [true, false].map((kind) =>
    graded.filter(({ isQuiet }) => isQuiet === kind),
  )
  const mean = (values: readonly number[]) =>
    values.length === 0
      ? null
      : expect.closeTo(values.reduce((sum, value) => sum + value, 0) / values.length, 9)
  return {
    graded: graded.length,
    meanRisk: mean(graded.map(({ risk }) => risk)),
    quietRate: mean(graded.map(({ isQuiet }) => Number(isQuiet))),
    brier: mean(graded.map(({ risk, isQuiet }) => (risk - Number(isQuiet)) ** 2)),
    auc: mean(
      quiet!.flatMap((one) => others!.map(({ risk }) => (Math.sign(one.risk - risk) + 1) / 2)),
    ),
  }
}

/** Orders that had been placed at an instant, and not cancelled by then. */
const validAt = (own: readonly CanonicalEvent[], at: number): number[] => {
  const known = own.filter(({ occurredAt }) => occurredAt <= at)
  const cancelled = new Set(
    known.filter(({ name }) => name === 'Order Cancelled').map(({ order }) => order!.id),
  )
  return known
    .filter(({ name, order }) => name === 'Order Completed' && !cancelled.has(order!.id))
    .map(({ occurredAt }) => occurredAt)
}

const turnOf = (customerId: string): number =>
  Number.parseInt(createHash('sha256').update(customerId).digest('hex').slice(0, 7), 16) % 100
