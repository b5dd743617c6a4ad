import { type CsvRow, csvRows } from './csv-rows.ts'
import { rowInstant } from './local-instant.ts'
import type { ReplayFile } from './replay-file.ts'
import type { FileRows, ReadSettings, RefusedRow, ReplayRow } from './replay-row.ts'

const COLUMNS = ['InvoiceNo', 'Quantity', 'InvoiceDate', 'UnitPrice', 'CustomerID']

/** One invoice in the making: lines are added to it. */
interface Invoice {
  readonly row: number
  readonly raw: string
  readonly number: string
  readonly customer: string
  readonly isCancellation: boolean
  occurredAt: number
  pence: number
  units: number
}

/**
 * UCI Online Retail: one line is one item of an invoice. Lines of one invoice make one order, at
 * the earliest of its instants; each line's amount is rounded half-up to the penny. An invoice that
 * begins with C is a refund that names no order. Lines without a customer, and lines that sell
 * nothing (price or quantity not above zero), are refused.
 */
export const readOnlineRetail = (file: ReplayFile, settings: ReadSettings): FileRows => {
  const refused: RefusedRow[] = []
  const invoices = new Map<string, Invoice>()
  const refuse = ({ row, raw }: { row: number; raw: string }, why: (typeof REASONS)[Reason]) =>
    refused.push({ row, raw, ...why })
  const broken = (row: number, raw: string) => refuse({ row, raw }, REASONS.columns)
  for (const line of csvRows(file, COLUMNS, broken)) {
    const reason = addLine(invoices, line, settings)
    if (reason !== undefined) refuse(line, REASONS[reason])
  }
  return { rows: [...invoices.values()].map(orderOf), refused, currency: 'GBP' }
}

const REASONS = {
  columns: { code: 'EBB_ROW_COLUMNS', message: 'the row has another number of columns' },
  customer: {
    code: 'EBB_ROW_NO_CUSTOMER',
    message: 'CustomerID is missing; a sale without a customer says nothing of any customer',
  },
  value: {
    code: 'EBB_ROW_VALUE',
    message:
      'Quantity, UnitPrice or InvoiceDate cannot be read, or the date lies before 1990 or ahead',
  },
  notASale: {
    code: 'EBB_ROW_NOT_A_SALE',
    message: 'Quantity or UnitPrice is not above zero; the line sells nothing',
  },
  conflict: {
    code: 'EBB_ROW_CONFLICT',
    message: 'the invoice belongs to another customer already; correct InvoiceNo or CustomerID',
  },
} as const
type Reason = keyof typeof REASONS

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/

const addLine = (
  invoices: Map<string, Invoice>,
  line: CsvRow,
  settings: ReadSettings,
): Reason | undefined => {
  const customer = line.value('CustomerID').replace(/\.0$/, '')
  if (customer === '' || customer === 'nan') return 'customer'
  const quantity = DECIMAL.exec(line.value('Quantity').replace(/\.0$/, ''))
  const price = DECIMAL.exec(line.value('UnitPrice'))
  const occurredAt = rowInstant(line.value('InvoiceDate'), settings)
  if (!quantity || quantity[3] || !price || occurredAt === undefined) return 'value'
  const number = line.value('InvoiceNo')
  const isCancellation = number.startsWith('C')
  const units = Number(quantity[2])
  const pence = lineMinor(units, price)
  const isSale = quantity[1] === '' && units > 0 && price[1] === '' && Number(price[0]) > 0
  if (!isCancellation && !isSale) return 'notASale'

  const invoice = invoices.get(number)
  if (invoice === undefined) {
    const { row, raw } = line
    invoices.set(number, { row, raw, number, customer, isCancellation, occurredAt, pence, units })
    return undefined
  }
  if (invoice.customer !== customer) return 'conflict'
  invoice.pence += pence
  invoice.units += units
  invoice.occurredAt = Math.min(invoice.occurredAt, occurredAt)
  return undefined
}

/** units × price in minor units, rounded half-up; exact, for both are decimal. */
const lineMinor = (units: number, price: RegExpExecArray): number => {
  const decimals = price[3] ?? ''
  const scaled = BigInt(units) * BigInt(`${price[2]}${decimals}`) * 100n
  const divisor = 10n ** BigInt(decimals.length)
  return Number((2n * scaled + divisor) / (2n * divisor))
}

const orderOf = (invoice: Invoice): ReplayRow => {
  const { row, raw, number, customer: userId, occurredAt, units, pence } = invoice
  const amount = { total: `${Math.floor(pence / 100)}.${String(pence % 100).padStart(2, '0')}` }
  const money = { ...amount, currency: 'GBP', quantity: units }
  const sale = { event: 'Order Completed', properties: { order_id: number, ...money } }
  const refund = { event: 'Order Refunded', properties: { refund_id: number, ...money } }
  const item = { messageId: number, userId, ...(invoice.isCancellation ? refund : sale) }
  return { row, raw, occurredAt, item }
}
