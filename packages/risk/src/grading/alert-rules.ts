import { historyAt, type OrderRhythm } from '../models/order-rhythm.ts'
import { probabilityOfNoOrder, type RiskModel } from '../models/risk-model.ts'
import { noOrderInstant } from '../silence/crossing.ts'
import type { Tier, TierPolicy, TierThreshold } from '../silence/tiers.ts'
import { type CustomerOrders, DAY_MS, type Silence } from './customer-orders.ts'
import type { Cutoff, ModelEra } from './model-eras.ts'

/** When a silence is told, ms since the epoch: before its end; `Infinity` for never. */
export type AlertRule = (silence: Silence) => number

const NEVER = Number.POSITIVE_INFINITY

/** No order for so many days. */
export function calendarRule(days: number): AlertRule {
  return ({ rhythm, until }) => before(until, rhythm.lastAt + days * DAY_MS)
}

/** So many times the customer's own mean gap without an order; never of a one-time buyer. */
export function ownGapRule(times: number): AlertRule {
  return ({ rhythm: { repeatDays, firstAt, lastAt }, until }) =>
    repeatDays === 0 ? NEVER : before(until, lastAt + (times * (lastAt - firstAt)) / repeatDays)
}

/**
 * The lowest recency quintile of RFM: at each cut-off, the fifth of the customers so far whose last
 * order lies farthest back. Told at the first cut-off at which the silence is among them.
 *
 * @param cutoffs ascending.
 */
export function recencyQuintileRule(
  customers: readonly CustomerOrders[],
  cutoffs: readonly Cutoff[],
): AlertRule {
  const bounds = cutoffs.map(({ at }) => {
    const lasts = customers.flatMap((orders) => orders.findLast((order) => order.at < at)?.at ?? [])
    lasts.sort((left, right) => left - right)
    return { at, lastAt: lasts[Math.ceil(lasts.length / 5) - 1] ?? Number.NEGATIVE_INFINITY }
  })
  return ({ rhythm, until }) => {
    const told = bounds.find(({ at, lastAt }) => at > rhythm.lastAt && rhythm.lastAt <= lastAt)
    return told === undefined ? NEVER : before(until, told.at)
  }
}

/** A tier by itself: when it is entered. */
export interface TierRule extends TierThreshold {
  /** H of a customer, days. */
  readonly horizonDays: (rhythm: OrderRhythm) => number
  /** Not entered later than so many days after the last order. */
  readonly withinDays: number
}

/** The tiers of a policy, each as a rule. */
export function tierRule(policy: TierPolicy, tier: Exclude<Tier, 'healthy'>): TierRule {
  const withinDays = policy.lostAfterOrder * policy.horizonDays
  return { ...policy[tier], horizonDays: () => policy.horizonDays, withinDays }
}

/**
 * A tier as the scorer tells it: at the analytic crossing, to the ms (live with the tick behind
 * it). A model that comes into force during a silence moves the crossing, and what it places
 * before its own beginning is not told.
 *
 * @param eras ascending, the first one at or before the first order.
 */
export function riskRule(
  eras: readonly Pick<ModelEra, 'at' | 'model'>[],
  tier: TierRule,
): AlertRule {
  return ({ rhythm, until }) => {
    for (const [i, { at: from, model }] of eras.entries()) {
      const end = Math.min(until, eras[i + 1]?.at ?? NEVER)
      if (end <= rhythm.lastAt) continue
      if (from >= until) break
      const by = Math.min(end, rhythm.lastAt + tier.withinDays * DAY_MS)
      const at = crossing(rhythm, model, { ...tier, by })
      if (at < end && (at > from || rhythm.lastAt >= from)) return at
    }
    return NEVER
  }
}

/** When the tier is entered, `NEVER` where that is later than `by`. */
function crossing(
  rhythm: OrderRhythm,
  model: RiskModel,
  { share, floor, horizonDays, by }: TierRule & { readonly by: number },
): number {
  const horizonWeeks = horizonDays(rhythm) / 7
  const riskAt = (at: number) => probabilityOfNoOrder(model, historyAt(rhythm, at), horizonWeeks)
  const base = riskAt(rhythm.lastAt)
  const theta = Math.max(floor, base + share * (1 - base))
  // Most silences end long before: one look saves the search.
  if (riskAt(by) < theta) return NEVER
  const at = noOrderInstant(rhythm, model, { theta, horizonWeeks })
  return at <= by ? at : NEVER
}

function before(until: number, at: number): number {
  return at < until ? at : NEVER
}
