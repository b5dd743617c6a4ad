import type { GradesPage, MonthGrade } from '@ebb/contracts/dashboard-api'
import { readGrades } from '@ebb/insights/grading/grades-page'
import { prepareInsights } from '@ebb/insights/read-models'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { withRecords } from './service-records.ts'
import { painted, printable } from './terminal-text.ts'
import { textTable } from './text-table.ts'

interface GradesOptions {
  readonly data: string
  readonly versions?: true
  readonly json?: true
}

const EXAMPLES = `
A month is complete when its last horizon is over. What each number means: docs/grading.md.

Examples:
  $ ebb grades
  $ ebb grades --json | jq '.months[] | {month, auc, rules: [.rules[] | {rule, auc, z}]}'
`

/** `ebb grades`: what risks were worth, month by month, beside simple rules. */
export const gradesCommand = (context: CliContext): Command =>
  new Command('grades')
    .description(
      'what risks and alerts were worth: by month, beside simple rules, the latest first',
    )
    .option('--versions', 'by version of the model')
    .option('--data <folder>', 'data folder', context.dataFolder)
    .option('--json', 'print one JSON object with all that is measured')
    .addHelpText('after', EXAMPLES)
    .action((options: GradesOptions) => showGrades(context, options))

const showGrades = async (
  context: CliContext,
  { data, versions, json }: GradesOptions,
): Promise<void> => {
  const of = { folder: data, service: 'insights' } as const
  const page = await withRecords(context, of, async (postgres, { timeZone }) => {
    await prepareInsights(postgres)
    return readGrades(postgres, { scoring: SHIPPED_SCORING, timeZone })
  })
  if (json) return context.print(JSON.stringify(page))
  if (page.months.length === 0)
    return context.tell('Nothing was scored to be graded yet: wait for the next day of the shop.')
  for (const line of gradeLines(versions ? page.versions : page.months)) context.print(line)
  for (const line of beatenLines(page)) context.print(painted(line, 'red', context))
}

const COLUMNS = [
  ...['month', 'model'].map((title) => ({ title })),
  ...['scored', 'graded', 'risk', 'quiet', 'AUC', 'lift', 'Brier', 'off by', 'PSI'].map(
    (title) => ({
      ...{ title, align: 'right' as const },
    }),
  ),
  ...['AUC silence', 'AUC gap', 'right light', 'moderate', 'heavy'].map((title) => ({
    ...{ title, align: 'right' as const },
  })),
]

const gradeLines = (months: readonly MonthGrade[]): string[] =>
  textTable(
    COLUMNS,
    months.map((each) => [
      each.isComplete ? each.month : `${each.month} …`,
      printable(each.model ?? 'in force'),
      ...[each.scored, each.graded].map((count) => count.toLocaleString('en-US')),
      ...[percent(each.meanRisk), percent(each.quietRate), digits(each.auc)],
      ...[digits(each.lift), digits(each.brier), digits(each.calibrationError)],
      digits(each.stability),
      ...each.rules.map(({ auc, isBetter }) => `${digits(auc)}${isBetter ? ' !' : ''}`),
      ...each.alerts.map(({ right, graded }) => percent(graded === 0 ? null : right / graded)),
    ]),
  )

const digits = (value: number | null): string => value?.toFixed(3) ?? '–'

const percent = (share: number | null): string =>
  share?.toLocaleString('en-US', { style: 'percent' }) ?? '–'

const beatenLines = ({ beaten }: GradesPage): string[] =>
  beaten.map(({ rule, months }) => {
    const time = months === 1 ? 'in the last complete month' : `${months} months in a row`
    return `The rule ${rule} was surely better than the model ${time}: docs/runbooks/model-beaten.md`
  })
