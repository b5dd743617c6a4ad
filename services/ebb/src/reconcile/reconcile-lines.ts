import { moneyText } from '../commands/money-text.ts'
import { shopMinute } from '../commands/shop-time.ts'
import { printable } from '../commands/terminal-text.ts'
import { textTable } from '../commands/text-table.ts'
import {
  DIFFERENCES,
  type Difference,
  type DifferenceKind,
  type EbbOrder,
  type ShopOrder,
} from './reconcile-orders.ts'
import type { Reconciled } from './reconcile-view.ts'

/** A comparison as lines for a person: of each kind the first 20 differences, or all. */
export const reconcileLines = (found: Reconciled, all: boolean): string[] => {
  const { differences } = found.result
  const most = all ? Number.POSITIVE_INFINITY : MOST_LISTED
  return [
    ...headLines(found),
    '',
    ...totalLines(found),
    '',
    ...resultLines(found),
    ...DIFFERENCES.flatMap((kind) => {
      const some = differences.filter((difference) => difference.kind === kind)
      return some.length === 0 ? [] : kindLines(some, found, most)
    }),
    ...refusedLines(found, most),
  ]
}

const MOST_LISTED = 20

const count = (value: number): string => value.toLocaleString('en-US')

const headLines = ({ path, shop, shopFile, recordsBehind }: Reconciled): string[] => {
  const { span, otherStatuses } = shopFile
  const placed =
    span === undefined
      ? 'no time in the file: compared with all orders of Ebb'
      : `orders from ${shopMinute(span.from, shop.timeZone)} to ${shopMinute(span.until, shop.timeZone)} ${shop.timeZone}`
  const statuses = [...otherStatuses].sort(([, a], [, b]) => b - a)
  return [
    `${printable(path)}, ${placed}`,
    ...(recordsBehind === undefined
      ? ['The feature service never ran here: Ebb has no orders yet.']
      : []),
    ...(recordsBehind
      ? [`Ebb has yet to read ${count(recordsBehind)} records: \`ebb topics\`.`]
      : []),
    ...(statuses.length > 0 ? [`Counted in full: status ${statusText(statuses)}.`] : []),
  ]
}

const MOST_STATUSES = 8

const statusText = (statuses: readonly (readonly [string, number])[]): string => {
  const shown = statuses
    .slice(0, MOST_STATUSES)
    .map(([status, orders]) => `${printable(status)} (${count(orders)})`)
  const more = statuses.length - shown.length
  return shown.join(', ') + (more > 0 ? `, and ${more} more` : '')
}

const totalLines = ({ shop, shopFile, result }: Reconciled): string[] => {
  const money = (minor: number): string => moneyText(minor, shop.currency)
  const saysRefunds = shopFile.orders.some(({ refundedMinor }) => refundedMinor !== undefined)
  const rows = [
    ['orders that count', count(result.shop.orders), count(result.ebb.orders)],
    [
      `revenue, gross, ${shop.currency}`,
      money(result.shop.grossMinor),
      money(result.ebb.grossMinor),
    ],
    [
      `paid back, ${shop.currency}`,
      saysRefunds ? money(result.shop.refundedMinor) : 'not said',
      money(result.ebb.refundedMinor),
    ],
    ['cancelled', count(result.shop.cancelled), count(result.ebb.cancelled)],
  ]
  const columns = [
    { title: '' },
    { title: 'the shop', align: 'right' },
    { title: 'Ebb', align: 'right' },
  ] as const
  return textTable(columns, rows)
}

const resultLines = ({ result, shopFile }: Reconciled): string[] => {
  const { compared, agreed, accuracyPercent, revenuePercent, differences } = result
  const { copies, refused } = shopFile
  return [
    `accuracy        ${percentText(accuracyPercent)}  ${count(agreed)} of ${count(compared)} orders of the shop are the same in Ebb`,
    `revenue         ${percentText(revenuePercent)}  of the shop’s gross revenue is in these orders`,
    `differences     ${count(differences.length)}`,
    ...(copies > 0 ? [`rows repeated   ${count(copies)}, counted once`] : []),
    ...(refused.length > 0 ? [`rows refused    ${count(refused.length)}`] : []),
  ]
}

const percentText = (percent: number | null): string =>
  (percent === null ? '–' : `${percent.toFixed(2)} %`).padStart(8)

const TITLES: Readonly<Record<DifferenceKind, string>> = {
  known_twice: 'known to more than one customer of Ebb',
  missing_in_ebb: 'missing in Ebb',
  not_in_file: 'not in the file',
  cancelled_on_one_side: 'cancelled on one side only',
  amount: 'the amount differs',
  refund: 'what was paid back differs',
}

const kindLines = (
  some: readonly Difference[],
  { shop, shopFile }: Reconciled,
  most: number,
): string[] => {
  const { kind } = some[0]!
  const within = kind === 'not_in_file' && shopFile.span ? ', though placed within its span' : ''
  const columns = [
    { title: 'order' },
    { title: 'row', align: 'right' },
    { title: `placed, ${shop.timeZone}` },
    { title: 'customer' },
    { title: 'the shop', align: 'right' },
    { title: 'Ebb', align: 'right' },
  ] as const
  const rows = some.slice(0, most).map(({ orderId, shop: ours, ebb }) => {
    const placed = ours?.placedAt ?? ebb.find(({ placedAt }) => placedAt !== undefined)?.placedAt
    const customers = ebb.map(({ customerId }) => customerId).join(', ') || ours?.customer || '–'
    return [
      printable(orderId),
      ours === undefined ? '–' : String(ours.row),
      placed === undefined ? '–' : shopMinute(placed, shop.timeZone),
      printable(customers),
      ours === undefined ? '–' : shopText(ours, kind, shop.currency),
      ebb.map((order) => ebbText(order, kind, shop.currency)).join(', ') || '–',
    ]
  })
  return [
    '',
    `${TITLES[kind]}${within}: ${count(some.length)}`,
    ...textTable(columns, rows),
  ].concat(moreLines(some.length - rows.length))
}

const shopText = (order: ShopOrder, kind: DifferenceKind, currency: string): string => {
  if (order.isCancelled) return 'cancelled'
  return moneyText(kind === 'refund' ? order.refundedMinor! : order.amountMinor, currency)
}

const ebbText = (
  { standing, amountMinor, refundedMinor }: EbbOrder,
  kind: DifferenceKind,
  currency: string,
): string => {
  if (standing === 'cancelled') return 'cancelled'
  if (standing === 'unplaced') return 'never placed'
  if (kind === 'refund') return moneyText(refundedMinor, currency)
  return amountMinor === undefined ? 'not known' : moneyText(amountMinor, currency)
}

const refusedLines = ({ shopFile: { refused } }: Reconciled, most: number): string[] => {
  if (refused.length === 0) return []
  const shown = refused.slice(0, most)
  return [
    '',
    `rows that cannot be used, the header not counted: ${count(refused.length)}`,
    ...shown.map(({ row, code, message }) => `row ${row}  ${code}  ${printable(message)}`),
    ...moreLines(refused.length - shown.length),
  ]
}

const moreLines = (more: number): string[] => (more > 0 ? [`… and ${count(more)} more: --all`] : [])
