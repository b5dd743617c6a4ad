import type { MonthGrade } from '@ebb/contracts/dashboard-api'
import type { SimpleRule } from '@ebb/contracts/grades-api'
import { monthBefore } from './graded-risk.ts'

/** So many months in a row are no chance any more: 1 in 400 where both are equally good. */
export const BEATEN_MONTHS = 2

/**
 * In how many months, up to the last complete one, a rule was surely better than the model, one month
 * after the other. A month without enough graded scores ends the row.
 *
 * @param months in any order, of whichever model was in force.
 */
export const beatenMonths = (months: readonly MonthGrade[], rule: SimpleRule): number => {
  const complete = months
    .filter(({ isComplete }) => isComplete)
    .toSorted((left, right) => (left.month < right.month ? 1 : -1))
  let expected = complete[0]?.month
  let beaten = 0
  for (const { month, rules } of complete) {
    const isBetter = rules.some((each) => each.rule === rule && each.isBetter)
    if (month !== expected || !isBetter) break
    beaten += 1
    expected = monthBefore(month)
  }
  return beaten
}
