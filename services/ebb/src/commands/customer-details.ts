import type { CustomerView } from '@ebb/features/customer-view'
import { shopMinute } from './shop-time.ts'
import { printable } from './terminal-text.ts'

/** What went wrong for a customer, the latest first; nothing where nothing did. */
export const evidenceLines = ({ evidence }: CustomerView, timeZone: string): string[] => {
  if (evidence.length === 0) return []
  return [
    'what went wrong',
    ...evidence.map(({ kind, reason, occurredAt, orderId, resolvedAt, weight }) => {
      const order = orderId === undefined ? '' : `, order ${orderId}`
      const now = resolvedAt === undefined ? `weight ${weight.toFixed(2)}` : 'made good'
      const what = printable(`${words(kind)}${order} (${reason}, ${now})`)
      return `  ${shopMinute(Date.parse(occurredAt), timeZone)}  ${what}`
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
  return lines.length + gap.length === 0 ? [] : [...lines, ...gap, '']
}

const shareText = ({ name, share }: CustomerView['tastes']['brands'][number]): string =>
  `${name} ${Math.round(100 * share)} %`

const spreadText = (habits: CustomerView['habits']): string =>
  habits?.gapSpreadDays == null ? '' : `, give or take ${habits.gapSpreadDays.toFixed(1)}`

/** `lateDelivery` as people write it. */
const words = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
