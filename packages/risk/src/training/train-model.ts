import { calibrationCurve } from '../grading/metrics.ts'
import { type Fit, fitModel } from '../models/fit-model.ts'
import { fitSpend, type SpendModel } from '../models/gamma-gamma.ts'
import type { PurchaseHistory } from '../models/purchase-history.ts'
import { probabilityOfNoOrder, type RiskModel } from '../models/risk-model.ts'
import { fitVisitPrior, type VisitPrior } from '../models/visit-rhythm.ts'
import { type Grades, gradesOf, type HeldOutCustomer, judgedBy } from './held-out.ts'
import { promotionVerdict, type Verdict } from './promotion-rule.ts'
import type { TrainingRow } from './training-row.ts'

/** The least that a model is fitted to, as of the cut. */
export const LEAST_CUSTOMERS = 200
/** Of them with orders on two days or more. */
export const LEAST_REPEATERS = 50
/** From the first order of the shop to now, in horizons. */
export const LEAST_HORIZONS = 2

const CANDIDATE = 'mbg-nbd'
const DAYS_PER_WEEK = 7

/** What a model is fitted to, and against which. */
export interface TrainingTask {
  readonly rows: readonly TrainingRow[]
  /** H: the slice held out are the last so many days, and the risk is for so many. */
  readonly horizonDays: number
  /** The model in force. */
  readonly champion: RiskModel
  /** Whether visits are to have a say. */
  readonly knowsVisits: boolean
}

/** How much there is to learn from. */
export interface TrainingData {
  /** With a valid order now. */
  readonly customers: number
  readonly repeaters: number
  /** Days with an order, of all customers. */
  readonly orderDays: number
  /** Days from the first order of the shop until now. */
  readonly historyDays: number
}

/** What the candidate and others were worth on the slice that was held out. */
export interface HeldOutGrades {
  readonly customers: number
  /** The candidate, fitted to what was known at the cut. */
  readonly model: RiskModel
  readonly grades: Grades
  readonly champion: Grades
  /** Who has not ordered for longest is most at risk. */
  readonly recency: Grades
  /** Ten groups by risk, rising. */
  readonly calibration: readonly {
    readonly customers: number
    readonly foretold: number
    readonly cameTrue: number
  }[]
}

/** A model fitted to all until now, and how its like did on the last slice. */
export interface TrainedModel {
  readonly fit: Fit
  /** Absent where too few customers have orders with a value behind their first day. */
  readonly spend?: SpendModel
  /** Absent where it was not asked for, or where too few customers were seen to visit. */
  readonly visits?: VisitPrior
  readonly heldOut: HeldOutGrades
  readonly verdict: Verdict
}

/** The outcome of a training. */
export interface TrainingResult extends Pick<TrainingTask, 'horizonDays'> {
  readonly data: TrainingData
  /** Absent where there is not enough to learn from; `why` says what is missing. */
  readonly trained?: TrainedModel
  readonly why: string
}

/**
 * Fits MBG/NBD to what was known one horizon ago, grades it on what happened since beside the model
 * in force and recency, and fits it again to all until now: that is what is promoted. Gamma–Gamma is
 * fitted to the values of orders behind a customer's first day, and the prior of visits to the days
 * with a visit until now; neither has a part in the grades. Deterministic.
 */
export function trainModel(task: TrainingTask): TrainingResult {
  const { rows, horizonDays, champion } = task
  const data = dataOf(rows)
  const held = rows.flatMap(({ atCut, isQuiet }) => (atCut ? [{ history: atCut, isQuiet }] : []))
  const missing = missingFrom(held, data, horizonDays)
  if (missing !== undefined) return { data, horizonDays, why: missing }
  const candidate = fitModel(
    CANDIDATE,
    held.map(({ history }) => history),
  ).model
  const { heldOut, verdict } = gradeOnSlice(held, { candidate, champion, horizonDays })
  const fit = fitModel(
    CANDIDATE,
    rows.map(({ now }) => now),
  )
  const spend = spendOf(rows)
  const visits = task.knowsVisits ? visitPriorOf(rows) : undefined
  const trained = { fit, ...(spend && { spend }), ...(visits && { visits }), heldOut, verdict }
  return { data, horizonDays, trained, why: verdict.why }
}

function dataOf(rows: readonly TrainingRow[]): TrainingData {
  let [repeaters, orderDays, weeks] = [0, 0, 0]
  for (const { now } of rows) {
    repeaters += now.frequency > 0 ? 1 : 0
    orderDays += now.frequency + 1
    weeks = Math.max(weeks, now.age)
  }
  const historyDays = Math.floor(weeks * DAYS_PER_WEEK)
  return { customers: rows.length, repeaters, orderDays, historyDays }
}

function missingFrom(
  held: readonly HeldOutCustomer[],
  { historyDays }: TrainingData,
  horizonDays: number,
): string | undefined {
  const repeaters = held.filter(({ history }) => history.frequency > 0).length
  const wanted = LEAST_HORIZONS * horizonDays
  const isEnough =
    held.length >= LEAST_CUSTOMERS && repeaters >= LEAST_REPEATERS && historyDays >= wanted
  if (isEnough) return undefined
  return (
    `not enough data yet: ${horizonDays} days ago ${held.length} of ${LEAST_CUSTOMERS} customers, ` +
    `${repeaters} of ${LEAST_REPEATERS} of them with orders on two days; ` +
    `${historyDays} of ${wanted} days since the first order`
  )
}

interface Rivals {
  readonly candidate: RiskModel
  readonly champion: RiskModel
  readonly horizonDays: number
}

function gradeOnSlice(
  held: readonly HeldOutCustomer[],
  { candidate, champion, horizonDays }: Rivals,
): { readonly heldOut: HeldOutGrades; readonly verdict: Verdict } {
  const riskBy = (model: RiskModel) => (history: PurchaseHistory) =>
    probabilityOfNoOrder(model, history, horizonDays / DAYS_PER_WEEK)
  const ours = judgedBy(held, riskBy(candidate))
  const theirs = judgedBy(held, riskBy(champion))
  const recency = judgedBy(held, ({ age, recency }) => age - recency)
  const calibration = calibrationCurve(ours).map(({ cases, meanRisk, rate }) => ({
    customers: cases,
    foretold: meanRisk,
    cameTrue: rate,
  }))
  return {
    heldOut: {
      ...{ customers: held.length, model: candidate, calibration },
      grades: gradesOf(ours),
      champion: gradesOf(theirs),
      recency: gradesOf(recency, 'ranks'),
    },
    verdict: promotionVerdict(ours, theirs),
  }
}

/**
 * Of fewer customers than the fit of the rhythm needs repeaters, values say too little; and what was
 * for nothing, or was refunded, says nothing.
 */
function spendOf(rows: readonly TrainingRow[]): SpendModel | undefined {
  const values = rows.map(({ value }) => value).filter(({ orders, mean }) => orders > 0 && mean > 0)
  return values.length < LEAST_REPEATERS ? undefined : fitSpend(values).model
}

/** Of fewer customers than a model is fitted to, visits say too little. */
function visitPriorOf(rows: readonly TrainingRow[]): VisitPrior | undefined {
  const seen = rows.flatMap(({ visits }) => visits ?? []).filter(({ observedDays }) => observedDays)
  return seen.length < LEAST_CUSTOMERS ? undefined : fitVisitPrior(seen).prior
}
