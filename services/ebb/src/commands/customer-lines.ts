import type { CustomerView } from '@ebb/features/customer-view'
import { evidenceLines, tasteLines, visitLines } from './customer-details.ts'
import { moneyText } from './money-text.ts'
import { daysBetween, duration, shopDay, shopMinute } from './shop-time.ts'
import type { Milestone, Silence } from './silence.ts'
import { silenceChart } from './silence-chart.ts'
import { printable } from './terminal-text.ts'
import { textTable } from './text-table.ts'

/** For whom a customer is written. */
export interface CustomerLook {
  readonly timeZone: string
  readonly columns: number
}

/** What is known of a customer, as lines for a person. */
export const customerLines = (
  customer: CustomerView,
  silence: Silence | undefined,
  look: CustomerLook,
): string[] => [
  ...headLines(customer, silence, look),
  '',
  ...(silence === undefined ? noSilence(customer) : silenceLines(silence, look)),
  '',
  ...windowLines(customer),
  '',
  ...tasteLines(customer),
  ...evidenceLines(customer, look.timeZone),
  ...visitLines(customer, look.timeZone),
  ...recentLines(customer, look),
]

const headLines = (
  { customerId, userId, asOf, rhythm, consent }: CustomerView,
  silence: Silence | undefined,
  { timeZone }: CustomerLook,
): string[] => {
  const known = userId === undefined || customerId === `u:${userId}` ? '' : `, user ${userId}`
  return [
    `${printable(customerId + known)}, as of ${shopMinute(Date.parse(asOf), timeZone)} ${timeZone}`,
    '',
    ...(silence === undefined ? [] : tierLines(silence, timeZone)),
    `orders    ${ordersText(rhythm, timeZone)}`,
    `consent   ${consent === undefined ? 'not said' : consentText(consent)}`,
  ]
}

const ordersText = (rhythm: CustomerView['rhythm'], timeZone: string): string => {
  if (rhythm === null) return 'none'
  const [first, last] = [rhythm.firstAt, rhythm.lastAt].map((at) =>
    shopDay(Date.parse(at), timeZone),
  )
  if (rhythm.repeatDays === 0) return `${rhythm.orders}, on ${last}`
  return `${rhythm.orders} on ${rhythm.repeatDays + 1} days, from ${first} to ${last}`
}

const consentText = ({ analytics, marketing }: NonNullable<CustomerView['consent']>): string =>
  `analytics ${said(analytics)}, marketing ${said(marketing)}`

const said = (choice: boolean | undefined): string =>
  choice === undefined ? 'not said' : choice ? 'yes' : 'no'

const STAGES = ['healthy', 'light', 'moderate', 'heavy', 'lost'] as const

const tierLines = (silence: Silence, timeZone: string): string[] => {
  const { rhythm, now, stage, lifecycle, atRiskSince, milestones } = silence
  const { risk, riskAtLastOrder } = silence
  const passed = milestones[stage - 1]?.at ?? null
  const since = passed === null ? '' : ` since ${shopMinute(passed, timeZone)}`
  const first =
    stage > 1 && atRiskSince !== null ? `, at risk since ${shopDay(atRiskSince, timeZone)}` : ''
  const { scoring, heldSince } = silence
  const { horizonDays } = scoring.policy
  return [
    `tier      ${STAGES[stage]}${since}${first}`,
    ...(heldSince === null ? [] : [heldLine(heldSince, timeZone)]),
    `lifecycle ${lifecycle.replace('_', ' ')}`,
    `silence   ${daysBetween(rhythm.lastAt, now).toFixed(1)} days since order ${printable(rhythm.lastOrderId)}`,
    `risk      ${risk.toFixed(2)} that no order comes within ${horizonDays} days ` +
      `(${riskAtLastOrder.toFixed(2)} right after an order)`,
  ]
}

const heldLine = (since: number, timeZone: string): string =>
  `held      the source of their orders is silent since ${shopMinute(since, timeZone)}: no alert`

const noSilence = ({ rhythm }: CustomerView): string[] =>
  rhythm === null
    ? ['No valid order yet: who never ordered cannot stop ordering.']
    : [
        'The scorer has not read these orders yet, so there is no tier and no curve.',
        '`ebb topics` shows how far behind it is.',
      ]

const silenceLines = (silence: Silence, look: CustomerLook): string[] => [
  'Risk against days since the last order, if no other comes:',
  '',
  ...silenceChart(silence, look.columns),
  '',
  ...milestoneLines(silence, look),
]

const milestoneLines = (silence: Silence, { timeZone }: CustomerLook): string[] => {
  const columns = [
    { title: 'tier' },
    { title: 'from risk', align: 'right' },
    { title: 'reached' },
    { title: 'days of silence', align: 'right' },
    { title: '' },
  ] as const
  const rows = silence.milestones.map((milestone) => {
    const { name, threshold, at } = milestone
    return [
      name,
      threshold?.toFixed(3) ?? '–',
      at === null ? '–' : shopMinute(at, timeZone),
      at === null ? '–' : daysBetween(silence.rhythm.lastAt, at).toFixed(1),
      whenOf(milestone, silence.now),
    ]
  })
  return textTable(columns, rows)
}

const whenOf = ({ at, isPassed }: Milestone, now: number): string => {
  if (isPassed) return 'passed'
  if (at === null) return 'not before lost'
  return at > now ? `in ${duration(at - now)}` : 'at the next tick'
}

type Totals = CustomerView['windows']['lifetime']

const ROWS: readonly (readonly [keyof Totals, string])[] = [
  ['orders', 'orders'],
  ['grossMinor', 'revenue, gross'],
  ['refundedMinor', 'refunded'],
  ['netMinor', 'revenue, net'],
  ['discountMinor', 'discount'],
  ['units', 'pieces'],
  ['refunds', 'refunds'],
  ['sessions', 'sessions'],
  ['dwellSeconds', 'minutes in them'],
  ['bounces', 'bounces'],
  ['pageViews', 'page views'],
  ['productViews', 'product views'],
  ['listViews', 'list views'],
  ['searches', 'searches'],
  ['cartAdds', 'added to cart'],
  ['cartRemoves', 'removed from cart'],
  ['wishlistAdds', 'added to wishlist'],
  ['checkouts', 'checkouts'],
  ['ticketsOpened', 'tickets opened'],
  ['paymentFailures', 'payments failed'],
  ['pageErrors', 'page errors'],
  ['couponDenials', 'coupons denied'],
  ['lateDeliveries', 'late deliveries'],
  ['emptySearches', 'searches in vain'],
  ['reviews', 'reviews'],
  ['lowRatings', 'low ratings'],
]

/** What never happened has no row, but for orders. */
const windowLines = ({ windows, currency }: CustomerView): string[] => {
  const { d1, d7, d30, d90, lifetime } = windows
  const columns = ['today', '7 days', '30 days', '90 days', 'all'].map(
    (title) => ({ title, align: 'right' }) as const,
  )
  const rows = ROWS.filter(([name]) => name === 'orders' || lifetime[name] !== 0)
  const cells = rows.map(([name, text]) => {
    const isMoney = name.endsWith('Minor')
    const amount = name === 'dwellSeconds' ? inMinutes : inUnits
    const shown = [d1, d7, d30, d90, lifetime].map((totals) =>
      isMoney ? moneyText(totals[name], currency) : amount(totals[name]),
    )
    return [isMoney ? `${text}, ${currency}` : text, ...shown]
  })
  return textTable([{ title: 'windows' }, ...columns], cells)
}

const inUnits = (count: number): string => count.toLocaleString('en-US')

const inMinutes = (seconds: number): string => inUnits(Math.round(seconds / 60))

const recentLines = ({ recent }: CustomerView, { timeZone }: CustomerLook): string[] => [
  'last events',
  ...recent.map(
    ({ name, occurredAt }) =>
      `  ${shopMinute(Date.parse(occurredAt), timeZone)}  ${printable(name)}`,
  ),
]
