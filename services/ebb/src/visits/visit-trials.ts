import { SHIPPED_VISIT_PRIOR } from '@ebb/risk/models/visit-rhythm'
import { DEFAULT_TIER_POLICY, SHIPPED_PRIORS } from '@ebb/risk/silence/tiers'
import { DEMO_SEED, demoShop } from '@ebb/simulator/demo-shop'
import { gradeSignal, priorUntil, type Signal, type VisitTrial } from './grade-visits.ts'
import { clickstreamVisitors, simulatedVisitors } from './visitors.ts'

const DAY_MS = 86_400_000
const SIGNALS: readonly Signal[] = ['orders', 'visits', 'forward', 'agreed']

/** Of the simulator's shop: 18 months, the first four of them to learn from. */
const START = Date.parse('2026-01-05T00:00:00Z')
const LEARNED = START + 120 * DAY_MS
const END = START + 540 * DAY_MS
/** The clickstream has but six months: its horizon is 30 days. */
const CLICKSTREAM_END = Date.parse('2024-06-29T22:02:40Z')

/** The simulator's shop, with the prior shipped and with that of its own first four months. */
export const simulatorTrials = (seed = DEMO_SEED): Readonly<Record<string, VisitTrial>> => {
  const visitors = simulatedVisitors(demoShop(START, seed), END)
  const until = END - 90 * DAY_MS
  const scoring = { model: SHIPPED_PRIORS, policy: DEFAULT_TIER_POLICY }
  const common = { visitors, scoring, from: LEARNED, until, rankedAt: START + 330 * DAY_MS }
  return {
    'simulator, prior shipped': { ...common, prior: SHIPPED_VISIT_PRIOR },
    'simulator, own prior': { ...common, prior: priorUntil(visitors, LEARNED) },
  }
}

/** The clickstream of retentioneering-tools, to which the shipped prior was fitted. */
export const clickstreamTrial = (): VisitTrial => {
  const until = CLICKSTREAM_END - 30 * DAY_MS
  const policy = { ...DEFAULT_TIER_POLICY, horizonDays: 30 }
  return {
    visitors: clickstreamVisitors(),
    scoring: { model: SHIPPED_PRIORS, policy },
    prior: SHIPPED_VISIT_PRIOR,
    ...{ from: Date.parse('2024-03-01T00:00:00Z'), until, rankedAt: until },
  }
}

/** The prior that all rows of the clickstream give: the one that is shipped. */
export const clickstreamPrior = () => priorUntil(clickstreamVisitors(), CLICKSTREAM_END)

/** Lines of the table of docs/risk-models.md for one trial, a signal each. */
export const trialLines = (name: string, trial: VisitTrial): string[] =>
  SIGNALS.map((signal) => {
    const grade = gradeSignal(trial, signal)
    const cells = [
      ...[name, signal, `${grade.alerts}`],
      ...[grade.precision, grade.gone, grade.recall].map(twoDigits),
      ...[grade.delayDays, grade.silenceDays].map((days) =>
        Number.isNaN(days) ? '–' : days.toFixed(0),
      ),
      twoDigits(grade.auc),
    ]
    return `| ${cells.join(' | ')} |`
  })

const twoDigits = (share: number): string =>
  Number.isNaN(share) ? '–' : share.toFixed(2).replace(/^0/, '')
