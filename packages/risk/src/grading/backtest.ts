import { DEFAULT_TIER_POLICY, type TierPolicy } from '../silence/tiers.ts'
import { type AlertGrade, alertsByWeek, gradeAlerts, type Period, toldBy } from './alert-grades.ts'
import {
  type AlertRule,
  calendarRule,
  ownGapRule,
  recencyQuintileRule,
  riskRule,
  type TierRule,
  tierRule,
} from './alert-rules.ts'
import { type CustomerOrders, DAY_MS, STRATA, type Stratum, silencesOf } from './customer-orders.ts'
import { type Cutoff, type ModelEra, modelEras } from './model-eras.ts'
import { atVolume, type CurvePoint, ruleCurves, SHARES } from './rule-curves.ts'
import { customersAt, SCORERS, type ScoreGrades, scoreGrades } from './score-grades.ts'

/** A stretch of a shop's past that Ebb is put to. */
export interface BacktestInput {
  readonly customers: readonly CustomerOrders[]
  /** Beginnings of months, ascending; the first at or before the first order. */
  readonly cutoffs: readonly Cutoff[]
  readonly period: Period
}

/** A rule beside Ebb at the threshold at which it tells as many customers. */
export interface EqualVolume {
  readonly rule: string
  readonly stratum: Stratum
  readonly theirs: AlertGrade
  /** ρ of the risk at which Ebb tells, and how good that was; absent where none tells as many. */
  readonly ebb?: CurvePoint
}

/** What Ebb and the rules that shops use would have told. */
export interface Backtest {
  readonly period: Period
  readonly eras: readonly ModelEra[]
  /** By the name of the rule and by stratum. */
  readonly rules: Readonly<Record<string, Readonly<Record<Stratum, AlertGrade>>>>
  /** Alerts by week of the period, by the name of the rule. */
  readonly weeks: Readonly<Record<string, readonly number[]>>
  readonly equalVolume: readonly EqualVolume[]
  /** Ebb's alerts over the share ρ, and a calendar's over its days, by stratum. */
  readonly curves: Readonly<Record<'ebb' | 'calendar', Record<Stratum, CurvePoint[]>>>
  readonly scores: ScoreGrades
}

/** Days of a calendar rule. */
const CALENDAR_DAYS = Array.from({ length: 35 }, (_, i) => 10 + 5 * i)

/** Names of Ebb's own tiers among the rules. */
export const EBB_TIERS = ['ebb-light', 'ebb-moderate', 'ebb-heavy'] as const

/** Names of the rules that shops use. */
export const SHOP_RULES = [
  'no-order-30-days',
  'no-order-60-days',
  'no-order-90-days',
  'own-gap-2',
  'rfm-recency-quintile',
] as const

/**
 * Plays the orders of a shop through Ebb and through simple rules. Parameters are fitted at each
 * cut-off to what had been ordered by then: see `modelEras`. Between cut-offs alerts are raised at
 * the instants at which the scorer would: see `riskRule`. Scores are graded at all cut-offs of the
 * period with a whole horizon behind them.
 */
export function backtest({ customers, cutoffs, period }: BacktestInput): Backtest {
  const { horizonDays } = period
  const policy = { ...DEFAULT_TIER_POLICY, horizonDays }
  const eras = modelEras(customers, cutoffs, horizonDays)
  const silences = customers.flatMap(silencesOf)
  const rules = { ...ebbRules(eras, policy), ...shopRules(customers, cutoffs) }
  const told = mapValues(rules, (rule) => toldBy(rule, silences))
  const grades = mapValues(told, (some) => gradeAlerts(some, period))
  const light = { ...tierRule(policy, 'light'), floor: 0 }
  const ebb = (share: number) => riskRule(eras, { ...light, share })
  const curves = {
    ebb: ruleCurves(silences, ebb, { period, thresholds: SHARES }),
    calendar: ruleCurves(silences, calendarRule, { period, thresholds: CALENDAR_DAYS }),
  }
  const graded = eras.filter(
    ({ at }) => at >= period.from && at + horizonDays * DAY_MS <= period.until,
  )
  const cuts = graded.map(({ day, model }) => customersAt(customers, { day, model, horizonDays }))
  return {
    period,
    eras,
    rules: grades,
    weeks: mapValues(told, (some) => alertsByWeek(some, period)),
    equalVolume: SHOP_RULES.flatMap((rule) =>
      STRATA.map((stratum) => {
        const theirs = grades[rule]![stratum]
        const ebb = atVolume(curves.ebb[stratum], theirs.alerts)
        return { rule, stratum, theirs, ...(ebb && { ebb }) }
      }),
    ),
    curves,
    scores: scoreGrades(cuts, SCORERS),
  }
}

/** The tiers, and some other thresholds. */
function ebbRules(eras: readonly ModelEra[], policy: TierPolicy): Record<string, AlertRule> {
  const light = tierRule(policy, 'light')
  const rule = (change: Partial<TierRule>) => riskRule(eras, { ...light, ...change })
  return {
    'ebb-light': rule({}),
    'ebb-moderate': riskRule(eras, tierRule(policy, 'moderate')),
    'ebb-heavy': riskRule(eras, tierRule(policy, 'heavy')),
    'ebb-share-20': rule({ share: 0.2 }),
    'ebb-share-40': rule({ share: 0.4 }),
    'ebb-share-60': rule({ share: 0.6 }),
    'ebb-floor-60': rule({ floor: 0.6 }),
  }
}

function shopRules(
  customers: readonly CustomerOrders[],
  cutoffs: readonly Cutoff[],
): Record<(typeof SHOP_RULES)[number], AlertRule> {
  return {
    'no-order-30-days': calendarRule(30),
    'no-order-60-days': calendarRule(60),
    'no-order-90-days': calendarRule(90),
    'own-gap-2': ownGapRule(2),
    'rfm-recency-quintile': recencyQuintileRule(customers, cutoffs),
  }
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, make: (value: T) => R) {
  const entries = Object.entries(record).map(([name, value]) => [name, make(value)] as const)
  return Object.fromEntries(entries) as Record<string, R>
}
