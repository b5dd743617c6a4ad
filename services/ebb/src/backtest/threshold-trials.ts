import { type AlertGrade, gradeAlerts, type Period, toldBy } from '@ebb/risk/grading/alert-grades'
import {
  type AlertRule,
  calendarRule,
  ownGapRule,
  recencyQuintileRule,
  riskRule,
  tierRule,
} from '@ebb/risk/grading/alert-rules'
import {
  type CustomerOrders,
  DAY_MS,
  historyUntil,
  STRATA,
  type Stratum,
  silencesOf,
} from '@ebb/risk/grading/customer-orders'
import type { Cutoff } from '@ebb/risk/grading/model-eras'
import { atVolume, type CurvePoint, ruleCurves, SHARES } from '@ebb/risk/grading/rule-curves'
import { fitModel } from '@ebb/risk/models/fit-model'
import type { OrderRhythm } from '@ebb/risk/models/order-rhythm'
import { DEFAULT_TIER_POLICY } from '@ebb/risk/silence/tiers'
import { backtestPlan } from './backtest-plan.ts'
import { count, days, decimals, percent } from './grade-text.ts'
import type { ShopOrders } from './shop-orders.ts'

/**
 * What was tried on a shop, as two tables in Markdown: every rule by stratum, and every rule of
 * shops beside Ebb at a threshold that tells as many. One model for all of them, fitted to the
 * orders before the period, and as if it had always been in force: so rules are compared, not fits.
 *
 * @param from first instant of a month, ms since the epoch: where the graded period begins.
 */
export const thresholdTrials = (orders: ShopOrders, from: number): string[] => {
  const shop = triedShop(orders, from)
  const silences = shop.customers.flatMap(silencesOf)
  const grade = (rule: AlertRule) => gradeAlerts(toldBy(rule, silences), shop.period)
  const ebb = ebbFamilies(shop)
  const shopRules = rulesOfShops(shop)
  const tried = [
    ...Object.entries(TRIED).flatMap(([family, thresholds]) =>
      thresholds.map((at) => {
        const rule = ebb[family as Family](at)
        return [`${NAMES[family as Family]} ${decimals(at, 1)}`, rule] as const
      }),
    ),
    ...[0.4, 0.6].map(
      (floor) => [`ρ .3, floor ${decimals(floor, 1)}`, ebb.floored(floor)] as const,
    ),
    ...Object.entries(shopRules),
  ]
  const curves = FAMILIES.map((family) =>
    ruleCurves(silences, ebb[family], { period: shop.period, thresholds: GRIDS[family] }),
  )
  const compared = Object.entries(shopRules).flatMap(([rule, alertRule]) => {
    const grades = grade(alertRule)
    return STRATA.slice(1).map((stratum): Compared => {
      const theirs = grades[stratum]
      const ours = curves.map((curve) => atVolume(curve[stratum], theirs.alerts))
      return { rule, stratum, theirs, ours }
    })
  })
  const families = FAMILIES.map((family) => NAMES[family])
  return [
    ...markdown(
      ['rule', ...STRATA.slice(1)],
      tried.map(([name, rule]) => ruleRow(name, grade(rule))),
    ),
    '',
    ...markdown(['rule', 'repeats', 'alerts', 'rule', ...families], compared.map(volumeRow)),
    '',
    ...markdown(
      ['at equal volume', 'compared', 'earlier', 'more often right', 'both', 'neither'],
      families.map((name, i) => verdictRow(name, compared, i)),
    ),
  ]
}

/** A rule of shops beside each of Ebb's families where it tells as many. */
interface Compared {
  readonly rule: string
  readonly stratum: Stratum
  readonly theirs: AlertGrade
  readonly ours: readonly (CurvePoint | undefined)[]
}

interface TriedShop {
  readonly customers: readonly CustomerOrders[]
  readonly cutoffs: readonly Cutoff[]
  readonly period: Period
}

const triedShop = (orders: ShopOrders, from: number): TriedShop => {
  const { horizonDays } = DEFAULT_TIER_POLICY
  const { cutoffs, period } = backtestPlan(orders, horizonDays)
  return { customers: orders.customers, cutoffs, period: { ...period, from } }
}

const FAMILIES = ['share', 'absolute', 'ownHorizon'] as const
type Family = (typeof FAMILIES)[number]

const NAMES: Readonly<Record<Family, string>> = {
  share: 'ρ',
  absolute: 'θ',
  ownHorizon: 'own H, ρ',
}

const TRIED: Readonly<Record<Family, readonly number[]>> = {
  share: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8],
  absolute: [0.3, 0.5, 0.6, 0.7, 0.8, 0.9],
  ownHorizon: [0.2, 0.3, 0.5, 0.7],
}

const EVEN = Array.from({ length: 60 }, (_, i) => (i + 0.5) / 60)
const GRIDS: Readonly<Record<Family, readonly number[]>> = {
  share: SHARES,
  absolute: EVEN,
  ownHorizon: SHARES,
}

/** Horizons tied to a customer's own rhythm: twice the mean gap, within these days. */
const OWN_GAPS = 2
const SHORTEST = 14
const LONGEST = 180

const ownHorizon = ({ repeatDays, firstAt, lastAt }: OrderRhythm): number => {
  if (repeatDays === 0) return DEFAULT_TIER_POLICY.horizonDays
  const gaps = (OWN_GAPS * (lastAt - firstAt)) / repeatDays / DAY_MS
  return Math.min(LONGEST, Math.max(SHORTEST, gaps))
}

const ebbFamilies = ({ customers, cutoffs, period }: TriedShop) => {
  const { day } = cutoffs.find(({ at }) => at === period.from)!
  const { model } = fitModel(
    'mbg-nbd',
    customers.flatMap((orders) => historyUntil(orders, day) ?? []),
  )
  const eras = [{ at: 0, model }]
  const light = tierRule(DEFAULT_TIER_POLICY, 'light')
  return {
    share: (share: number) => riskRule(eras, { ...light, share }),
    absolute: (floor: number) => riskRule(eras, { ...light, share: 0, floor }),
    ownHorizon: (share: number) => riskRule(eras, { ...light, share, horizonDays: ownHorizon }),
    floored: (floor: number) => riskRule(eras, { ...light, floor }),
  }
}

const rulesOfShops = ({ customers, cutoffs }: TriedShop): Record<string, AlertRule> => ({
  '30 days': calendarRule(30),
  '60 days': calendarRule(60),
  '90 days': calendarRule(90),
  '2 own gaps': ownGapRule(2),
  'recency quintile': recencyQuintileRule(customers, cutoffs),
})

const ruleRow = (name: string, grades: Readonly<Record<Stratum, AlertGrade>>): string[] => [
  name,
  ...STRATA.slice(1).map((stratum) => {
    const { alerts, recall } = grades[stratum]
    return `${count(alerts)} · ${qualityText(grades[stratum])} · ${percent(recall)}`
  }),
]

const qualityText = ({ precision, meanLeadDays }: AlertGrade): string =>
  `${decimals(precision, 2)} · ${days(meanLeadDays)}`

const volumeRow = ({ rule, stratum, theirs, ours }: Compared): string[] => [
  ...[rule, stratum, count(theirs.alerts), qualityText(theirs)],
  ...ours.map((found) =>
    found === undefined ? '–' : `${decimals(found.threshold, 2)}: ${qualityText(found.grade)}`,
  ),
]

/** Fewer alerts than this say nothing. */
const MIN_ALERTS = 20

const verdictRow = (name: string, compared: readonly Compared[], family: number): string[] => {
  const pairs = compared.flatMap(({ theirs, ours }) => {
    const found = ours[family]?.grade
    if (found === undefined || theirs.alerts < MIN_ALERTS) return []
    const isEarlier = found.meanLeadDays > theirs.meanLeadDays
    return [{ isEarlier, isMoreRight: found.precision > theirs.precision }]
  })
  const those = (isMeant: (pair: (typeof pairs)[number]) => boolean): string =>
    count(pairs.filter(isMeant).length)
  return [
    ...[name, count(pairs.length), those(({ isEarlier }) => isEarlier)],
    those(({ isMoreRight }) => isMoreRight),
    those(({ isEarlier, isMoreRight }) => isEarlier && isMoreRight),
    those(({ isEarlier, isMoreRight }) => !isEarlier && !isMoreRight),
  ]
}

const markdown = (titles: readonly string[], rows: readonly (readonly string[])[]): string[] => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)]
}
