import type { GradesPage, MonthGrade } from '@ebb/contracts/dashboard-api'
import type { Queries } from '@ebb/postgres/transaction'
import { beatenMonths } from './beaten-months.ts'
import { monthOf } from './grade-day.ts'
import { type KeptGrade, readKeptGrades } from './grade-rows.ts'
import { ANY_MODEL } from './keep-grades.ts'
import { type ModelScoring, modelInForce } from './model-in-force.ts'
import { RULE_NAMES } from './simple-rules.ts'

/** Of whom grades are asked. */
export interface GradedShop {
  /** Until another model is promoted. */
  readonly scoring: ModelScoring
  /** IANA name. */
  readonly timeZone: string
}

/** What risks were worth, the latest month first. */
export const readGrades = async (
  queries: Queries,
  { scoring, timeZone }: GradedShop,
): Promise<GradesPage> => {
  const [grades, [slowest], { modelVersion }] = await Promise.all([
    readKeptGrades(queries),
    queries.query<{ clock: number | null }>('SELECT min(clock) AS clock FROM grading_days'),
    modelInForce(queries, scoring),
  ])
  const clock = slowest!.clock
  const running = clock === null ? '' : monthOf(clock, timeZone)
  const all = grades.map((grade) => monthGrade(grade, running))
  const months = all.filter(({ model }) => model === undefined)
  return {
    model: modelVersion,
    months,
    versions: all.filter(({ model }) => model !== undefined),
    beaten: RULE_NAMES.map((rule) => ({ rule, months: beatenMonths(months, rule) })).filter(
      ({ months }) => months > 0,
    ),
  }
}

const monthGrade = (
  { month, model, rows, graded, document }: KeptGrade,
  running: string,
): MonthGrade => ({
  month,
  ...(model !== ANY_MODEL && { model }),
  ...document.grade,
  isComplete: month < running && rows === graded,
})
