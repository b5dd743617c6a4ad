import type { AlertRule } from './alert-rules.ts'
import { DAY_MS, inEveryStratum, isIn, type Silence, type Stratum } from './customer-orders.ts'

const WEEK_MS = 7 * DAY_MS

/** The stretch of time whose alerts are graded, ms since the epoch. */
export interface Period {
  readonly from: number
  /** Where the data ends. */
  readonly until: number
  /** H: an alert is right if no order comes within so many days. */
  readonly horizonDays: number
  /** A customer counts as lost after so many days without an order. */
  readonly lostAfterDays: number
}

/** How good the alerts of one rule were. Shares are NaN where there is nothing to divide by. */
export interface AlertGrade {
  /** Raised in the period, with the whole horizon inside the data. */
  readonly alerts: number
  /** Raised in the period, but the data ends before the horizon does: not graded. */
  readonly censored: number
  /** No order within the horizon after the alert. */
  readonly right: number
  readonly precision: number
  /** Silences that became as long as `lostAfterDays` within the period. */
  readonly lost: number
  /** Those that the rule had told before. */
  readonly caught: number
  readonly recall: number
  /** Median of the days from the alert to the loss, of those caught. */
  readonly leadDays: number
  /** Mean of the same over all that were lost, 0 where it was not told. */
  readonly meanLeadDays: number
  /** Median of the days without an order at an alert. */
  readonly silenceDays: number
  /** What those told had spent in the 365 days up to their last order, minor units. */
  readonly atRiskMinor: number
  /** The same of those told rightly. */
  readonly rightMinor: number
}

/** A silence, and when a rule tells of it. */
export interface ToldSilence extends Silence {
  /** ms since the epoch; `Infinity` for never. */
  readonly at: number
}

/** Puts a rule to silences. */
export function toldBy(rule: AlertRule, silences: readonly Silence[]): ToldSilence[] {
  return silences.map((silence) => ({ ...silence, at: rule(silence) }))
}

/** Grades the alerts of a rule, by stratum. */
export function gradeAlerts(
  told: readonly ToldSilence[],
  period: Period,
): Record<Stratum, AlertGrade> {
  return inEveryStratum((stratum) =>
    gradeOf(
      told.filter(({ rhythm }) => isIn(stratum, rhythm.repeatDays)),
      period,
    ),
  )
}

function gradeOf(told: readonly ToldSilence[], period: Period): AlertGrade {
  const raised = told.filter(({ at }) => at >= period.from && at < period.until)
  const graded = raised.filter(({ at }) => at + period.horizonDays * DAY_MS <= period.until)
  const right = graded.filter(({ at, until }) => until > at + period.horizonDays * DAY_MS)
  const lost = told
    .map((silence) => ({ ...silence, lostAt: lossOf(silence, period) }))
    .filter(({ lostAt }) => lostAt >= period.from && lostAt <= period.until)
  const leads = lost.filter(({ at, lostAt }) => at < lostAt).map(({ at, lostAt }) => lostAt - at)
  const spent = (some: readonly Silence[]) => some.reduce((sum, each) => sum + each.spentMinor, 0)
  return {
    alerts: graded.length,
    censored: raised.length - graded.length,
    right: right.length,
    precision: right.length / graded.length,
    lost: lost.length,
    caught: leads.length,
    recall: leads.length / lost.length,
    leadDays: median(leads) / DAY_MS,
    meanLeadDays: leads.reduce((sum, lead) => sum + lead, 0) / lost.length / DAY_MS,
    silenceDays: median(graded.map(({ at, rhythm }) => at - rhythm.lastAt)) / DAY_MS,
    atRiskMinor: spent(graded),
    rightMinor: spent(right),
  }
}

/** How many alerts were raised in each week of the period, censored ones included. */
export function alertsByWeek(told: readonly ToldSilence[], { from, until }: Period): number[] {
  const weeks = new Array<number>(Math.ceil((until - from) / WEEK_MS)).fill(0)
  for (const { at } of told)
    if (at >= from && at < until) weeks[Math.floor((at - from) / WEEK_MS)]! += 1
  return weeks
}

/** When the silence made the customer a lost one; `Infinity` where it ended before. */
function lossOf({ rhythm, until }: Silence, { lostAfterDays }: Period): number {
  const lostAt = rhythm.lastAt + lostAfterDays * DAY_MS
  return until > lostAt ? lostAt : Number.POSITIVE_INFINITY
}

function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN
  const sorted = values.toSorted((left, right) => left - right)
  const middle = sorted.length / 2
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2
}
