import { TOPICS } from '@ebb/contracts/topics'
import type { ReadEngines } from '@ebb/streaming/engines'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { withData } from './data-folder.ts'
import { shopSecond } from './shop-time.ts'
import { lagOf, PROCESSORS, type Processor, type Standing, standingsOf } from './standing.ts'
import { textTable } from './text-table.ts'
import { type NewShop, topicsApplyCommand } from './topics-apply.ts'

interface TopicsOptions {
  readonly data: string
  readonly json?: true
}

const EXAMPLES = `
Examples:
  $ ebb topics
  $ ebb topics --json | jq '.processors[] | {name, lag}'
`

/** `ebb topics`: how much is in the log, and how far the processors are. */
export const topicsCommand = (context: CliContext, shop: NewShop): Command =>
  new Command('topics')
    .description('show the topics, and how many records each processor is behind')
    .option('--data <folder>', 'data folder', context.dataFolder)
    .option('--json', 'print one JSON object; instants in ms since 1970')
    .addHelpText('after', EXAMPLES)
    .addCommand(topicsApplyCommand(context, shop))
    .action((options: TopicsOptions) => showTopics(context, options))

const showTopics = async (context: CliContext, { data, json }: TopicsOptions): Promise<void> => {
  const { topics, processors, timeZone } = await withData(context, data, async (engines, shop) => ({
    timeZone: shop.timeZone,
    topics: await Promise.all(TOPICS.map(({ name }) => sizeOf(engines, name))),
    processors: await Promise.all(PROCESSORS.map((processor) => progressOf(engines, processor))),
  }))
  if (json) return context.print(JSON.stringify({ topics, processors }))
  const lines = [...topicLines(topics, timeZone), '', ...processorLines(processors, timeZone)]
  for (const line of lines) context.print(line)
}

interface TopicSize {
  readonly name: string
  readonly partitions: number
  readonly records: number
  /** Of the youngest record, on the process clock (ms); null in an empty topic. */
  readonly lastAppendAt: number | null
}

const sizeOf = async ({ log }: ReadEngines, name: string): Promise<TopicSize> => {
  const partitions = await log.partitions(name)
  let records = 0
  let lastAppendAt: number | null = null
  for (let partition = 0; partition < partitions; partition += 1) {
    const from = { topic: name, partition }
    const { end } = await log.read(from, 0, 1)
    const [last] = end === 0 ? [] : (await log.read(from, end - 1, 1)).records
    records += end
    if (last !== undefined) lastAppendAt = Math.max(lastAppendAt ?? 0, last.appendedAt)
  }
  return { name, partitions, records, lastAppendAt }
}

/** `standings` and `lag` are null where it never ran. */
interface Progress extends Processor {
  readonly lag: number | null
  readonly standings: readonly Standing[] | null
}

const progressOf = async (engines: ReadEngines, processor: Processor): Promise<Progress> => {
  const standings = await standingsOf(engines, processor)
  return {
    ...processor,
    lag: standings === undefined ? null : lagOf(standings),
    standings: standings ?? null,
  }
}

const topicLines = (topics: readonly TopicSize[], timeZone: string): string[] =>
  textTable(
    [
      { title: 'topic' },
      { title: 'partitions', align: 'right' },
      { title: 'records', align: 'right' },
      { title: `last append, ${timeZone}` },
    ],
    topics.map(({ name, partitions, records, lastAppendAt }) => [
      name,
      String(partitions),
      records.toLocaleString('en-US'),
      lastAppendAt === null ? 'empty' : shopSecond(lastAppendAt, timeZone),
    ]),
  )

const processorLines = (processors: readonly Progress[], timeZone: string): string[] =>
  textTable(
    [
      { title: 'processor' },
      { title: 'reads' },
      { title: 'records behind', align: 'right' },
      { title: `clock, ${timeZone}` },
    ],
    processors.map(({ name, input, lag, standings }) => [
      name,
      input,
      lag === null ? '–' : lag.toLocaleString('en-US'),
      standings === null ? 'never ran' : clockText(standings, timeZone),
    ]),
  )

/** The clock of the partition that is furthest behind. */
const clockText = (standings: readonly Standing[], timeZone: string): string => {
  const slowest = Math.min(...standings.map(({ clock }) => clock))
  return slowest === 0 ? 'no tick read yet' : shopSecond(slowest, timeZone)
}
