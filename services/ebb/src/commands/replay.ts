import { dirname, join } from 'node:path'
import { isCurrency } from '@ebb/contracts/currency'
import { EMBEDDED_PARTITIONS } from '@ebb/contracts/topics'
import { DAY_MS, dayOf } from '@ebb/customer/calendar'
import { CodedError } from '@ebb/runtime/coded-error'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { CliContext } from '../cli-context.ts'
import type { EbbConfig } from '../config.ts'
import { FORMATS, type Format } from '../replay/read-rows.ts'
import { parseRepeats, parseSendOrder } from '../replay/replay-plan.ts'
import { replayReport } from '../replay/replay-report.ts'
import { type ReplayProgress, runReplay } from '../replay/run-replay.ts'
import { lookOptions, namespaceBelow } from './data-folder.ts'
import { type BarLook, progressBar } from './progress-bar.ts'
import { runResumable } from './run-resumable.ts'

interface ReplayOptions {
  readonly format: Format
  readonly map?: string
  readonly currency: string
  readonly timeZone: string
  readonly order: string
  readonly repeat?: string
  readonly partitions: number
  readonly data: string
  readonly fresh?: true
  readonly json?: true
}

const EXAMPLES = `
Examples:
  $ ebb replay examples/cdnow_sample.txt --format cdnow
  $ ebb replay orders.csv --format csv --map customer=Email,order=Number,time=Date,amount=Total
`

/** `ebb replay FILE`: what would Ebb have seen in a file of past orders? */
export const replayCommand = (context: CliContext, config: EbbConfig): Command =>
  new Command('replay')
    .description('replay a file of past orders on its own clock, and show the alerts it gives')
    .argument('<file>', 'the file, gzipped or not')
    .addOption(
      new Option('--format <format>', 'what kind of file').choices(FORMATS).makeOptionMandatory(),
    )
    .option('--map <columns>', 'csv: customer=…,order=…,time=…,amount=…')
    .option('--currency <code>', 'csv: currency of the amounts', config.currency)
    .option('--time-zone <zone>', 'time zone of the shop', 'UTC')
    .option('--order <order>', 'send in the order time, file, reverse or shuffle-day:SEED', 'time')
    .option('--repeat <percent:seed>', 'send some rows twice')
    .option(
      '--partitions <number>',
      'partitions of its topics; more take longer, and change no result',
      parsePartitions,
      EMBEDDED_PARTITIONS,
    )
    .option(
      '--data <folder>',
      'where replays are kept',
      join(dirname(context.dataFolder), 'replays'),
    )
    .option('--fresh', 'forget an earlier replay of this file with these options')
    .option('--json', 'end with one line of JSON')
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: ReplayOptions) => replay(context, file, options))

const parsePartitions = (text: string): number => {
  const partitions = Number(text)
  if (/^\d+$/.test(text) && partitions >= 1 && partitions <= 1_000) return partitions
  throw new InvalidArgumentError('Give a whole number from 1 to 1000.')
}

const replay = async (context: CliContext, path: string, options: ReplayOptions): Promise<void> => {
  const { format, map, currency, timeZone } = options
  if (!isCurrency(currency)) throw unknownCurrency(currency)
  dayOf(0, timeZone) // Throws for an unknown zone, before anything is begun.
  const bar = progressBar(context.isTerminal && !options.json, DAYS_OF_THE_FILE)
  const request = {
    ...{ path, format, map, currency, timeZone },
    now: Date.now(),
    order: parseSendOrder(options.order),
    repeats: options.repeat === undefined ? undefined : parseRepeats(options.repeat),
    root: { folder: options.data, namespace: namespaceBelow(context, 'replay') },
    partitions: options.partitions,
    fresh: options.fresh === true,
  }
  const result = await runResumable(context, bar, (watched) =>
    runReplay(context.engines, { ...request, ...watched }),
  )
  if (result === undefined) return
  if (options.json) context.print(JSON.stringify(result.summary))
  else
    for (const line of replayReport(result, { timeZone, look: lookOptions(context, result.place) }))
      context.print(line)
}

const unknownCurrency = (code: string): CodedError =>
  new CodedError('EBB_REPLAY_OPTION', {
    what: 'This currency is not known',
    where: `--currency ${code}`,
    fix: 'Write an ISO 4217 code in capitals, like EUR',
  })

const DAYS_OF_THE_FILE: BarLook<ReplayProgress> = {
  format: 'replaying  {bar}  {day}',
  reading: ({ from, clock, until }) => ({
    done: Math.max(0, (clock - from) / DAY_MS),
    total: (until - from) / DAY_MS,
    named: { day: new Date(Math.max(clock, from)).toISOString().slice(0, 10) },
  }),
}
