import { CodedError } from '@ebb/runtime/coded-error'
import { parse } from 'csv-parse/sync'
import type { ReplayFile } from './replay-file.ts'

/** One row of a CSV file: its values by column, and its text as it stands there. */
export interface CsvRow {
  /** Counted from 1, the header not counted. */
  readonly row: number
  readonly raw: string
  /** Trimmed. */
  readonly value: (column: string) => string
  /** The same for two rows with the same values, however they are quoted. */
  readonly fingerprint: string
}

/**
 * Reads the rows of a CSV file with a header. A row with another number of columns is passed to
 * `onBroken`. Throws `EBB_FILE_COLUMN_MISSING` where one of `columns` is not there, and
 * `EBB_FILE_FORMAT` where the file is no CSV.
 */
export function* csvRows(
  file: ReplayFile,
  columns: readonly string[],
  onBroken: (row: number, raw: string) => void,
): Generator<CsvRow> {
  const all = parseAll(file)
  const header = all[0]?.record.map((name) => name.trim()) ?? []
  const columnIndex = new Map(header.map((name, i) => [name, i]))
  const missing = columns.filter((column) => !columnIndex.has(column))
  if (missing.length > 0)
    throw new CodedError('EBB_FILE_COLUMN_MISSING', {
      what: `The file has no column ${missing.join(', ')}; its columns are ${header.join(', ')}`,
      where: `${file.path}, first row`,
      fix: 'Name the columns with --map, for example --map customer=CustomerID,time=Date',
    })
  for (let row = 1; row < all.length; row += 1) {
    const { record, raw: text } = all[row]!
    // What the parser skipped before a row, it counts to the row.
    const raw = text.replace(/^[\r\n]+|[\r\n]+$/g, '')
    if (record.length !== header.length) {
      onBroken(row, raw)
      continue
    }
    const values = record.map((value) => value.trim())
    const fingerprint = JSON.stringify(values)
    yield { row, raw, fingerprint, value: (column) => values[columnIndex.get(column)!]! }
  }
}

/** Names of the columns, trimmed. Throws `EBB_FILE_FORMAT` where the file is no CSV. */
export const csvHeader = (file: ReplayFile): readonly string[] =>
  parseAll(file, 1)[0]?.record.map((name) => name.trim()) ?? []

interface Parsed {
  readonly record: readonly string[]
  readonly raw: string
}

const parseAll = ({ text, path }: ReplayFile, records = -1): Parsed[] => {
  try {
    return parse(text, {
      raw: true,
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      to: records,
    }) as unknown as Parsed[]
  } catch (cause) {
    const what = `The file is not CSV: ${(cause as Error).message}`
    const fix = 'Correct the row, or export the file again'
    throw new CodedError('EBB_FILE_FORMAT', { what, where: path, fix }, { cause })
  }
}
