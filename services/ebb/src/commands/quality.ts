import type { QualityDay, QualityPage } from '@ebb/contracts/dashboard-api'
import { dayOf } from '@ebb/customer/calendar'
import { readQuality } from '@ebb/insights/quality/quality-page'
import { prepareInsights } from '@ebb/insights/read-models'
import { Command, InvalidArgumentError } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { placeClock } from './place-clock.ts'
import { withRecords } from './service-records.ts'
import { painted, printable } from './terminal-text.ts'
import { textTable } from './text-table.ts'

interface QualityOptions {
  readonly data: string
  readonly from?: string
  readonly to?: string
  readonly source?: string
  readonly json?: true
}

const EXAMPLES = `
What each fault means and how to mend it: docs/data-quality.md.

Examples:
  $ ebb quality --source storefront --from 2026-06-01
  $ ebb quality --json | jq '.days[] | select(.measures[0].isBad) | {day, source}'
`

/** `ebb quality`: how good the events are that come, by source and day. */
export const qualityCommand = (context: CliContext): Command =>
  new Command('quality')
    .description('how good the events are that come: by source and day, the worst first')
    .option('--from <day>', 'first day, such as 2026-06-01; six before the last unless given', day)
    .option('--to <day>', 'last day; today unless given', day)
    .option('--source <name>', 'only of this source')
    .option('--data <folder>', 'data folder', context.dataFolder)
    .option('--json', 'print one JSON object with all that is measured')
    .addHelpText('after', EXAMPLES)
    .action((options: QualityOptions) => showQuality(context, options))

const day = (text: string): string => {
  const instant = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00Z`) : Number.NaN
  if (instant >= 0 && new Date(instant).toISOString().startsWith(text)) return text
  throw new InvalidArgumentError('Give a day such as 2026-06-01.')
}

const showQuality = async (
  context: CliContext,
  { data, json, ...wish }: QualityOptions,
): Promise<void> => {
  const of = { folder: data, service: 'insights' } as const
  const page = await withRecords(context, of, async (postgres, { timeZone }) => {
    await prepareInsights(postgres)
    return readQuality(postgres, wish, dayOf(await placeClock(context, data), timeZone))
  })
  if (json) return context.print(JSON.stringify(page))
  if (page.days.length === 0) return context.tell(`Nothing came from ${page.from} to ${page.to}.`)
  for (const line of qualityLines(page, context)) context.print(line)
}

const qualityLines = ({ days }: QualityPage, context: CliContext): string[] =>
  textTable(
    [
      ...[{ title: 'day' }, { title: 'source' }],
      ...['accepted', 'refused', 'half within', '95 % within'].map((title) => ({
        ...{ title, align: 'right' as const },
      })),
      { title: 'beyond its limit, the worst first' },
    ],
    days.map((each) => [
      each.day,
      printable(each.source),
      ...[each.accepted, each.refused].map((count) => count.toLocaleString('en-US')),
      ...(each.lateness === undefined
        ? ['–', '–']
        : [span(each.lateness.p50Ms), span(each.lateness.p95Ms)]),
      faultsOf(each, context),
    ]),
  )

const faultsOf = ({ measures }: QualityDay, context: CliContext): string =>
  measures
    .filter(({ isBad }) => isBad)
    .map(({ measure, faulty, of }) => `${measure} ${percent(faulty / of)}`)
    .map((text) => painted(text, 'red', context))
    .join(', ')

const percent = (share: number): string =>
  share.toLocaleString('en-US', { style: 'percent', maximumFractionDigits: 1 })

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** A time as it stands at the end of an interval: whole days, hours, minutes or seconds. */
const span = (ms: number): string => {
  const [unit, length] = UNITS.find(([, length]) => ms >= length) ?? UNITS[3]
  return `${Math.round(ms / length)} ${unit}`
}
