import type { PurchaseHistory } from '../models/purchase-history.ts'
import { probabilityOfNoOrder, type RiskModel } from '../models/risk-model.ts'
import { SHIPPED_PRIORS } from '../silence/tiers.ts'
import {
  type CustomerOrders,
  historyUntil,
  inEveryStratum,
  isIn,
  isQuietAfter,
  type Stratum,
} from './customer-orders.ts'
import { expectedMaximumProfit } from './empc.ts'
import {
  auc,
  averagePrecision,
  brier,
  type CalibrationGroup,
  calibrationCurve,
  expectedCalibrationError,
  type Judged,
  liftAt,
  liftCurve,
} from './metrics.ts'

/** All customers at one instant of the past, and what they did behind it. */
export interface CutCustomers {
  /** In force at the cut: fitted to these histories, or the shipped priors. */
  readonly model: RiskModel
  readonly horizonDays: number
  readonly histories: readonly PurchaseHistory[]
  /** Whether no order came within the horizon, of each. */
  readonly quiet: readonly boolean[]
}

/** A way to rank all customers of a cut: the higher, the sooner they are told. */
export interface Scorer {
  readonly name: string
  /** Whether its scores are probabilities, so that they can be off. */
  readonly isProbability: boolean
  readonly scores: (cut: CutCustomers) => readonly number[]
}

/** The customers known at the end of a day, with the label of each. */
export function customersAt(
  customers: readonly CustomerOrders[],
  { day, model, horizonDays }: { day: number; model: RiskModel; horizonDays: number },
): CutCustomers {
  const known = customers.flatMap((orders) => {
    const history = historyUntil(orders, day)
    return history ? [{ history, isQuiet: isQuietAfter(orders, day, horizonDays) }] : []
  })
  const histories = known.map(({ history }) => history)
  return { model, horizonDays, histories, quiet: known.map(({ isQuiet }) => isQuiet) }
}

/** P(no order in the horizon) by the model that `modelAt` finds for a cut. */
export function modelScorer(name: string, modelAt: (cut: CutCustomers) => RiskModel): Scorer {
  return {
    name,
    isProbability: true,
    scores: (cut) => {
      const model = modelAt(cut)
      return cut.histories.map((each) => probabilityOfNoOrder(model, each, cut.horizonDays / 7))
    },
  }
}

/** A score of each customer's own history, no probability. */
function ranking(name: string, score: (history: PurchaseHistory) => number): Scorer {
  return { name, isProbability: false, scores: ({ histories }) => histories.map(score) }
}

const silenceOf = ({ age, recency }: PurchaseHistory): number => age - recency

/** Days without an order, or 0 or 1 by whether they are so many, as a shop would filter. */
const CALENDAR = [30, 60, 90].map((days) =>
  ranking(`no-order-${days}-days`, (history) => (silenceOf(history) * 7 >= days ? 1 : 0)),
)

/** By recency into five parts of equal size, the longest silences last. */
const RECENCY_QUINTILE: Scorer = {
  name: 'rfm-recency-quintile',
  isProbability: false,
  scores: ({ histories }) => {
    const sorted = histories.map(silenceOf).sort((left, right) => left - right)
    return histories.map((history) => {
      const shorter = firstNotBelow(sorted, silenceOf(history))
      return 1 + Math.floor((5 * shorter) / sorted.length)
    })
  },
}

/** What shops rank by, and Ebb with the model in force and with the shipped priors. */
export const SCORERS: readonly Scorer[] = [
  modelScorer('ebb', ({ model }) => model),
  modelScorer('ebb-shipped-priors', () => SHIPPED_PRIORS),
  ranking('recency', silenceOf),
  ranking('own-gap', (history) =>
    history.frequency === 0 ? 0 : (silenceOf(history) * history.frequency) / history.recency,
  ),
  ...CALENDAR,
  RECENCY_QUINTILE,
]

/** How well scores ranked, and how far they were off. NaN where it has no meaning. */
export interface ScoreGrade {
  readonly customers: number
  /** Share without an order in the horizon. */
  readonly quietShare: number
  readonly auc: number
  readonly averagePrecision: number
  readonly liftAt10Percent: number
  /** NaN for what is no probability; so is `calibrationError`. */
  readonly brier: number
  readonly calibrationError: number
  readonly empc: number
  /** Share to tell for that profit. */
  readonly empcShare: number
  readonly calibration: readonly CalibrationGroup[]
  readonly lift: readonly { readonly share: number; readonly lift: number }[]
}

/** Grades by the name of the scorer and by stratum. */
export type ScoreGrades = Readonly<Record<string, Readonly<Record<Stratum, ScoreGrade>>>>

/** Grades every scorer on all cuts together. */
export function scoreGrades(
  cuts: readonly CutCustomers[],
  scorers: readonly Scorer[],
): ScoreGrades {
  return Object.fromEntries(scorers.map((scorer) => [scorer.name, gradesOf(cuts, scorer)]))
}

function gradesOf(cuts: readonly CutCustomers[], scorer: Scorer): Record<Stratum, ScoreGrade> {
  const scored = cuts.flatMap((cut) => {
    const scores = scorer.scores(cut)
    return cut.histories.map(({ frequency }, i) => ({
      frequency,
      risk: scores[i]!,
      isTrue: cut.quiet[i]!,
    }))
  })
  const gradeIn = (stratum: Stratum): ScoreGrade => {
    const judged = scored.filter(({ frequency }) => isIn(stratum, frequency))
    return gradeOf(judged, scorer.isProbability)
  }
  return inEveryStratum(gradeIn)
}

function gradeOf(judged: readonly Judged[], isProbability: boolean): ScoreGrade {
  const { profit, share } = expectedMaximumProfit(judged)
  return {
    customers: judged.length,
    quietShare: judged.filter(({ isTrue }) => isTrue).length / judged.length,
    auc: auc(judged),
    averagePrecision: averagePrecision(judged),
    liftAt10Percent: liftAt(judged, 0.1),
    brier: isProbability ? brier(judged) : Number.NaN,
    calibrationError: isProbability ? expectedCalibrationError(judged) : Number.NaN,
    empc: profit,
    empcShare: share,
    calibration: isProbability ? calibrationCurve(judged) : [],
    lift: liftCurve(judged),
  }
}

/** How many of the values, ascending, are below this one. */
function firstNotBelow(sorted: readonly number[], value: number): number {
  let from = 0
  let to = sorted.length
  while (from < to) {
    const middle = (from + to) >>> 1
    if (sorted[middle]! < value) from = middle + 1
    else to = middle
  }
  return from
}
