import Type, { type Static } from 'typebox'
import { Tier } from './alert-record.ts'
import { Count } from './api-view.ts'

// What insights answers about what its risks were worth; its types are in dashboard-api.ts.

/** A month of the shop's time zone: `2026-06`. */
const Month = Type.String({ pattern: '^\\d{4}-\\d{2}$' })

/** Null where nothing can be told: no case, or only cases of one kind. */
const Measured = Type.Union([Type.Number(), Type.Null()])

/** How good risks are, or what stands for them. */
const Worth = {
  /** Area under the ROC curve. */
  auc: Measured,
  /** How many times more quiet customers are in the tenth with the highest risks than among all. */
  lift: Measured,
  brier: Measured,
  /** Mean distance of risk and truth over ten groups of equal size. */
  calibrationError: Measured,
}

/** A rule that any shop can work out by itself: days of silence, or by how many own gaps it is long. */
export const SimpleRule = Type.Union([Type.Literal('silence'), Type.Literal('gap')])
export type SimpleRule = Static<typeof SimpleRule>

/** A simple rule on the customers whom it can say something of, and the model on the same. */
const RuleGrade = Type.Object({
  rule: SimpleRule,
  graded: Count,
  ...Worth,
  model: Type.Object(Worth),
  /** AUC of the rule less that of the model, by its standard error. */
  z: Measured,
  /** Surely better than the model, as docs/grading.md says. */
  isBetter: Type.Boolean(),
})

/** Scores of one month by one model, or by whichever was in force. */
export const MonthGrade = Type.Object({
  month: Month,
  /** Version of the model; absent for whichever was in force. */
  model: Type.Optional(Type.String()),
  /** Scores of the sample, and how many of them are graded. */
  scored: Count,
  graded: Count,
  /** The month is over, and all of it is graded. */
  isComplete: Type.Boolean(),
  meanRisk: Measured,
  /** Share of the graded without an order in the horizon. */
  quietRate: Measured,
  ...Worth,
  /** Population stability index of the scores against the first month; null where there are too few. */
  stability: Measured,
  /** Ten groups of equal size, in rising order of risk. */
  calibration: Type.Array(
    Type.Object({ cases: Count, meanRisk: Type.Number(), rate: Type.Number() }),
  ),
  /** By repeat days: none, 1 to 4, 5 or more. */
  strata: Type.Array(
    Type.Object({
      stratum: Type.Union([Type.Literal('none'), Type.Literal('few'), Type.Literal('many')]),
      graded: Count,
      meanRisk: Measured,
      quietRate: Measured,
      ...Worth,
    }),
  ),
  rules: Type.Array(RuleGrade),
  /** Alerts to act on, and how many were followed by no order in the horizon. */
  alerts: Type.Array(Type.Object({ tier: Tier, told: Count, graded: Count, right: Count })),
})

/** `GET /api/grades`: what risks were worth, the latest month first. */
export const GradesPage = Type.Object({
  /** Version of the model in force. */
  model: Type.String(),
  /** Whichever model was in force. */
  months: Type.Array(MonthGrade),
  /** By version of the model. */
  versions: Type.Array(MonthGrade),
  /** Rules that were surely better than the model in the last complete months, so many in a row. */
  beaten: Type.Array(Type.Object({ rule: SimpleRule, months: Type.Integer({ minimum: 1 }) })),
})
