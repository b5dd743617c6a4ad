import { minorUnitExponent } from '@ebb/contracts/currency'
import { decimalOf, toMinorUnits } from '@ebb/contracts/decimal-amount'
import { dayOf, startOfDay } from '@ebb/customer/calendar'
import { parseColumns } from '../replay/column-map.ts'
import { BROKEN, conflict, instantIn, type Refusal } from '../replay/csv-format.ts'
import { type CsvRow, csvRows } from '../replay/csv-rows.ts'
import { noRows } from '../replay/read-rows.ts'
import type { ReplayFile } from '../replay/replay-file.ts'
import type { RefusedRow } from '../replay/replay-row.ts'
import type { ShopOrder, ShopOrders, Span } from './reconcile-orders.ts'

/** Which column says what. */
export interface ShopColumns {
  readonly order: string
  readonly amount: string
  readonly time?: string
  readonly customer?: string
  readonly status?: string
  readonly refunded?: string
}

const WANTED = {
  required: ['order', 'amount'],
  optional: ['time', 'customer', 'status', 'refunded'],
} as const

/** Reads `order=…,amount=…` and what may stand beside them. Throws `EBB_REPLAY_OPTION`. */
export const parseShopColumns = (text: string): ShopColumns =>
  parseColumns(text, WANTED) as unknown as ShopColumns

/** What a file is read with. */
export interface ShopSettings {
  readonly columns: ShopColumns
  /** Of times without an offset. */
  readonly timeZone: string
  /** Of all amounts, ISO 4217. */
  readonly currency: string
  /** Rows later than this are refused; ms since the epoch. */
  readonly now: number
}

/** All that a file of the shop holds. */
export interface ShopFile extends ShopOrders {
  /** Rows that cannot be used. */
  readonly refused: readonly RefusedRow[]
  /** Rows that say again what an earlier one said. */
  readonly copies: number
  /** How often each status was read as that of an order that counts, in full. */
  readonly otherStatuses: ReadonlyMap<string, number>
}

/**
 * Reads a shop's own orders, a row each, by the rules of `readCsv`: an equal row is a copy, another
 * one of the same order is refused. Throws as `csvRows` does, and `EBB_FILE_EMPTY`.
 */
export const readShopOrders = (file: ReplayFile, settings: ShopSettings): ShopFile => {
  const orders: ShopOrder[] = []
  const refused: RefusedRow[] = []
  const refusedIds = new Set<string>()
  const rowById = new Map<string, string>()
  const otherStatuses = new Map<string, number>()
  let span: Span | undefined
  let copies = 0
  const { columns } = settings
  const broken = (row: number, raw: string) => refused.push({ row, raw, ...BROKEN })
  for (const line of csvRows(file, Object.values(columns), broken)) {
    const { row, raw, fingerprint } = line
    const orderId = line.value(columns.order)
    const known = rowById.get(orderId)
    if (known === fingerprint) {
      copies += 1
      continue
    }
    const order = known === undefined ? orderOf(line, settings) : conflict(orderId)
    if ('code' in order) {
      refused.push({ row, raw, ...order })
      refusedIds.add(orderId)
      continue
    }
    rowById.set(orderId, fingerprint)
    orders.push(order)
    span = widened(span, order.placedAt, lastInstant(line, order, settings))
    const status = otherStatus(line, columns)
    if (status !== '') otherStatuses.set(status, (otherStatuses.get(status) ?? 0) + 1)
  }
  if (orders.length + refused.length === 0) throw noRows(file)
  return {
    ...{ orders, refused, copies, otherStatuses },
    unusableIds: new Set([...refusedIds].filter((id) => !rowById.has(id))),
    ...(span && { span }),
  }
}

/** A status that changes nothing; empty where there is none, or where it does. */
const otherStatus = (line: CsvRow, { status }: ShopColumns): string => {
  const text = status === undefined ? '' : line.value(status)
  return CANCELLED.test(text) || REFUNDED.test(text) ? '' : text
}

const CANCELLED = /^cancell?ed$/i
const REFUNDED = /^refunded$/i

const orderOf = (line: CsvRow, settings: ShopSettings): ShopOrder | Refusal => {
  const { columns } = settings
  const orderId = line.value(columns.order)
  if (orderId === '') return valueRefusal(`${columns.order} is empty; fill it in`)
  const amount = minorOf(line, columns.amount, settings)
  if (typeof amount === 'object') return amount
  const placedAt = columns.time === undefined ? undefined : instantIn(line, columns.time, settings)
  if (typeof placedAt === 'object') return placedAt
  const refunded = refundedOf(line, amount, settings)
  if (typeof refunded === 'object') return refunded
  return {
    ...{ row: line.row, orderId, amountMinor: amount },
    isCancelled: columns.status !== undefined && CANCELLED.test(line.value(columns.status)),
    ...(refunded !== undefined && { refundedMinor: refunded }),
    ...(placedAt !== undefined && { placedAt }),
    ...(columns.customer !== undefined && { customer: line.value(columns.customer) }),
  }
}

const minorOf = (line: CsvRow, column: string, { currency }: ShopSettings): number | Refusal => {
  const text = line.value(column)
  const amount = decimalOf(text)
  const minor =
    typeof amount === 'object' ? toMinorUnits(amount, minorUnitExponent(currency)) : undefined
  return minor ?? valueRefusal(`${column} “${text}” is no amount of ${currency}; write 1234.50`)
}

/** Absent where the file does not say; a status alone says it only of the whole order. */
const refundedOf = (
  line: CsvRow,
  amountMinor: number,
  settings: ShopSettings,
): number | undefined | Refusal => {
  const { refunded, status } = settings.columns
  if (refunded !== undefined && line.value(refunded) !== '')
    return minorOf(line, refunded, settings)
  if (status !== undefined && REFUNDED.test(line.value(status))) return amountMinor
  return refunded === undefined ? undefined : 0
}

const DAY_ALONE = /^\d{4}-\d{2}-\d{2}$/

/** Where an order ends the span of the file: a day without a time may mean all of it. */
const lastInstant = (
  line: CsvRow,
  { placedAt }: ShopOrder,
  { columns, timeZone }: ShopSettings,
): number | undefined => {
  if (placedAt === undefined || !DAY_ALONE.test(line.value(columns.time!))) return placedAt
  return startOfDay(dayOf(placedAt, timeZone) + 1, timeZone) - 1
}

const widened = (span: Span | undefined, from?: number, until?: number): Span | undefined => {
  if (from === undefined || until === undefined) return span
  if (span === undefined) return { from, until }
  return { from: Math.min(span.from, from), until: Math.max(span.until, until) }
}

const valueRefusal = (message: string): Refusal => ({ code: 'EBB_ROW_VALUE', message })
