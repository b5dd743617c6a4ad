import { BEATEN_MONTHS } from '@ebb/insights/grading/beaten-months'
import { readGrades } from '@ebb/insights/grading/grades-page'
import type { Queries } from '@ebb/postgres/transaction'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import { printable } from '../commands/terminal-text.ts'
import { type Check, ok, warn } from './check.ts'

/** Whether a simple rule does better than the model; `undefined` while insights has never graded. */
export const checkGrades = async (
  insights: Queries,
  timeZone: string,
): Promise<Check | undefined> => {
  const [found] = await insights.query<{ isThere: boolean }>(
    `SELECT to_regclass('grades') IS NOT NULL AS "isThere"`,
  )
  if (!found!.isThere) return undefined
  const page = await readGrades(insights, { scoring: SHIPPED_SCORING, timeZone })
  const beaten = page.beaten.filter(({ months }) => months >= BEATEN_MONTHS)
  if (beaten.length > 0) {
    const rules = beaten.map(
      ({ rule, months }) =>
        `the rule \`${rule}\` was better than the model for ${months} months in a row`,
    )
    const mend = 'docs/runbooks/model-beaten.md: fit the model anew; `ebb grades` shows both'
    return warn(NAME, rules.join('; '), mend)
  }
  const last = page.months.find(({ isComplete }) => isComplete)
  const model = `${printable(page.model)} in force`
  if (last === undefined) return ok(NAME, `${model}; no month is graded yet`)
  return ok(NAME, `${model}; AUC of ${last.month}: ${last.auc?.toFixed(3) ?? 'unknown'}`)
}

const NAME = 'model'
