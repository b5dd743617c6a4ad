import type { TopicReaderObserver } from '@ebb/postgres/topic-reader-settings'
import type { Queries } from '@ebb/postgres/transaction'
import { counterOf, gaugeOf, METRICS } from '@ebb/runtime/telemetry/metrics'
import { SOON_MS, soon } from '@ebb/runtime/telemetry/soon'
import type { Telemetry } from '@ebb/runtime/telemetry/telemetry'
import type { DecisionRow } from './ledger/decisions.ts'
import { couponCounts } from './reports/winback-summary.ts'

/** Name of this service in metrics and traces. */
export const SCOPE = '@ebb/retention'

/** A decision, as it is counted. */
type Counted = Pick<DecisionRow, 'status' | 'noActionReason'>

/** Counts what retention does. */
export interface RetentionMetrics {
  /** Of the batch that is handled; they count when it is committed. */
  decided(partition: number, decisions: readonly Counted[]): void
  /** Of the reader of alerts. */
  readonly observer: Required<Pick<TopicReaderObserver, 'committed'>>
  webhook(outcome: 'delivered' | 'failed'): void
}

const NOT_KNOWN: Readonly<Record<string, number>> = {}

const COUNT_COUPONS_EVERY_MS = 60_000

/** The same answer for a minute: coupons are counted one by one. A failure is not kept. */
const kept = <T>(ask: () => Promise<T>): (() => Promise<T>) => {
  let answer: Promise<T> | undefined
  let askedAt = Number.NEGATIVE_INFINITY
  return () => {
    const now = performance.now()
    if (answer !== undefined && now - askedAt < COUNT_COUPONS_EVERY_MS) return answer
    askedAt = now
    const asked = ask()
    asked.catch(() => {
      if (answer === asked) answer = undefined
    })
    answer = asked
    return asked
  }
}

/** `wallNow`: against which reservations of coupons end. */
export const retentionMetrics = (
  { meter }: Telemetry,
  queries: Queries,
  wallNow: () => number,
): RetentionMetrics => {
  const measured = meter(SCOPE)
  const decisions = counterOf(measured, METRICS.decisions)
  const webhooks = counterOf(measured, METRICS.webhooks)
  const coupons = kept(() => couponCounts(queries, wallNow()))
  gaugeOf(measured, METRICS.coupons).addCallback(async (result) => {
    const counts = await soon(coupons(), SOON_MS)
    for (const [status, count] of Object.entries(counts ?? NOT_KNOWN))
      result.observe(count, { status })
  })
  const pending = new Map<number, readonly Counted[]>()
  return {
    decided: (partition, made) => void pending.set(partition, made),
    observer: {
      committed: ({ partition }) => {
        for (const { status, noActionReason } of pending.get(partition) ?? [])
          decisions.add(1, { status, reason: noActionReason ?? '' })
        pending.delete(partition)
      },
    },
    webhook: (outcome) => webhooks.add(1, { outcome }),
  }
}
