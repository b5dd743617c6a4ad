import type { ModelRecord } from '@ebb/contracts/model-record'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import { type ModelBook, versionInForce } from '@ebb/scorer/training/model-book'
import { shopDay, shopMinute } from '../commands/shop-time.ts'
import { textTable } from '../commands/text-table.ts'
import { measureText } from './model-card.ts'

const LISTED = 20

/** The models of a book for a terminal, the last fitted first. */
export const modelListLines = (
  book: ModelBook,
  { timeZone, isAll }: { readonly timeZone: string; readonly isAll: boolean },
): string[] => {
  const models = [...book.models.values()].reverse()
  const listed = isAll ? models : models.slice(0, LISTED)
  return [
    ...standingLines(book, timeZone),
    '',
    ...textTable(
      [
        { title: '' },
        { title: 'version' },
        { title: 'data until' },
        ...['customers', 'Brier', 'AUC', 'six or more'].map((title) => {
          return { title, align: 'right' } as const
        }),
        { title: 'against' },
        { title: 'Brier', align: 'right' },
      ],
      [...listed.map((model) => row(model, book, timeZone)), shippedRow(book)],
    ),
    ...(listed.length < models.length ? [`${models.length - listed.length} more: --all`] : []),
  ]
}

const standingLines = (book: ModelBook, timeZone: string): string[] => {
  const { promotion, told, training } = book
  const isTold = told?.version === promotion?.version && told?.decidedAt === promotion?.at
  return [
    promotion === undefined
      ? `In force: ${SHIPPED_SCORING.modelVersion}, the shipped one`
      : `In force: ${promotion.version}, since ${shopMinute(promotion.at, timeZone)}, by ${promotion.by} (${promotion.why})`,
    ...(isTold ? [] : ['Customers are scored with it as soon as the scorer runs.']),
    training === undefined
      ? 'No training has ended yet.'
      : `Last training: ${shopMinute(training.at, timeZone)}, ${training.origin}: ${training.why}`,
  ]
}

const mark = (book: ModelBook, version: string): string =>
  versionInForce(book) === version ? '*' : ''

const row = (model: ModelRecord, book: ModelBook, timeZone: string): string[] => {
  const { version, upTo, customers, heldOut } = model
  const { grades, champion } = heldOut
  return [
    ...[mark(book, version), version, shopDay(upTo, timeZone), customers.toLocaleString('en-US')],
    ...[grades.all.brier, grades.all.auc, grades.x5plus.auc].map((measure) => measureText(measure)),
    ...[champion.version, measureText(champion.grades.all.brier)],
  ]
}

const shippedRow = (book: ModelBook): string[] => {
  const version = SHIPPED_SCORING.modelVersion
  return [mark(book, version), version, 'CDNOW, 1997', '2,357', '', '', '', '', '']
}
