import { auc } from '@ebb/risk/grading/metrics'
import type { OrderRhythm } from '@ebb/risk/models/order-rhythm'
import {
  fitVisitPrior,
  LESS_THAN_EVER,
  noVisitInstant,
  probabilityOfNoVisit,
  type VisitPrior,
} from '@ebb/risk/models/visit-rhythm'
import { lightWithVisits } from '@ebb/risk/silence/light-with-visits'
import { crossings, riskAt, type Scoring, thresholdsOf } from '@ebb/risk/silence/tiers'
import type { Visitor } from './visitors.ts'

const DAY_MS = 86_400_000

/**
 * Which signal tells that somebody goes quiet: either alone; `forward`, light as `lightWithVisits` has
 * it; or `agreed`, light once both have spoken.
 */
export type Signal = 'orders' | 'visits' | 'forward' | 'agreed'

/** A shop, and when it is looked at. Instants in ms since the epoch. */
export interface VisitTrial {
  readonly visitors: readonly Visitor[]
  readonly scoring: Scoring
  readonly prior: VisitPrior
  /** Alerts from here on count … */
  readonly from: number
  /** … until here: a horizon before the data end. */
  readonly until: number
  /** When all are ranked; a horizon before the data end, or earlier. */
  readonly rankedAt: number
}

/** What one signal was worth. Shares are NaN where there is nothing to share. */
export interface SignalGrade {
  readonly alerts: number
  /** Share of the alerts without an order in the horizon behind them. */
  readonly precision: number
  /** Share of the alerts to somebody who had left; NaN where nobody knows. */
  readonly gone: number
  /** Share of those who left in the time who were told of while they were away. */
  readonly recall: number
  /** Median days from leaving to the alert, of those who were told of. */
  readonly delayDays: number
  /** Median days from the last order to the alert. */
  readonly silenceDays: number
  /** Of the ranking by the signal, against no order in the horizon. */
  readonly auc: number
}

interface LightAlert {
  readonly visitor: Visitor
  readonly at: number
  readonly lastOrderAt: number
}

/** The prior that the visits until an instant give; days are those of UTC. */
export const priorUntil = (visitors: readonly Visitor[], until: number): VisitPrior => {
  const rhythms = visitors.flatMap(({ visits }) => rhythmUntil(visits, until) ?? [])
  const seen = rhythms.map(({ repeatDays, firstAt }) => {
    return { activeDays: repeatDays, observedDays: (until - firstAt) / DAY_MS }
  })
  return fitVisitPrior(seen).prior
}

/** Grades the first alert of each silence, and the ranking at one instant. */
export const gradeSignal = (trial: VisitTrial, signal: Signal): SignalGrade => {
  const alerts = trial.visitors.flatMap((visitor) => alertsOf(visitor, trial, signal))
  const isRight = ({ visitor, at }: LightAlert) => staysQuiet(visitor, at, trial)
  const absences = trial.visitors.flatMap((visitor) => visitor.absences)
  const told = new Map(
    alerts.flatMap(({ visitor, at }) => {
      const absence = visitor.absences.find(({ from, until }) => from <= at && at < until)
      return absence ? [[absence, at] as const] : []
    }),
  )
  const left = absences.filter(({ from }) => from >= trial.from && from < trial.until)
  const caught = left.filter((absence) => told.has(absence))
  return {
    alerts: alerts.length,
    precision: alerts.filter(isRight).length / alerts.length,
    gone: absences.length === 0 ? Number.NaN : told.size / alerts.length,
    recall: caught.length / left.length,
    delayDays: median(caught.map((absence) => (told.get(absence)! - absence.from) / DAY_MS)),
    silenceDays: median(alerts.map(({ at, lastOrderAt }) => (at - lastOrderAt) / DAY_MS)),
    auc: aucOf(trial, signal),
  }
}

/** The alert of every silence that has one before the next order. */
const alertsOf = (visitor: Visitor, trial: VisitTrial, signal: Signal): LightAlert[] =>
  visitor.orders.flatMap((lastOrderAt, index) => {
    const end = Math.min(visitor.orders[index + 1] ?? Number.POSITIVE_INFINITY, trial.until)
    const at = firstAlert(visitor, lastOrderAt, { ...trial, end, signal })
    return at === undefined || at < trial.from ? [] : [{ visitor, at, lastOrderAt }]
  })

interface Stretch extends VisitTrial {
  readonly end: number
  readonly signal: Signal
}

/** Each visit moves the instant of the alert, until one is not put off in time. */
const firstAlert = (visitor: Visitor, lastOrderAt: number, stretch: Stretch) => {
  const visits = visitor.visits.filter((at) => at > lastOrderAt && at < stretch.end)
  const turns = [lastOrderAt, ...visits, stretch.end]
  for (const [index, from] of turns.slice(0, -1).entries()) {
    const at = Math.max(from, alertInstant(visitor, [lastOrderAt, from], stretch))
    if (at < turns[index + 1]!) return at
  }
  return undefined
}

/** When the signal speaks if nothing more happens, by what was known at these two instants. */
const alertInstant = (
  { orders, visits }: Visitor,
  [lastOrderAt, lastVisitAt]: readonly [number, number],
  { scoring, prior, signal }: Stretch,
): number => {
  const rhythm = rhythmUntil(orders, lastOrderAt)!
  const visiting = rhythmUntil(visits, lastVisitAt)!
  const { light } = crossings(rhythm, scoring.model, scoring.policy)
  const unseen = noVisitInstant(prior, visiting, LESS_THAN_EVER)
  switch (signal) {
    case 'orders':
      return light
    case 'visits':
      return unseen
    case 'forward':
      return lightWithVisits({ rhythm, visits: visiting }, { ...scoring, visitPrior: prior }, light)
    case 'agreed':
      return Math.max(light, unseen)
  }
}

/**
 * Ranks by the risk; by how unlikely the silence in visits is; by the risk, of those whose light
 * the visits have brought forward at least that at which light begins; or by who has both, then by
 * the risk.
 */
const aucOf = (trial: VisitTrial, signal: Signal): number => {
  const { visitors, scoring, prior, rankedAt } = trial
  const judged = visitors.flatMap((visitor) => {
    const orders = rhythmUntil(visitor.orders, rankedAt)
    if (orders === undefined) return []
    const rhythm = rhythmUntil(visitor.visits, rankedAt)!
    const risk = riskAt(orders, rankedAt, scoring)
    const unseen = probabilityOfNoVisit(prior, rhythm, rankedAt)
    const { light } = thresholdsOf(orders, scoring)
    const customer = { rhythm: orders, visits: rhythm }
    const isForward = lightWithVisits(customer, { ...scoring, visitPrior: prior }) <= rankedAt
    const scores = {
      orders: risk,
      visits: -unseen,
      forward: isForward ? Math.max(risk, light) : risk,
      agreed: risk + Number(risk >= light && unseen <= LESS_THAN_EVER),
    }
    return [{ risk: scores[signal], isTrue: staysQuiet(visitor, rankedAt, trial) }]
  })
  return auc(judged)
}

const staysQuiet = ({ orders }: Visitor, at: number, { scoring }: VisitTrial): boolean =>
  !orders.some((order) => order > at && order <= at + scoring.policy.horizonDays * DAY_MS)

/** The rhythm of what happened by an instant; days are those of UTC. */
const rhythmUntil = (instants: readonly number[], until: number): OrderRhythm | undefined => {
  const seen = instants.filter((at) => at <= until)
  const [firstAt] = seen
  if (firstAt === undefined) return undefined
  const days = new Set(seen.map((at) => Math.floor(at / DAY_MS)))
  return { repeatDays: days.size - 1, firstAt, lastAt: seen.at(-1)! }
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
