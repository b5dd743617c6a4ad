import type { MonthGrade } from '@ebb/contracts/dashboard-api'
import { Card } from '../components/card.tsx'
import { type Column, DataTable } from '../components/data-table.tsx'
import { format, words } from '../language/language.ts'
import { measured, share } from './grade-words.ts'

interface MonthProps {
  readonly grade: MonthGrade
}

/** One month beside simple rules, by order days, and its alerts. */
export const MonthCards = ({ grade }: MonthProps) => {
  const { grades } = words.value
  return (
    <>
      <Card title={grades.beside(grade.month)}>
        <RulesTable grade={grade} />
      </Card>
      <Card title={grades.alerts(grade.month)}>
        <AlertsTable grade={grade} />
      </Card>
      <Card title={grades.strata(grade.month)}>
        <StrataTable grade={grade} />
      </Card>
    </>
  )
}

type Worth = MonthGrade['rules'][number]['model']

interface Judge extends Worth {
  readonly key: string
  readonly name: string
  readonly graded: number
  readonly isBetter: boolean
}

/** Each rule, and below it the model on the same customers. */
const judgesOf = ({ rules }: MonthGrade): Judge[] => {
  const { grades, simpleRule } = words.value
  return rules.flatMap((rule) => [
    { ...rule, key: rule.rule, name: simpleRule[rule.rule] },
    {
      ...{ ...rule.model, graded: rule.graded, isBetter: false },
      ...{ key: `model ${rule.rule}`, name: grades.onSame },
    },
  ])
}

const RulesTable = ({ grade }: MonthProps) => {
  const { grades } = words.value
  const numeric = (key: string, head: string, cell: (judge: Judge) => string): Column<Judge> => ({
    ...{ key, head, cell, isNumeric: true },
  })
  const columns: readonly Column<Judge>[] = [
    {
      ...{ key: 'rule', head: grades.rule },
      cell: ({ name, isBetter }) => (
        <span class="grade-month">
          {name}
          {isBetter && <span class="state is-bad">{grades.better}</span>}
        </span>
      ),
    },
    numeric('graded', grades.graded, ({ graded }) => format.value.number(graded)),
    numeric('auc', grades.auc, ({ auc }) => measured(auc)),
    numeric('lift', grades.lift, ({ lift }) => measured(lift)),
    numeric('brier', grades.brier, ({ brier }) => measured(brier)),
    numeric('off', grades.off, ({ calibrationError }) => share(calibrationError)),
  ]
  return (
    <DataTable
      label={grades.rule}
      columns={columns}
      rows={judgesOf(grade)}
      keyOf={({ key }) => key}
      isCards
    />
  )
}

type AlertsOfTier = MonthGrade['alerts'][number]

const AlertsTable = ({ grade }: MonthProps) => {
  const { grades, standing, common } = words.value
  const written = format.value
  const columns: readonly Column<AlertsOfTier>[] = [
    { key: 'tier', head: grades.tier, cell: ({ tier }) => standing[tier] },
    {
      ...{ key: 'told', head: grades.told, isNumeric: true },
      cell: ({ told }) => written.number(told),
    },
    {
      ...{ key: 'right', head: grades.right, isNumeric: true },
      cell: ({ right, graded }) =>
        graded === 0
          ? common.none
          : grades.rightOf(
              written.number(right),
              written.number(graded),
              written.percent(right / graded),
            ),
    },
  ]
  return (
    <DataTable
      label={grades.tier}
      columns={columns}
      rows={grade.alerts}
      keyOf={({ tier }) => tier}
    />
  )
}

type Stratum = MonthGrade['strata'][number]

const StrataTable = ({ grade }: MonthProps) => {
  const { grades, stratum: names } = words.value
  const numeric = (
    key: string,
    head: string,
    cell: (stratum: Stratum) => string,
  ): Column<Stratum> => ({ key, head, cell, isNumeric: true })
  const columns: readonly Column<Stratum>[] = [
    { key: 'stratum', head: grades.orderDays, cell: ({ stratum }) => names[stratum] },
    numeric('graded', grades.graded, ({ graded }) => format.value.number(graded)),
    numeric('risk', grades.meanRisk, ({ meanRisk }) => share(meanRisk)),
    numeric('quiet', grades.quiet, ({ quietRate }) => share(quietRate)),
    numeric('auc', grades.auc, ({ auc }) => measured(auc)),
    numeric('brier', grades.brier, ({ brier }) => measured(brier)),
    numeric('off', grades.off, ({ calibrationError }) => share(calibrationError)),
  ]
  return (
    <DataTable
      label={grades.orderDays}
      columns={columns}
      rows={grade.strata}
      keyOf={({ stratum }) => stratum}
    />
  )
}
