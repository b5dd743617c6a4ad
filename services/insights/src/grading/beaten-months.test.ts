import type { MonthGrade } from '@ebb/contracts/dashboard-api'
import { expect, test } from 'vitest'
import { beatenMonths } from './beaten-months.ts'
import { gradeOfMonth } from './grade-of-month.ts'
import { monthBefore } from './graded-risk.ts'

/** A month in which the rules named were surely better. */
const monthOf = (month: string, better: readonly string[], isComplete = true): MonthGrade => {
  const { grade } = gradeOfMonth([], {})
  const rules = grade.rules.map((each) => ({ ...each, isBetter: better.includes(each.rule) }))
  return { month, isComplete, ...grade, rules }
}

test('months count in a row, back from the last complete one', () => {
  const months = [
    monthOf('2027-02', [], false),
    monthOf('2027-01', ['silence']),
    monthOf('2026-12', ['silence', 'gap']),
    monthOf('2026-11', []),
    monthOf('2026-10', ['silence', 'gap']),
  ]
  expect(beatenMonths(months, 'silence')).toBe(2)
  expect(beatenMonths(months.toReversed(), 'silence')).toBe(2)
  expect(beatenMonths(months, 'gap')).toBe(0)
  expect(beatenMonths(months.slice(2), 'gap')).toBe(1)
  expect(beatenMonths([], 'gap')).toBe(0)
})

test('a month that is missing ends the row', () => {
  const months = [monthOf('2027-01', ['gap']), monthOf('2026-11', ['gap'])]
  expect(beatenMonths(months, 'gap')).toBe(1)
})

test('December is before January', () => {
  expect(['2027-01', '2026-12', '2026-03'].map(monthBefore)).toEqual([
    ...['2026-12', '2026-11', '2026-02'],
  ])
})
