import { CodedError } from '@ebb/runtime/coded-error'
import { readCdnow } from './cdnow-format.ts'
import { parseColumnMap, readCsv } from './csv-format.ts'
import { readOnlineRetail } from './online-retail-format.ts'
import type { ReplayFile } from './replay-file.ts'
import type { FileRows } from './replay-row.ts'

/** The formats that a replay reads. */
export const FORMATS = ['cdnow', 'online-retail', 'csv'] as const
export type Format = (typeof FORMATS)[number]

/** How a file is read. */
export interface FormatSettings {
  readonly format: Format
  readonly timeZone: string
  /** `--map`, for `csv` alone. */
  readonly map: string | undefined
  /** Of the amounts in a `csv`. */
  readonly currency: string
  /** Rows later than this are refused; ms since the epoch. */
  readonly now: number
}

/** The rows of a file. Throws `EBB_FILE_…` for the whole of it; single rows are refused. */
export const readRows = (file: ReplayFile, settings: FormatSettings): FileRows => {
  const found = readAs(file, settings)
  if (found.rows.length + found.refused.length > 0) return found
  throw noRows(file)
}

/** The fault of a file with nothing to read in it. */
export const noRows = ({ path }: Pick<ReplayFile, 'path'>): CodedError =>
  new CodedError('EBB_FILE_EMPTY', {
    what: 'The file has no row but its header',
    where: path,
    fix: 'Give a file with at least one row',
  })

const readAs = (file: ReplayFile, settings: FormatSettings): FileRows => {
  const { timeZone, now } = settings
  const read = { digest: file.digest, timeZone, now }
  if (settings.format === 'cdnow') return readCdnow(file, read)
  if (settings.format === 'online-retail') return readOnlineRetail(file, read)
  if (settings.map === undefined)
    throw new CodedError('EBB_REPLAY_OPTION', {
      what: 'The columns of the CSV file are not named',
      where: '--format csv',
      fix: 'Add --map customer=COLUMN,order=COLUMN,time=COLUMN,amount=COLUMN',
    })
  return readCsv(file, { ...read, ...settings, columns: parseColumnMap(settings.map) })
}
