import { LEAST_WEIGHT } from '@ebb/customer/evidence-kinds'
import type { CustomerView } from '@ebb/features/customer-view'
import { duration, shopDay, shopMinute } from './shop-time.ts'
import { printable } from './terminal-text.ts'

/** What went wrong for a customer, the latest first; nothing where nothing did. */
export const evidenceLines = ({ evidence }: CustomerView, timeZone: string): string[] => {
  if (evidence.length === 0) return []
  return [
    'what went wrong',
    ...evidence.flatMap((piece) => {
      const { kind, reason, occurredAt, orderId } = piece
      const order = orderId === undefined ? '' : `, order ${orderId}`
      const what = printable(`${words(kind)}${order} (${reason}, ${stateOf(piece)})`)
      const line = `  ${shopMinute(Date.parse(occurredAt), timeZone)}  ${what}`
      return isTelling(piece) ? [line, `${' '.repeat(20)}${clearing(piece, timeZone)}`] : [line]
    }),
    '',
  ]
}

type Piece = CustomerView['evidence'][number]

const isTelling = ({ resolvedAt, weight }: Piece): boolean =>
  resolvedAt === undefined && weight >= LEAST_WEIGHT

const stateOf = (piece: Piece): string => {
  if (piece.resolvedAt !== undefined) return 'made good'
  return isTelling(piece) ? `weight ${piece.weight.toFixed(2)}` : 'faded'
}

/** Until when it speaks for its reason. */
const clearing = ({ clearedBy, fadesAt }: Piece, timeZone: string): string => {
  const day = shopDay(Date.parse(fadesAt), timeZone)
  return clearedBy === undefined ? `until ${day}` : `until a ${CLEARING[clearedBy]}, or ${day}`
}

const CLEARING = {
  delivery: 'delivery',
  'ticket resolved': 'solved case',
  'later order': 'later order',
  'later discount': 'later order with a discount',
} as const

/** The last visits, the latest first; nothing where there was none. */
export const visitLines = ({ visits }: CustomerView, timeZone: string): string[] => {
  if (visits.length === 0) return []
  return [
    'last visits',
    ...visits.map(({ startAt, endAt, events, entryPage, exitPage, channel, device }) => {
      const began = Date.parse(startAt)
      const lasted = duration(Date.parse(endAt) - began)
      const pages = [entryPage, exitPage].filter((page) => page !== undefined)
      const way = pages.length === 0 ? '' : `, ${[...new Set(pages)].join(' to ')}`
      const from = `${channel}${device === undefined ? '' : ` on ${device}`}`
      const what = printable(
        `${from}, ${events === 1 ? '1 event' : `${events} events`} in ${lasted}${way}`,
      )
      return `  ${shopMinute(began, timeZone)}  ${what}`
    }),
    '',
  ]
}

/** What a customer likes and how they buy; nothing where nothing is known. */
export const tasteLines = ({ tastes, habits }: CustomerView): string[] => {
  const lines = Object.entries(tastes)
    .filter(([, top]) => top.length > 0)
    .map(([kind, top]) => `${kind.padEnd(11)}${printable(top.map(shareText).join(', '))}`)
  const rhythm = habits?.meanGapDays
  const gap = rhythm == null ? [] : [`every      ${rhythm.toFixed(1)} days${spreadText(habits)}`]
  const usual = habits === null ? [] : [`mostly     ${usualTime(habits)}`]
  const all = [...lines, ...gap, ...usual]
  return all.length === 0 ? [] : [...all, '']
}

const shareText = ({ name, share }: CustomerView['tastes']['brands'][number]): string =>
  `${name} ${Math.round(100 * share)} %`

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

const usualTime = ({ hour, weekday }: NonNullable<CustomerView['habits']>): string =>
  `${WEEKDAYS[weekday - 1]}, ${String(hour).padStart(2, '0')}:00 to ${String(hour + 1).padStart(2, '0')}:00`

const spreadText = (habits: CustomerView['habits']): string =>
  habits?.gapSpreadDays == null ? '' : `, give or take ${habits.gapSpreadDays.toFixed(1)}`

/** `lateDelivery` as people write it. */
const words = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
