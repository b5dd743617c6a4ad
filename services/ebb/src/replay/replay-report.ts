import type { AlertRecord } from '@ebb/contracts/alert-record'
import { moneyText } from '../commands/money-text.ts'
import type { ReplayResult } from './run-replay.ts'

/** What a replay came to, as lines for a person; `look` are the options that name its place. */
export const replayReport = (
  { summary, alerts, copies }: ReplayResult,
  { timeZone, look }: { timeZone: string; look: string },
): string[] => {
  const { customers, orders, refunds, rejects, revenue } = summary
  return [
    row('customers with an order', count(customers)),
    row('orders', count(orders)),
    row('refunds', count(refunds)),
    row('copies, counted once', count(copies)),
    row('revenue, gross', `${moneyText(revenue.amount, revenue.currency)} ${revenue.currency}`),
    row('rows refused', count(rejects)),
    '',
    ...alertTable(alerts, timeZone),
    '',
    row('came back after an alert', count(summary.recovered)),
    row('lost', count(summary.lost)),
    row('silent at the end', count(summary.silent)),
    '',
    `states  ${summary.statesDigest}`,
    `digest  ${summary.digest}`,
    '',
    'Look closer:',
    `  npx ebb alerts ${look}`,
    `  npx ebb customer KEY ${look}`,
  ]
}

const WIDTH = 28

const row = (name: string, value: string): string => `${name.padEnd(WIDTH)}${value.padStart(16)}`

const count = (value: number): string => value.toLocaleString('en-US')

const TIERS = ['light', 'moderate', 'heavy'] as const

/** One line a month: alerts by tier, recoveries, losses. */
const alertTable = (alerts: readonly AlertRecord[], timeZone: string): string[] => {
  const month = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit' })
  const byMonth = Map.groupBy(alerts, ({ raisedAt }) => month.format(raisedAt))
  const cells = (some: readonly AlertRecord[]): number[] => [
    ...TIERS.map((tier) => some.filter((a) => a.kind === 'at_risk' && a.tier === tier).length),
    some.filter(({ kind }) => kind === 'recovered').length,
    some.filter(({ kind }) => kind === 'lost').length,
  ]
  const line = (name: string, values: readonly (string | number)[]): string =>
    name.padEnd(9) + values.map((value) => String(value).padStart(11)).join('')
  return [
    line('alerts', [...TIERS, 'recovered', 'lost']),
    ...[...byMonth]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, some]) => line(name, cells(some))),
    line('all', cells(alerts)),
  ]
}
