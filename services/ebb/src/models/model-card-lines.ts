import type { ModelRecord } from '@ebb/contracts/model-record'
import { shopDay, shopMinute } from '../commands/shop-time.ts'
import { textTable } from '../commands/text-table.ts'
import {
  type ModelCard,
  measureText,
  parameterTexts,
  rivalsOf,
  STRATUM_NAMES,
  VISITS_KIND,
} from './model-card.ts'

/** A model card for a terminal, a line each. */
export const modelCardLines = (
  { version, isInForce, model, spend, visits, record, limits }: ModelCard,
  timeZone: string,
): string[] => [
  `${version}${isInForce ? ', in force' : ''}`,
  '',
  `  model      ${model.kind}: ${named(model.parameters)}`,
  ...(spend ? [`  spend      ${spend.kind}: ${named(spend)}`] : []),
  ...(visits ? [`  visits     ${VISITS_KIND}: ${named(visits)}`] : []),
  ...(record ? recordLines(record, timeZone) : []),
  '',
  'Limits',
  ...limits.map((limit) => `  - ${limit}`),
]

const named = (parameters: object): string =>
  parameterTexts(parameters)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')

const count = (value: number): string => value.toLocaleString('en-US')

const recordLines = (record: ModelRecord, timeZone: string): string[] => {
  const { customers, repeaters, orderDays, upTo, fittedAt, heldOut, why } = record
  const slice = `${shopDay(heldOut.from, timeZone)} to ${shopDay(heldOut.until, timeZone)}`
  return [
    `  data       ${count(customers)} customers, ${count(repeaters)} with orders on two days or more, ${count(orderDays)} order days, until ${shopMinute(upTo, timeZone)}`,
    `  fitted     ${shopMinute(fittedAt, timeZone)}, ${record.origin}; log-likelihood ${record.logLikelihood.toFixed(3)}`,
    `  dropout    ${record.dropoutIdentified ? 'identified' : 'not identified: set to 5 % an order'}`,
    `  promotion  ${record.isBetter ? 'better' : 'not better'}: ${why}`,
    '',
    `Held out: ${slice}, ${count(heldOut.customers)} customers; quiet is who did not order in it`,
    ...gradeTable(record),
  ]
}

const gradeTable = (record: ModelRecord): string[] =>
  textTable(
    [
      { title: '  order days' },
      { title: 'judged by' },
      ...['customers', 'quiet', 'AUC', 'Brier', 'ECE'].map((title) => {
        return { title, align: 'right' } as const
      }),
    ],
    (['all', 'x0', 'x1to4', 'x5plus'] as const).flatMap((stratum) =>
      rivalsOf(record).map(([name, grades]) => {
        const { customers, quiet, auc, brier, ece } = grades[stratum]
        const measures = [auc, brier, ece].map((measure) => measureText(measure))
        return [`  ${STRATUM_NAMES[stratum]}`, name, count(customers), count(quiet), ...measures]
      }),
    ),
  )
