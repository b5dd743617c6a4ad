import { writeFile } from 'node:fs/promises'
import { isCurrency } from '@ebb/contracts/currency'
import { dayOf } from '@ebb/customer/calendar'
import { backtest } from '@ebb/risk/grading/backtest'
import { cutBacktest } from '@ebb/risk/grading/cut-backtest'
import { CodedError } from '@ebb/runtime/coded-error'
import { Command, InvalidArgumentError, Option } from 'commander'
import { backtestLines, cutLines } from '../backtest/backtest-lines.ts'
import { backtestPage } from '../backtest/backtest-page.ts'
import { backtestPlan, checkCut } from '../backtest/backtest-plan.ts'
import { backtestView, cutView } from '../backtest/backtest-view.ts'
import { ordersOfFile, ordersOfLog, type ShopOrders } from '../backtest/shop-orders.ts'
import type { CliContext } from '../cli-context.ts'
import type { EbbConfig } from '../config.ts'
import { FORMATS, type Format } from '../replay/read-rows.ts'
import { withData } from './data-folder.ts'
import { type GivenInstant, parseInstant } from './shop-time.ts'

interface BacktestOptions {
  readonly log?: true
  readonly format?: Format
  readonly map?: string
  readonly currency: string
  readonly timeZone: string
  readonly data: string
  readonly cut?: GivenInstant
  readonly horizon: number
  readonly html?: string
  readonly json?: true
}

const EXAMPLES = `
Examples:
  $ ebb backtest examples/cdnow_sample.txt --format cdnow --html backtest.html
  $ ebb backtest orders.csv --format csv --map customer=Email,order=Number,time=Date,amount=Total
  $ ebb backtest --log --json | tail -1 | jq '.rules["ebb-light"]'
  $ ebb backtest examples/cdnow_sample.txt --format cdnow --cut 1997-09-30
`

/** `ebb backtest FILE`: what would Ebb have caught last year? */
export const backtestCommand = (
  context: CliContext,
  { currency }: Pick<EbbConfig, 'currency'>,
): Command =>
  new Command('backtest')
    .description(
      'play past orders through Ebb and through simple rules: what would it have caught?',
    )
    .argument('[file]', 'the file, gzipped or not')
    .option('--log', 'the orders of the running installation in place of a file')
    .addOption(new Option('--format <format>', 'what kind of file').choices(FORMATS))
    .option('--map <columns>', 'csv: customer=…,order=…,time=…,amount=…')
    .option('--currency <code>', 'csv: currency of the amounts', currency)
    .option('--time-zone <zone>', 'of a file: time zone of the shop', 'UTC')
    .option('--data <folder>', 'with --log: data folder', context.dataFolder)
    .option('--cut <day>', 'one cut at the end of this day, not every month', parseInstant)
    .option('--horizon <days>', 'an alert is right if no order follows in so many', parseDays, 90)
    .option('--html <file>', 'write a page with plots that opens offline')
    .option('--json', 'end with one line of JSON')
    .addHelpText('after', EXAMPLES)
    .action((file: string | undefined, options: BacktestOptions) =>
      runBacktest(context, file, options),
    )

const parseDays = (text: string): number => {
  const days = Number(text)
  if (/^\d+$/.test(text) && days >= 7 && days <= 365) return days
  throw new InvalidArgumentError('Give a whole number of days from 7 to 365.')
}

const runBacktest = async (
  context: CliContext,
  path: string | undefined,
  options: BacktestOptions,
): Promise<void> => {
  const { cut, horizon: horizonDays, html, json } = options
  if (cut !== undefined && html !== undefined)
    throw badOption('--html', 'It draws months, not a --cut', 'Leave one of them')
  const shop = await shopOrders(context, path, options)
  const print = (lines: readonly string[], view: object): void => {
    if (json) context.print(JSON.stringify(view))
    else for (const line of lines) context.print(line)
  }
  if (cut !== undefined) {
    const day = dayOf(cut(shop.timeZone), shop.timeZone)
    checkCut(shop, day, horizonDays)
    const result = cutBacktest(shop.customers, { day, horizonDays })
    print(cutLines(result, day, horizonDays), cutView(shop, result, { day, horizonDays }))
    return
  }
  const plan = backtestPlan(shop, horizonDays)
  const result = backtest({ customers: shop.customers, ...plan })
  if (html !== undefined) await writePage(html, backtestPage(shop, result))
  print(backtestLines(shop, result), backtestView(shop, result))
}

const shopOrders = (
  context: CliContext,
  path: string | undefined,
  options: BacktestOptions,
): Promise<ShopOrders> => {
  const { log, format, map, currency, timeZone, data } = options
  if ((path === undefined) === (log === undefined))
    throw badOption(
      'FILE or --log',
      'One of them has to be given, and only one',
      'Name a file, or add --log',
    )
  if (path === undefined) return withData(context, data, ordersOfLog)
  if (format === undefined)
    throw badOption(
      '--format',
      'The kind of the file is not named',
      `Add --format ${FORMATS.join(' or ')}`,
    )
  if (!isCurrency(currency))
    throw badOption(
      `--currency ${currency}`,
      'This currency is not known',
      'Write an ISO 4217 code in capitals, like EUR',
    )
  dayOf(0, timeZone) // Throws for an unknown zone.
  return ordersOfFile(path, { format, map, currency, timeZone, now: Date.now() })
}

const badOption = (where: string, what: string, fix: string): CodedError =>
  new CodedError('EBB_REPLAY_OPTION', { what, where, fix })

const writePage = async (path: string, page: string): Promise<void> => {
  try {
    await writeFile(path, page)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const what = `The page cannot be written (${code})`
    const fix = 'Name a file in a folder that exists and that you may write'
    throw new CodedError('EBB_REPLAY_OPTION', { what, where: `--html ${path}`, fix }, { cause })
  }
}
