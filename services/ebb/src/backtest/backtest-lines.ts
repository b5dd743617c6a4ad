import type { AlertGrade } from '@ebb/risk/grading/alert-grades'
import type { Backtest } from '@ebb/risk/grading/backtest'
import { STRATA } from '@ebb/risk/grading/customer-orders'
import type { CutBacktest } from '@ebb/risk/grading/cut-backtest'
import { MIN_CUSTOMERS, MIN_REPEATERS } from '@ebb/risk/grading/model-eras'
import type { ScoreGrades } from '@ebb/risk/grading/score-grades'
import type { RiskModel } from '@ebb/risk/models/risk-model'
import { moneyText } from '../commands/money-text.ts'
import { shopDay } from '../commands/shop-time.ts'
import { type Column, textTable } from '../commands/text-table.ts'
import { isoDay } from './backtest-plan.ts'
import { count, days, decimals, percent } from './grade-text.ts'
import type { ShopOrders } from './shop-orders.ts'

/** A table, for a terminal or a page. */
export interface TextRows {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly string[])[]
}

const linesOf = ({ columns, rows }: TextRows): string[] => textTable(columns, rows)

const numbers = (...titles: readonly string[]): Column[] =>
  titles.map((title) => ({ title, align: 'right' }))

/** What Ebb would have caught, as lines for a person. */
export const backtestLines = (shop: ShopOrders, result: Backtest): string[] => {
  const { horizonDays, lostAfterDays } = result.period
  return [
    ...answerLines(shop, result),
    '',
    `Alerts, right where no order came within ${horizonDays} days; lost is who went ${lostAfterDays} days without one`,
    '',
    ...linesOf(ruleTable(shop, result)),
    '',
    'At equal volume: Ebb at the threshold at which it tells as many customers of a stratum',
    '',
    ...linesOf(volumeTable(result)),
    '',
    'Ranking of all customers at the beginnings of months',
    '',
    ...linesOf(scoreTable(result.scores)),
    '',
    ...eraLines(shop, result),
  ]
}

/** One cut, as lines for a person. */
export const cutLines = (result: CutBacktest, day: number, horizonDays: number): string[] => [
  `Cut at the end of ${isoDay(day)}, graded on the ${horizonDays} days behind it`,
  `${count(result.customers)} customers, ${percent(result.scores['ebb']!.all.quietShare)} of them without an order in those days`,
  `MBG/NBD ${parametersText(result.fit.model)}, log-likelihood ${result.fit.logLikelihood.toFixed(2)}`,
  ...(result.fit.dropoutIdentified ? [] : [GUARD]),
  ...(result.isEnough ? [] : tooLittleLines(result, horizonDays)),
  '',
  ...linesOf(scoreTable(result.scores)),
]

const tooLittleLines = ({ fitData }: CutBacktest, horizonDays: number): string[] => {
  const { customers, repeaters, days } = fitData
  return [
    '',
    'WARNING: too little to fit to. These parameters and measures are hardly more than chance.',
    `There are ${count(customers)} customers, ${count(repeaters)} with a repeat, in ${count(days)} days; it takes ${MIN_CUSTOMERS}, ${MIN_REPEATERS} and ${horizonDays}.`,
    'Until there are so many, Ebb scores by the parameters that are shipped: ebb-shipped-priors.',
  ]
}

const GUARD = 'Dropout is not identified in these orders: it is fixed at 5 % an order.'

/** The sentences that answer "what would Ebb have caught last year?". */
export const answerLines = (shop: ShopOrders, { period, rules }: Backtest): string[] => {
  const { timeZone, currency } = shop
  const { lostAfterDays, horizonDays } = period
  const span = `${shopDay(period.from, timeZone)} to ${shopDay(period.until - 1, timeZone)}`
  const light = rules['ebb-light']!.all
  const loyal = rules['ebb-light']!['x>=5']
  const caught = (grade: AlertGrade): string => {
    const share = `${count(grade.caught)} of ${count(grade.lost)}`
    if (grade.caught === 0) return share
    return `${share} (${percent(grade.recall)}), half of them ${days(grade.leadDays)} or more before`
  }
  return [
    `What would Ebb have caught from ${span}?`,
    '',
    `${count(light.lost)} times a customer became lost: ${lostAfterDays} days without an order.`,
    `Ebb would have told of ${caught(light)}.`,
    `Of those with five or more repeat days: ${caught(loyal)}.`,
    `${count(light.alerts)} alerts within that time can be graded; ${count(light.right)} (${percent(light.precision)}) were right: no order in ${horizonDays} days.`,
    `Those told had spent ${moneyText(light.atRiskMinor, currency)} ${currency} in the year up to their last order,`,
    `those told rightly ${moneyText(light.rightMinor, currency)} ${currency}.`,
  ]
}

/** Every rule by stratum. */
export const ruleTable = ({ currency }: ShopOrders, { rules }: Backtest): TextRows => ({
  columns: [
    ...[{ title: 'rule' }, { title: 'repeats' }],
    ...numbers('alerts', 'right', 'lost', 'caught', 'lead', 'silence', `at risk, ${currency}`),
  ],
  rows: Object.entries(rules).flatMap(([name, grades]) =>
    STRATA.map((stratum) => {
      const grade = grades[stratum]
      return [
        ...[stratum === 'all' ? name : '', stratum],
        ...[count(grade.alerts), percent(grade.precision), count(grade.lost)],
        ...[percent(grade.recall), days(grade.leadDays), days(grade.silenceDays)],
        moneyText(grade.atRiskMinor, currency),
      ]
    }),
  ),
})

/** Ebb beside every rule of shops, telling as many. */
export const volumeTable = ({ equalVolume }: Backtest): TextRows => {
  const cells = (grade: AlertGrade | undefined): string[] =>
    grade === undefined
      ? ['–', '–', '–', '–']
      : [
          ...[count(grade.alerts), percent(grade.precision)],
          ...[percent(grade.recall), days(grade.meanLeadDays)],
        ]
  const titles = ['alerts', 'right', 'caught', 'lead']
  return {
    columns: [
      ...[{ title: 'rule' }, { title: 'repeats' }],
      ...numbers(...titles, 'Ebb at', ...titles),
    ],
    rows: equalVolume.map(({ rule, stratum, theirs, ebb }) => [
      ...[stratum === 'all' ? rule : '', stratum, ...cells(theirs)],
      ...[ebb === undefined ? '–' : `ρ ${decimals(ebb.threshold, 2)}`, ...cells(ebb?.grade)],
    ]),
  }
}

/** Area under the curve of every stratum, and the other measures of all. */
export const scoreTable = (scores: ScoreGrades): TextRows => ({
  columns: [
    { title: 'ranked by' },
    ...numbers(...STRATA.map((stratum) => `AUC ${stratum}`)),
    ...numbers('AP', 'lift 10 %', 'Brier', 'ECE', 'EMPC'),
  ],
  rows: Object.entries(scores).map(([name, grades]) => [
    name,
    ...STRATA.map((stratum) => decimals(grades[stratum].auc, 4)),
    ...[decimals(grades.all.averagePrecision, 4), decimals(grades.all.liftAt10Percent, 2)],
    ...[decimals(grades.all.brier, 4), decimals(grades.all.calibrationError, 3)],
    decimals(grades.all.empc, 2),
  ]),
})

const eraLines = ({ timeZone }: ShopOrders, { eras, period }: Backtest): string[] => {
  const inPeriod = eras.filter(({ at }) => at >= period.from)
  const [first, last] = [inPeriod[0], inPeriod.at(-1)]
  const fitted = inPeriod.filter(({ origin }) => origin === 'fitted').length
  if (first === undefined || last === undefined) return []
  return [
    `${inPeriod.length} months, ${fitted} with a model fitted to the orders before them, else the shipped priors.`,
    `The last one, ${shopDay(last.at, timeZone)}: ${parametersText(last.model)}`,
    ...(inPeriod.every(({ dropoutIdentified }) => dropoutIdentified) ? [] : [GUARD]),
  ]
}

const parametersText = ({ parameters }: RiskModel): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name} ${decimals(value, 4)}`)
    .join(', ')
