import type { AlertRecord } from '@ebb/contracts/alert-record'
import { moneyText } from './money-text.ts'
import { daysBetween, shopMinute } from './shop-time.ts'
import { painted, printable } from './terminal-text.ts'

/** For whom an alert is written. */
export interface AlertLook {
  /** Colours, for a person. */
  readonly isTerminal: boolean
  readonly timeZone: string
  /** Of the shop, ISO 4217. */
  readonly currency: string
}

/**
 * An alert as one line: when it was raised, the tier from→to, the customer, whole days from the
 * order that the silence follows to the crossing (or to the order that ended it), the risk, `by visits`
 * where these began it, what the silence is expected to cost, why.
 */
export const alertLine = (alert: AlertRecord, look: AlertLook): string =>
  [
    shopMinute(alert.raisedAt, look.timeZone),
    painted(change(alert).padEnd(WIDEST_CHANGE), COLOURS[colourOf(alert)], look),
    printable(alert.customerId),
    silence(alert),
    `risk ${alert.risk.toFixed(2)}`,
    ...(alert.signal === undefined ? [] : [`by ${alert.signal}`]),
    ...(isSilent(alert) ? [...loss(alert, look), `why ${weightiest(alert)}`] : []),
  ].join('  ')

/** A sign for what nobody knows keeps lines short. */
const weightiest = ({ reasons: [first] }: AlertRecord): string =>
  first === undefined || first.code === 'UNKNOWN' ? '?' : first.code

/** Alerts of earlier versions say nothing of it. */
const loss = ({ expectedLoss }: AlertRecord, { currency }: AlertLook): string[] =>
  expectedLoss === null ? [] : [`loss ${moneyText(expectedLoss, currency)} ${currency}`]

const isSilent = ({ kind }: AlertRecord): boolean => kind === 'at_risk' || kind === 'lost'

const silence = (alert: AlertRecord): string => {
  const { kind, silentSince, crossedAt } = alert
  // It never was, so it has no length.
  if (kind === 'withdrawn') return kind
  const days = Math.floor(daysBetween(silentSince, crossedAt))
  return `${isSilent(alert) ? 'quiet' : kind} ${String(days).padStart(3)} d`
}

const WIDEST_CHANGE = 'moderate→healthy'.length

const change = ({ kind, tier, previousTier }: AlertRecord): string =>
  `${previousTier}→${kind === 'lost' ? 'lost' : tier}`

const COLOURS = {
  healthy: 'green',
  light: 'yellow',
  moderate: 'magenta',
  heavy: 'red',
  lost: 'gray',
} as const

const colourOf = ({ kind, tier }: AlertRecord): keyof typeof COLOURS =>
  kind === 'lost' ? 'lost' : tier
