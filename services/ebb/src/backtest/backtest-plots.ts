import type { AlertGrade } from '@ebb/risk/grading/alert-grades'
import { type Backtest, EBB_TIERS, SHOP_RULES } from '@ebb/risk/grading/backtest'
import { DAY_MS, STRATA, type Stratum } from '@ebb/risk/grading/customer-orders'
import type { CurvePoint } from '@ebb/risk/grading/rule-curves'
import { count, days, decimals, percent } from './grade-text.ts'
import { type Axis, type Plot, type PlotPoint, type Series, svgPlot } from './svg-plot.ts'

const WEEK_MS = 7 * DAY_MS

/** Names of the strata as people read them. */
export const STRATUM_NAMES: Readonly<Record<Stratum, string>> = {
  all: 'all',
  'x=0': 'one order',
  'x=1-4': '1–4 repeats',
  'x>=5': '5 or more repeats',
}

/** Alerts by week of each of Ebb's tiers. */
export const weekPlot = ({ weeks, period }: Backtest): string => {
  const month = new Intl.DateTimeFormat('en-GB', {
    month: 'short',
    year: '2-digit',
    timeZone: 'UTC',
  })
  const series = EBB_TIERS.map((name, i) => ({
    ...{ name, colour: i + 1 },
    points: weeks[name]!.map((alerts, week) => {
      const first = new Date(period.from + week * WEEK_MS).toISOString().slice(0, 10)
      return { x: week, y: alerts, label: `${name}, week from ${first}: ${count(alerts)}` }
    }),
  }))
  const highest = highestOf(series)
  return svgPlot({
    title: 'Ebb’s tiers',
    x: {
      ...{ title: 'week', from: 0, to: Math.max(1, weeks[EBB_TIERS[0]]!.length - 1) },
      text: (week) => month.format(period.from + week * WEEK_MS),
    },
    y: { title: 'alerts', from: 0, to: highest, text: count },
    series,
  })
}

/** How often alerts were right, by how many there were, of a stratum. */
export const precisionPlot = (result: Backtest, stratum: Stratum): string =>
  volumePlot(result, stratum, {
    title: 'right',
    value: ({ precision }) => precision,
    axis: { from: 0, to: 1, text: percent },
  })

/** How long before the loss they came, by how many there were, of a stratum. */
export const leadPlot = (result: Backtest, stratum: Stratum): string =>
  volumePlot(result, stratum, {
    title: 'days before the loss',
    value: ({ meanLeadDays }) => meanLeadDays,
    axis: { from: 0, to: result.period.lostAfterDays, text: count },
  })

interface VolumeMeasure {
  readonly title: string
  readonly value: (grade: AlertGrade) => number
  readonly axis: Pick<Axis, 'from' | 'to' | 'text'>
}

const volumePlot = (
  { curves, rules }: Backtest,
  stratum: Stratum,
  { title, value, axis }: VolumeMeasure,
): string => {
  const point = (grade: AlertGrade, name: string): PlotPoint => ({
    ...{ x: grade.alerts, y: value(grade) },
    label: `${name}: ${count(grade.alerts)} alerts, ${percent(grade.precision)} right, ${days(grade.meanLeadDays)} before`,
  })
  const line = (points: readonly CurvePoint[], name: (threshold: number) => string) =>
    points
      .filter(({ grade }) => grade.alerts > 0)
      .map(({ grade, threshold }) => point(grade, name(threshold)))
  const dots = (names: readonly string[]) => names.map((name) => point(rules[name]![stratum], name))
  const series: Series[] = [
    {
      ...{ name: 'Ebb, by its threshold', colour: 1 },
      points: line(curves.ebb[stratum], (share) => `Ebb at ρ ${decimals(share, 2)}`),
    },
    {
      ...{ name: 'no order for so many days', colour: 2 },
      points: line(curves.calendar[stratum], (some) => `${some} days`),
    },
    { name: 'Ebb’s tiers', colour: 1, isDots: true, points: dots(EBB_TIERS) },
    { name: 'other rules of shops', colour: 3, isDots: true, points: dots(SHOP_RULES.slice(3)) },
  ]
  const most = Math.max(1, ...series.flatMap(({ points }) => points.map(({ x }) => x)))
  return svgPlot({
    title: STRATUM_NAMES[stratum],
    x: { title: 'alerts', from: 0, to: most, text: count },
    y: { ...axis, title },
    series,
  })
}

/** What came true of those to whom a risk was given. */
export const calibrationPlot = ({ scores }: Backtest): string => {
  const curve = (name: string, colour: number): Series => ({
    ...{ name, colour },
    points: scores[name]!.all.calibration.map(({ meanRisk, rate, cases }) => ({
      ...{ x: meanRisk, y: rate },
      label: `${count(cases)} customers: risk ${percent(meanRisk)}, came true ${percent(rate)}`,
    })),
  })
  const unit = { from: 0, to: 1, text: percent }
  const diagonal = [
    { x: 0, y: 0 },
    { x: 1, y: 1 },
  ]
  return svgPlot({
    title: 'Calibration: is a risk of 70 % true of seven in ten?',
    x: { title: 'risk given', ...unit },
    y: { title: 'no order came', ...unit },
    series: [
      { name: 'exact', colour: 4, isDashed: true, points: diagonal },
      curve('ebb-shipped-priors', 2),
      curve('ebb', 1),
    ],
  })
}

/** How many times as many true cases are among those ranked first. */
export const liftPlot = ({ scores }: Backtest): string => {
  const series = ['ebb', 'recency', 'own-gap'].map((name, i) => ({
    ...{ name, colour: i + 1 },
    points: scores[name]!.all.lift.map(({ share, lift }) => ({
      ...{ x: share, y: lift },
      label: `${name}: among the first ${percent(share)}, ${decimals(lift, 2)} times as many`,
    })),
  }))
  const axes: Pick<Plot, 'x' | 'y'> = {
    x: { title: 'share of the customers told', from: 0, to: 1, text: percent },
    y: {
      ...{ title: 'lift', from: 0, to: highestOf(series) },
      text: (value) => decimals(value, 1),
    },
  }
  return svgPlot({ title: 'Lift: who is told first?', ...axes, series })
}

const highestOf = (series: readonly Series[]): number =>
  Math.max(1, ...series.flatMap(({ points }) => points.map(({ y }) => y)).filter(Number.isFinite))

/** Strata that plots are drawn of. */
export const PLOTTED = STRATA.slice(1)
