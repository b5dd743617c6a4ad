import { type AlertGrade, gradeAlerts, type Period, toldBy } from './alert-grades.ts'
import type { AlertRule } from './alert-rules.ts'
import { inEveryStratum, type Silence, type Stratum } from './customer-orders.ts'

/** A threshold of a family of rules, and how good it was. */
export interface CurvePoint {
  readonly threshold: number
  readonly grade: AlertGrade
}

/** Shares ρ from nearly none to nearly all, closer together where many are told. */
export const SHARES: readonly number[] = Array.from(
  { length: 40 },
  (_, i) => ((i + 0.5) / 40) ** 1.5,
)

/** Grades a family of rules at each threshold, by stratum. */
export function ruleCurves(
  silences: readonly Silence[],
  family: (threshold: number) => AlertRule,
  look: { readonly period: Period; readonly thresholds: readonly number[] },
): Record<Stratum, CurvePoint[]> {
  const graded = look.thresholds.map((threshold) => ({
    threshold,
    grades: gradeAlerts(toldBy(family(threshold), silences), look.period),
  }))
  return inEveryStratum((stratum) =>
    graded.map(({ threshold, grades }) => ({ threshold, grade: grades[stratum] })),
  )
}

/** Two rules are not compared where one tells so much more than the other. */
const GREATEST_DIFFERENCE = 0.1

/**
 * The point of a curve that tells about as many customers, at most a tenth more or less;
 * `undefined` where there is none.
 */
export function atVolume(curve: readonly CurvePoint[], alerts: number): CurvePoint | undefined {
  const off = ({ grade }: CurvePoint) => Math.abs(grade.alerts - alerts)
  const [nearest] = curve.toSorted((left, right) => off(left) - off(right))
  if (nearest === undefined || alerts === 0) return undefined
  return off(nearest) <= GREATEST_DIFFERENCE * alerts ? nearest : undefined
}
