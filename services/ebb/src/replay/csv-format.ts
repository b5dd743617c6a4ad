import { decimalOf } from '@ebb/contracts/decimal-amount'
import { parseColumns } from './column-map.ts'
import { type CsvRow, csvRows } from './csv-rows.ts'
import { localInstant, rowInstant } from './local-instant.ts'
import type { ReplayFile } from './replay-file.ts'
import type { FileRows, ReadSettings, RefusedRow, ReplayRow } from './replay-row.ts'

/** Which column says what. */
export interface CsvColumns {
  readonly customer: string
  readonly time: string
  readonly amount: string
  /** Without it the row number in the file is the order id. */
  readonly order?: string
}

/** What a CSV file is read with. */
export interface CsvSettings extends ReadSettings {
  readonly columns: CsvColumns
  /** ISO 4217. */
  readonly currency: string
}

const WANTED = { required: ['customer', 'time', 'amount'], optional: ['order'] } as const

/** Reads `customer=…,order=…,time=…,amount=…`. Throws `EBB_REPLAY_OPTION`. */
export const parseColumnMap = (text: string): CsvColumns =>
  parseColumns(text, WANTED) as unknown as CsvColumns

/**
 * A shop's own export: one row is one order. An equal row is a copy; another row with the same
 * order id is refused, and so are rows before 1990 or later than now.
 */
export const readCsv = (file: ReplayFile, settings: CsvSettings): FileRows => {
  const rows: ReplayRow[] = []
  const refused: RefusedRow[] = []
  const rowByOrder = new Map<string, string>()
  const broken = (row: number, raw: string) => refused.push({ row, raw, ...BROKEN })
  for (const line of csvRows(file, Object.values(settings.columns), broken)) {
    const { row, raw, fingerprint } = line
    const order = orderOf(line, settings)
    if ('code' in order) {
      refused.push({ row, raw, ...order })
      continue
    }
    const known = rowByOrder.get(order.orderId)
    if (known !== undefined && known !== fingerprint)
      refused.push({ row, raw, ...conflict(order.orderId) })
    else rows.push({ row, raw, occurredAt: order.occurredAt, item: itemOf(order, settings) })
    // A row whose amount will be refused leaves its order to a corrected one.
    const isAmount = order.total === '' || typeof decimalOf(order.total) === 'object'
    if (known === undefined && isAmount) rowByOrder.set(order.orderId, fingerprint)
  }
  return { rows, refused, currency: settings.currency }
}

interface CsvOrder {
  readonly userId: string
  readonly orderId: string
  readonly occurredAt: number
  readonly total: string
}

/** Why a row cannot be used. */
export type Refusal = Pick<RefusedRow, 'code' | 'message'>

const orderOf = (line: CsvRow, settings: CsvSettings): CsvOrder | Refusal => {
  const { columns, digest } = settings
  const userId = line.value(columns.customer)
  if (userId === '')
    return { code: 'EBB_ROW_NO_CUSTOMER', message: `${columns.customer} is empty; fill it in` }
  const orderId = columns.order === undefined ? `${digest}:${line.row}` : line.value(columns.order)
  if (orderId === '')
    return { code: 'EBB_ROW_VALUE', message: `${columns.order} is empty; fill it in` }
  const occurredAt = instantIn(line, columns.time, settings)
  if (typeof occurredAt === 'object') return occurredAt
  return { userId, orderId, occurredAt, total: line.value(columns.amount) }
}

const itemOf = ({ userId, orderId, total }: CsvOrder, { currency }: CsvSettings) => ({
  messageId: orderId,
  event: 'Order Completed',
  userId,
  properties: { order_id: orderId, total, currency },
})

/** The instant (ms) of a row, or why its time cannot be used. */
export const instantIn = (
  line: CsvRow,
  column: string,
  settings: Pick<ReadSettings, 'timeZone' | 'now'>,
): number | Refusal => {
  const time = line.value(column)
  const refusal = (wrong: string): Refusal => ({
    code: 'EBB_ROW_TIME',
    message: `${column} “${time}” ${wrong}`,
  })
  if (localInstant(time, settings.timeZone) === undefined)
    return refusal('is no ISO 8601 time; write 2025-12-31T23:59:59+01:00')
  return rowInstant(time, settings) ?? refusal('lies before 1990 or in the future; correct it')
}

/** Of a row that `csvRows` found broken. */
export const BROKEN: Refusal = {
  code: 'EBB_ROW_COLUMNS',
  message: 'the row has another number of columns than the header; correct it',
}

/** Of a row whose order stands in an earlier one that it does not equal. */
export const conflict = (orderId: string): Refusal => ({
  code: 'EBB_ROW_CONFLICT',
  message: `order ${orderId} stands in an earlier row with other values; keep one of them`,
})
