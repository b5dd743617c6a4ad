import type { GradesPage, MonthGrade } from '@ebb/contracts/dashboard-api'
import { gaugeOf, METRICS } from '@ebb/runtime/telemetry/metrics'
import { passingGaugeOf } from '@ebb/runtime/telemetry/passing-gauge'
import type { Telemetry } from '@ebb/runtime/telemetry/telemetry'
import { RULE_NAMES } from './simple-rules.ts'

/**
 * Measures what the last complete month says of the models that scored in it, and of no other. What
 * comes back takes the grades as they are now.
 */
export const modelMetrics = ({ meter }: Telemetry, scope: string): ((page: GradesPage) => void) => {
  // All that is kept of a page, which has a line for each month there ever was.
  let last: readonly MonthGrade[] = []
  let beaten: GradesPage['beaten'] | undefined
  const measured = meter(scope)
  for (const [metric, read] of OF_A_MODEL)
    passingGaugeOf(measured, metric, (observe) => {
      for (const grade of last) {
        const value = read(grade)
        if (value !== null) observe(value, { model: grade.model! })
      }
    })
  passingGaugeOf(measured, METRICS.modelRuleAuc, (observe) => {
    for (const { model, rules } of last)
      for (const { rule, auc } of rules) if (auc !== null) observe(auc, { model: model!, rule })
  })
  passingGaugeOf(measured, METRICS.modelAlertPrecision, (observe) => {
    for (const { model, alerts } of last)
      for (const { tier, graded, right } of alerts)
        if (graded > 0) observe(right / graded, { model: model!, tier })
  })
  gaugeOf(measured, METRICS.modelBeaten).addCallback((result) => {
    if (beaten === undefined) return
    for (const rule of RULE_NAMES) {
      const months = beaten.find((each) => each.rule === rule)?.months ?? 0
      result.observe(months, { rule })
    }
  })
  return (page) => {
    const month = page.months.find(({ isComplete }) => isComplete)?.month
    last = page.versions.filter((grade) => grade.month === month)
    beaten = page.beaten
  }
}

const OF_A_MODEL = [
  [METRICS.modelGraded, ({ graded }: MonthGrade) => graded],
  [METRICS.modelAuc, ({ auc }: MonthGrade) => auc],
  [METRICS.modelLift, ({ lift }: MonthGrade) => lift],
  [METRICS.modelBrier, ({ brier }: MonthGrade) => brier],
  [METRICS.modelCalibrationError, ({ calibrationError }: MonthGrade) => calibrationError],
  [METRICS.modelStability, ({ stability }: MonthGrade) => stability],
] as const
