import { EVENTS } from '@ebb/contracts/topics'
import { dayOf } from '@ebb/customer/calendar'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import { CodedError } from '@ebb/runtime/coded-error'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { faultText } from '../fault-text.ts'
import { readEbbOrders } from '../reconcile/ebb-orders.ts'
import { reconcileLines } from '../reconcile/reconcile-lines.ts'
import { reconcileOrders } from '../reconcile/reconcile-orders.ts'
import { reconcileView } from '../reconcile/reconcile-view.ts'
import { parseShopColumns, readShopOrders } from '../reconcile/shop-orders.ts'
import { readReplayFile } from '../replay/replay-file.ts'
import { withData } from './data-folder.ts'
import { lagOf, standingsOf } from './standing.ts'

interface ReconcileOptions {
  readonly map?: string
  readonly timeZone?: string
  readonly data: string
  readonly all?: true
  readonly json?: true
}

const EXAMPLES = `
Columns: order and amount; beside them time, customer, status (cancelled or
refunded), refunded (the amount paid back). Amounts are in the shop's currency.

Exit code: 0 where all agree, 1 where something differs or a row cannot be used,
2 where nothing could be compared.

Examples:
  $ ebb reconcile orders.csv --map order=Number,amount=Total,time=Date
  $ ebb reconcile orders.csv --map order=Id,amount=Sum,status=State --json | jq .accuracyPercent
`

/** `ebb reconcile FILE`: does Ebb have the orders that the shop has? */
export const reconcileCommand = (context: CliContext): Command =>
  new Command('reconcile')
    .description("compare Ebb's orders with the shop's own: accuracy, and every difference")
    .argument('<file>', "CSV of the shop's orders, a row each, gzipped or not")
    .option('--map <columns>', 'order=…,amount=…, and time=, customer=, status=, refunded=')
    .option('--time-zone <zone>', "of times without an offset; the shop's unless given")
    .option('--data <folder>', 'data folder', context.dataFolder)
    .option('--all', 'list every difference, not the first 20 of each kind')
    .option('--json', 'print one JSON object with all of it; money in minor units')
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: ReconcileOptions) =>
      reconcile(context, file, options).catch((error: Error) => {
        context.tell(faultText(error))
        context.exitCode(2)
      }),
    )

const reconcile = async (
  context: CliContext,
  path: string,
  { map, timeZone, data, all, json }: ReconcileOptions,
): Promise<void> => {
  if (map === undefined) throw noColumns()
  const columns = parseShopColumns(map)
  if (timeZone !== undefined) dayOf(0, timeZone) // Throws for an unknown zone.
  const file = await readReplayFile(path)
  const found = await withData(context, data, async (engines, shop) => {
    const read = { timeZone: timeZone ?? shop.timeZone, currency: shop.currency }
    const shopFile = readShopOrders(file, { columns, ...read, now: Date.now() })
    const standings = await standingsOf(engines, { name: FEATURES_PROCESSOR, input: EVENTS })
    const orders = await readEbbOrders(engines, await engines.log.partitions(EVENTS))
    const recordsBehind = standings && lagOf(standings)
    return { path, shop, shopFile, recordsBehind, result: reconcileOrders(shopFile, orders) }
  })
  if (json) context.print(JSON.stringify(reconcileView(found)))
  else for (const line of reconcileLines(found, all === true)) context.print(line)
  const { result, shopFile } = found
  if (result.differences.length + shopFile.refused.length > 0) context.exitCode(1)
}

const noColumns = (): CodedError =>
  new CodedError('EBB_REPLAY_OPTION', {
    what: 'The columns of the CSV file are not named',
    where: '--map',
    fix: 'Add --map order=COLUMN,amount=COLUMN; beside these there may be time, customer, status, refunded',
  })
