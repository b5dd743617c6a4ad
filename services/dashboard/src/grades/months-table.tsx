import type { MonthGrade } from '@ebb/contracts/dashboard-api'
import { type Column, DataTable } from '../components/data-table.tsx'
import { format, words } from '../language/language.ts'
import { measured, share } from './grade-words.ts'

interface MonthsTableProps {
  readonly months: readonly MonthGrade[]
  /** Which is shown below. */
  readonly shown: MonthGrade
  readonly onChoose: (grade: MonthGrade) => void
}

/** A row a month, in the order given. */
export const MonthsTable = ({ months, shown, onChoose }: MonthsTableProps) => {
  const { grades } = words.value
  const numeric = (
    key: string,
    head: string,
    cell: (grade: MonthGrade) => string,
  ): Column<MonthGrade> => ({ key, head, cell, isNumeric: true })
  const columns: readonly Column<MonthGrade>[] = [
    {
      ...{ key: 'month', head: grades.month },
      cell: (grade) => (
        <span class="grade-month">
          <button
            type="button"
            class="link"
            aria-pressed={grade === shown}
            onClick={() => onChoose(grade)}
          >
            {grade.month}
          </button>
          {!grade.isComplete && <span class="muted">{grades.open}</span>}
        </span>
      ),
    },
    numeric('scored', grades.scored, ({ scored }) => format.value.number(scored)),
    numeric('graded', grades.graded, ({ graded }) => format.value.number(graded)),
    numeric('risk', grades.meanRisk, ({ meanRisk }) => share(meanRisk)),
    numeric('quiet', grades.quiet, ({ quietRate }) => share(quietRate)),
    numeric('auc', grades.auc, ({ auc }) => measured(auc)),
    numeric('lift', grades.lift, ({ lift }) => measured(lift)),
    numeric('brier', grades.brier, ({ brier }) => measured(brier)),
    numeric('off', grades.off, ({ calibrationError }) => share(calibrationError)),
    numeric('drift', grades.drift, ({ stability }) => measured(stability)),
  ]
  return (
    <DataTable
      label={grades.month}
      columns={columns}
      rows={months}
      keyOf={({ month, model }) => `${month} ${model}`}
      isCards
    />
  )
}
