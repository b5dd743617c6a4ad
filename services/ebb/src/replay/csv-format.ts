import { decimalOf } from '@ebb/contracts/decimal-amount'
import { CodedError } from '@ebb/runtime/coded-error'
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

const NAMES = ['customer', 'order', 'time', 'amount'] as const
const REQUIRED = ['customer', 'time', 'amount'] as const

/** Reads `customer=…,order=…,time=…,amount=…`. Throws `EBB_REPLAY_OPTION`. */
export const parseColumnMap = (text: string): CsvColumns => {
  const entries = text.split(',').map((part) => {
    const [name = '', ...column] = part.split('=')
    return [name.trim(), column.join('=').trim()] as const
  })
  const map = Object.fromEntries(entries)
  const unknown = entries.map(([name]) => name).filter((name) => !isName(name))
  const missing = REQUIRED.filter((name) => !map[name])
  if (unknown.length === 0 && missing.length === 0) return map as unknown as CsvColumns
  const wrong = [
    ...unknown.map((name) => `${name || 'an empty part'} is not known`),
    ...missing.map((name) => `${name} is missing`),
  ]
  throw new CodedError('EBB_REPLAY_OPTION', {
    what: wrong.join(', '),
    where: `--map ${text}`,
    fix: 'Write --map customer=COLUMN,order=COLUMN,time=COLUMN,amount=COLUMN; order may be absent',
  })
}

const isName = (name: string): boolean => (NAMES as readonly string[]).includes(name)

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

type Refusal = Pick<RefusedRow, 'code' | 'message'>

const orderOf = (line: CsvRow, settings: CsvSettings): CsvOrder | Refusal => {
  const { columns, digest, timeZone } = settings
  const userId = line.value(columns.customer)
  if (userId === '')
    return { code: 'EBB_ROW_NO_CUSTOMER', message: `${columns.customer} is empty; fill it in` }
  const orderId = columns.order === undefined ? `${digest}:${line.row}` : line.value(columns.order)
  if (orderId === '')
    return { code: 'EBB_ROW_VALUE', message: `${columns.order} is empty; fill it in` }
  const time = line.value(columns.time)
  if (localInstant(time, timeZone) === undefined)
    return {
      code: 'EBB_ROW_TIME',
      message: `${columns.time} “${time}” is no ISO 8601 time; write 2025-12-31T23:59:59+01:00`,
    }
  const occurredAt = rowInstant(time, settings)
  if (occurredAt === undefined)
    return {
      code: 'EBB_ROW_TIME',
      message: `${columns.time} “${time}” lies before 1990 or in the future; correct it`,
    }
  return { userId, orderId, occurredAt, total: line.value(columns.amount) }
}

const itemOf = ({ userId, orderId, total }: CsvOrder, { currency }: CsvSettings) => ({
  messageId: orderId,
  event: 'Order Completed',
  userId,
  properties: { order_id: orderId, total, currency },
})

const BROKEN = {
  code: 'EBB_ROW_COLUMNS',
  message: 'the row has another number of columns than the header; correct it',
}

const conflict = (orderId: string): Refusal => ({
  code: 'EBB_ROW_CONFLICT',
  message: `order ${orderId} stands in an earlier row with other values; keep one of them`,
})
