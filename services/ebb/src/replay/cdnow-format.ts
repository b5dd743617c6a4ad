import { CodedError } from '@ebb/runtime/coded-error'
import { rowInstant } from './local-instant.ts'
import type { ReplayFile } from './replay-file.ts'
import type { FileRows, ReadSettings, RefusedRow, ReplayRow } from './replay-row.ts'

const COLUMNS = /^\s*(\d+)\s+(\d+)\s+(\d{8})\s+(\d+)\s+(\d+\.\d+)\s*$/

/**
 * CDNOW's sample: master id, sample id, date (yyyymmdd), CDs, amount (USD), by white space. The
 * master id is the customer; a row is an order at the midnight that begins its day.
 */
export const readCdnow = (file: ReplayFile, settings: ReadSettings): FileRows => {
  const rows: ReplayRow[] = []
  const refused: RefusedRow[] = []
  file.text.split(/\r?\n/).forEach((raw, i) => {
    if (raw.trim() === '') return
    const row = i + 1
    const order = readRow(raw, row, settings)
    if ('code' in order) refused.push({ row, raw, ...order })
    else rows.push(order)
  })
  if (rows.length === 0)
    throw new CodedError('EBB_FILE_FORMAT', {
      what: 'No row of the file looks like CDNOW’s: id, id, yyyymmdd, CDs, amount',
      where: file.path,
      fix: 'Check the file, or give another --format',
    })
  return { rows, refused, currency: 'USD' }
}

const NOT_A_ROW = {
  code: 'EBB_ROW_COLUMNS',
  message: 'expected five columns: id, id, yyyymmdd, CDs, amount; correct the row',
}

const NOT_A_DAY = {
  code: 'EBB_ROW_TIME',
  message: 'the date is none, or lies before 1990 or in the future; correct the row',
}

const readRow = (
  raw: string,
  row: number,
  settings: ReadSettings,
): ReplayRow | typeof NOT_A_ROW => {
  const found = COLUMNS.exec(raw)
  if (found === null) return NOT_A_ROW
  const [, userId, , date, quantity, total] = found as unknown as string[]
  const day = `${date!.slice(0, 4)}-${date!.slice(4, 6)}-${date!.slice(6)}`
  const occurredAt = rowInstant(day, settings)
  if (occurredAt === undefined) return NOT_A_DAY
  const id = `${settings.digest}:${row}`
  const properties = { order_id: id, total, currency: 'USD', quantity: Number(quantity) }
  return {
    row,
    raw,
    occurredAt,
    item: { messageId: id, event: 'Order Completed', userId, properties },
  }
}
