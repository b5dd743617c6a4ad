import type { Tier } from '@ebb/contracts/alert-record'
import type { MonthGrade } from '@ebb/contracts/dashboard-api'
import type { SimpleRule } from '@ebb/contracts/grades-api'
import {
  auc,
  brier,
  calibrationCurve,
  expectedCalibrationError,
  type Judged,
  liftAt,
} from '@ebb/risk/grading/metrics'
import { populationStability } from '@ebb/risk/grading/population-stability'
import { aucDifference } from './auc-difference.ts'
import { type GradedRisk, type GradedScore, gradedScores } from './graded-risk.ts'
import { countsIn, equalGroups, type Groups } from './score-groups.ts'
import {
  forecastBy,
  RULE_NAMES,
  type RuledScore,
  type RuleGroups,
  ruledBy,
  ruleGroups,
} from './simple-rules.ts'

/** What one month's risks were worth, and what the months behind it are held against. */
export interface GradeOfMonth {
  readonly grade: Omit<MonthGrade, 'month' | 'model' | 'isComplete'>
  /** All scores, graded or not. */
  readonly scores: Groups
  readonly rules: Readonly<Record<SimpleRule, RuleGroups>>
}

/** Months that a month is held against. */
export interface EarlierMonths {
  /** The first one of the same model. */
  readonly first?: Pick<GradeOfMonth, 'scores'>
  /** The one before. */
  readonly before?: Pick<GradeOfMonth, 'rules'>
}

/** Fewer say nothing of drift: chance alone gives ten groups of 200 an index of .09. */
const FEWEST_FOR_STABILITY = 200
/** Fewer graded scores, or fewer of either kind, say nothing of who is better. */
const FEWEST_GRADED = 100
const FEWEST_OF_A_KIND = 20
/** The 95th percentile of the standard normal distribution. */
const SURELY_BETTER_Z = 1.645
const TOP_SHARE = 0.1

/** Grades what was told in one month by one model. Pure: the order of the risks plays no role. */
export const gradeOfMonth = (
  risks: readonly GradedRisk[],
  { first, before }: EarlierMonths,
): GradeOfMonth => {
  const sample = risks.filter(({ tier }) => tier === null)
  const values = sample.map(({ risk }) => risk)
  const graded = gradedScores(sample)
  const ruled = { silence: ruledBy('silence', graded), gap: ruledBy('gap', graded) }
  return {
    grade: {
      scored: sample.length,
      graded: graded.length,
      ...summaryOf(graded),
      stability: first === undefined ? null : stabilityOf(first.scores, values),
      calibration: calibrationCurve(judgedOf(graded)),
      strata: STRATA.map(({ stratum, has }) => {
        const some = graded.filter(({ repeatDays }) => repeatDays !== null && has(repeatDays))
        return { stratum, graded: some.length, ...summaryOf(some) }
      }),
      rules: RULE_NAMES.map((rule) => ruleGrade(rule, ruled[rule], before?.rules[rule])),
      alerts: alertGrades(risks),
    },
    scores: equalGroups(values),
    rules: { silence: ruleGroups(ruled.silence), gap: ruleGroups(ruled.gap) },
  }
}

const STRATA = [
  { stratum: 'none', has: (repeats: number) => repeats === 0 },
  { stratum: 'few', has: (repeats: number) => repeats > 0 && repeats < 5 },
  { stratum: 'many', has: (repeats: number) => repeats >= 5 },
] as const

const judgedOf = (scores: readonly GradedScore[]): Judged[] =>
  scores.map(({ risk, isQuiet: isTrue }) => ({ risk, isTrue }))

const summaryOf = (scores: readonly GradedScore[]) => ({
  meanRisk: mean(scores.map(({ risk }) => risk)),
  quietRate: mean(scores.map(({ isQuiet }) => Number(isQuiet))),
  ...worthOf(judgedOf(scores)),
})

const mean = (values: readonly number[]): number | null =>
  known(values.reduce((sum, value) => sum + value, 0) / values.length)

const worthOf = (judged: readonly Judged[]) => ({
  ...rankingOf(judged),
  brier: known(brier(judged)),
  calibrationError: known(expectedCalibrationError(judged)),
})

const rankingOf = (judged: readonly Judged[]) => ({
  auc: known(auc(judged)),
  lift: known(liftAt(judged, TOP_SHARE)),
})

const known = (value: number): number | null => (Number.isFinite(value) ? value : null)

const stabilityOf = (first: Groups, values: readonly number[]): number | null => {
  const before = first.counts.reduce((sum, count) => sum + count, 0)
  if (Math.min(before, values.length) < FEWEST_FOR_STABILITY) return null
  return known(populationStability(first.counts, countsIn(first, values)))
}

const ruleGrade = (
  rule: SimpleRule,
  ruled: readonly RuledScore[],
  before: RuleGroups | undefined,
): MonthGrade['rules'][number] => {
  const said = ruled.map(({ said: risk, score }) => ({ risk, isTrue: score.isQuiet }))
  const cases = ruled.map(({ said: first, score }) => ({
    ...{ first, second: score.risk, isTrue: score.isQuiet },
  }))
  const { z } = aucDifference(cases)
  const quiet = said.filter(({ isTrue }) => isTrue).length
  const isEnough =
    said.length >= FEWEST_GRADED && Math.min(quiet, said.length - quiet) >= FEWEST_OF_A_KIND
  return {
    ...{ rule, graded: ruled.length },
    ...rankingOf(said),
    ...forecastWorth(ruled, before),
    model: worthOf(judgedOf(ruled.map(({ score }) => score))),
    z: known(z),
    isBetter: isEnough && z > SURELY_BETTER_Z,
  }
}

const forecastWorth = (ruled: readonly RuledScore[], before: RuleGroups | undefined) => {
  const cases = before?.counts.reduce((sum, count) => sum + count, 0) ?? 0
  if (before === undefined || cases < FEWEST_GRADED) return { brier: null, calibrationError: null }
  const { brier, calibrationError } = worthOf(
    ruled.map(({ said, score: { isQuiet: isTrue } }) => ({
      ...{ risk: forecastBy(before, said), isTrue },
    })),
  )
  return { brier, calibrationError }
}

const TIERS = ['light', 'moderate', 'heavy'] as const satisfies readonly Tier[]

const alertGrades = (risks: readonly GradedRisk[]): MonthGrade['alerts'] =>
  TIERS.map((tier) => {
    const told = risks.filter((risk) => risk.tier === tier)
    const graded = told.filter(({ isQuiet }) => isQuiet !== null)
    const right = graded.filter(({ isQuiet }) => isQuiet).length
    return { tier, told: told.length, graded: graded.length, right }
  })
