import type { Installation } from '@ebb/contracts/installation'
import type { Place } from '@ebb/streaming/engines'
import type { CliContext } from '../cli-context.ts'
import type { Composition } from '../composition.ts'
import type { RecordsServices } from '../records-services.ts'
import { lookOptions } from './data-folder.ts'

/** What there is to say when all services run. */
export interface StartNotice extends Composition, Partial<RecordsServices> {
  readonly place: Place
  readonly installation: Installation
  readonly writeKey: string
  /** To sign in to the dashboard with; absent where it was shown before. */
  readonly adminToken?: string | undefined
}

/** The lines of `ebb up`. */
export const startNotice = (context: CliContext, notice: StartNotice): string[] => [
  'Ebb is up, on the wall clock.',
  '',
  ...parts(context, notice),
  '',
  ...dashboard(context, notice),
  ...firstEvent(notice),
  '',
  'Alerts as they happen (the first one takes about a month of silence). Ctrl-C stops Ebb.',
]

/** The lines of `ebb demo`. */
export const demonstrationNotice = (context: CliContext, notice: StartNotice): string[] => [
  'DEMONSTRATION: a simulated shop with 120 days of history, a day a second. Nothing here is real.',
  '',
  ...parts(context, notice),
  '',
  ...dashboardOfVisitor(notice),
  ...firstEvent(notice),
  '',
  `Look at a customer:  npx ebb customer u:shopper-12 ${lookOptions(context, notice.place)}`,
  'For your own shop:   npx ebb up',
  '',
  'Alerts as they happen. Ctrl-C stops; the same command goes on where it stopped.',
]

const parts = ({ engines, records }: CliContext, notice: StartNotice): string[] => {
  const { place, collector, features, installation, retention, insights } = notice
  const rows = [
    ['event log', engines.names.log],
    ['state store', engines.names.store],
    ...(insights ? [['records', records!.name] as const] : []),
    ['collector', collector.url],
    ['features', features.url],
    ['scorer', 'in this process'],
    ...(retention ? [['retention', retention.url] as const] : []),
    ...(insights ? [['dashboard', insights.url] as const] : []),
    ['data folder', place.folder],
    ['time zone', installation.timeZone],
    ['currency', installation.currency],
    ['write key', notice.writeKey],
  ] as const
  return rows.map(([name, value]) => `  ${name.padEnd(14)}${value}`)
}

/** A token that was made stands here once; afterwards only its hash is kept. */
const dashboard = (
  { engines }: CliContext,
  { insights, adminToken, place }: StartNotice,
): string[] => {
  if (insights === undefined)
    return ['No dashboard and no win-backs: these need PostgreSQL (EBB_POSTGRES).', '']
  const folder = engines.shared === undefined ? ` --data ${place.folder}` : ''
  return adminToken === undefined
    ? [
        `Dashboard: ${insights.url}`,
        `  a token for it:  npx ebb keys create --source NAME --role admin${folder}`,
        '',
      ]
    : [
        `Dashboard: ${insights.url}`,
        `  sign in with  ${adminToken}`,
        '  Keep this token: it is shown only now, for Ebb keeps only its hash.',
        '',
      ]
}

const dashboardOfVisitor = ({ insights, adminToken }: StartNotice): string[] =>
  insights === undefined ? [] : [`Open the dashboard:  ${insights.url}/#token=${adminToken}`, '']

const firstEvent = ({ collector, writeKey }: StartNotice): string[] => [
  'Send an event:',
  `  curl ${collector.url}/v1/events -H 'Authorization: Bearer ${writeKey}' \\`,
  `    -d '{"event":"Order Completed","userId":"me","properties":{"order_id":"1","total":"19.90"}}'`,
]
