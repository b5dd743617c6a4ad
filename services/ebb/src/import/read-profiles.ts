import { createHash } from 'node:crypto'
import { canonicalise } from '@ebb/collector/canonical-form'
import { refusalText } from '@ebb/collector/refusal'
import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { LONGEST_VALUE } from '@ebb/insights/profiles/profile-fold'
import { BROKEN, type Refusal } from '../replay/csv-format.ts'
import { type CsvRow, csvHeader, csvRows } from '../replay/csv-rows.ts'
import { noRows } from '../replay/read-rows.ts'
import type { ReplayFile } from '../replay/replay-file.ts'
import type { RefusedRow } from '../replay/replay-row.ts'
import { type AttributeColumn, type ColumnType, profileColumns } from './profile-columns.ts'

/** What a file is read with. */
export interface ProfileSettings {
  /** `--map`. */
  readonly map: string | undefined
  /** Of what it says, ms: what was said of an attribute later goes before it. */
  readonly asOf: number
}

/** A column as it is read. */
export interface TypedColumn extends AttributeColumn {
  readonly type: ColumnType
}

/** All that a file of profiles holds. */
export interface ProfileFile {
  /** The same for the same file, columns and types: names its events, and their producer. */
  readonly name: string
  /** With the user id. */
  readonly user: string
  readonly columns: readonly TypedColumn[]
  /** An `identify` a row, in the order of the file; of one customer's the later rows hold. */
  readonly events: readonly CanonicalEvent[]
  readonly refused: readonly RefusedRow[]
}

/** Source of the events, and beginning of the name of their producer. */
const IMPORT = 'import'
/** Of a file of a back end. */
const BACK_END = 2

/**
 * Reads a CSV file of profiles, a row a customer. Which rows are refused, and all of the events but
 * their time, follow from the file and `map` alone. Throws as `csvRows` and `profileColumns` do, and
 * `EBB_FILE_EMPTY`.
 */
export const readProfileFile = (file: ReplayFile, { map, asOf }: ProfileSettings): ProfileFile => {
  const { user, attributes } = profileColumns(map, csvHeader(file))
  const refused: RefusedRow[] = []
  const broken = (row: number, raw: string) => refused.push({ row, raw, ...BROKEN })
  const lines = [...csvRows(file, [user, ...attributes.map(({ column }) => column)], broken)]
  if (lines.length + refused.length === 0) throw noRows(file)
  const columns = attributes.map((each) => ({
    ...each,
    type: each.type ?? typeOf(lines, each.column),
  }))
  const hash = createHash('sha256').update(JSON.stringify([file.digest, user, columns]))
  const name = `${IMPORT}-${hash.digest('hex').slice(0, 12)}`
  const events: CanonicalEvent[] = []
  for (const line of lines) {
    const event = eventOf(line, { name, user, columns, asOf })
    if ('code' in event) refused.push({ row: line.row, raw: line.raw, ...event })
    else events.push(event)
  }
  return { name, user, columns, events, refused: refused.sort((a, b) => a.row - b.row) }
}

/** Digits that a number keeps; a leading zero or plus is that of a code or a phone. */
const NUMBER = /^-?(0|[1-9]\d{0,14})(\.\d{1,9})?$/
const BOOLEAN = /^(true|false|yes|no)$/i

const IS_OF: { readonly [type in ColumnType]: (cell: string) => boolean } = {
  number: (cell) => NUMBER.test(cell),
  boolean: (cell) => BOOLEAN.test(cell),
  text: () => true,
}

/** What all cells of a column are; text where all are empty. */
const typeOf = (lines: readonly CsvRow[], column: string): ColumnType => {
  const cells = lines.map(({ value }) => value(column)).filter((cell) => cell !== '')
  if (cells.length === 0) return 'text'
  return (['number', 'boolean'] as const).find((type) => cells.every(IS_OF[type])) ?? 'text'
}

interface Reading extends Pick<ProfileFile, 'name' | 'user' | 'columns'> {
  readonly asOf: number
}

const eventOf = (
  line: CsvRow,
  { name, user, columns, asOf }: Reading,
): CanonicalEvent | Refusal => {
  const userId = line.value(user)
  if (userId === '') return { code: 'EBB_ROW_NO_CUSTOMER', message: `${user} is empty; fill it in` }
  const traits: [attribute: string, value: unknown][] = []
  for (const { attribute, column, type } of columns) {
    const cell = line.value(column)
    if (cell === '') continue
    const fault = cellFault(cell, column, type)
    if (fault !== undefined) return { code: 'EBB_ROW_VALUE', message: fault }
    traits.push([attribute, typed(cell, type)])
  }
  const messageId = `${name}-${String(line.row).padStart(9, '0')}`
  const outcome = canonicalise(
    {
      ...{ type: 'identify', userId, messageId, timestamp: new Date(asOf).toISOString() },
      // However an attribute is called, `__proto__` too.
      traits: Object.fromEntries(traits),
    },
    // Rates and currencies are for orders; the time of the file stands for the receipt.
    {
      ...{ source: IMPORT, sourceRank: BACK_END, receivedAt: asOf, indexInBatch: line.row },
      ...{ baseCurrency: 'EUR', rates: {} },
    },
  )
  if ('ok' in outcome) return { ...outcome.ok, backfill: true }
  return { code: outcome.refused.code, message: refusalText(outcome.refused) }
}

const cellFault = (cell: string, column: string, type: ColumnType): string | undefined => {
  if (!IS_OF[type](cell))
    return `${column} “${cell}” is no ${type}; correct it, or give another type`
  if (JSON.stringify(cell).length <= LONGEST_VALUE) return undefined
  return `${column} has more than ${LONGEST_VALUE} characters; shorten it, or leave the column out`
}

const typed = (cell: string, type: ColumnType): string | number | boolean => {
  if (type === 'number') return Number(cell)
  return type === 'boolean' ? /^(true|yes)$/i.test(cell) : cell
}
