import { messageCodec } from '@ebb/contracts/message-codec'
import { RejectRecord } from '@ebb/contracts/reject-record'
import { REJECTS } from '@ebb/contracts/topics'
import type { EventLog } from '@ebb/streaming/event-log'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { withData } from './data-folder.ts'
import { payloadText } from './payload-text.ts'
import { shopMinute, shopSecond } from './shop-time.ts'
import { painted, printable } from './terminal-text.ts'
import { textTable } from './text-table.ts'
import { type TopicSource, topicMessages } from './topic-messages.ts'

interface RejectsOptions {
  readonly data: string
  readonly follow?: true
  readonly source?: string
  readonly code?: string
  readonly json?: true
}

const EXAMPLES = `
Examples:
  $ ebb rejects --source storefront
  $ ebb rejects --code EBB_EVENT_TOO_OLD --json | jq -r '.payload | @base64d'
`

/** `ebb rejects`: what was refused, and why. */
export const rejectsCommand = (context: CliContext): Command =>
  new Command('rejects')
    .description('list the records that were refused: when, from where, why, and how to mend it')
    .option('--follow', 'go on with new ones until Ctrl-C')
    .option('--source <name>', 'only of this source')
    .option('--code <code>', 'only with this error code')
    .option('--data <folder>', 'data folder', context.dataFolder)
    .option('--json', 'print the reject records, one line of JSON each')
    .addHelpText('after', EXAMPLES)
    .action((options: RejectsOptions) => listRejects(context, options))

const listRejects = async (context: CliContext, options: RejectsOptions): Promise<void> => {
  const follow = options.follow === true
  const counts = new Map<string, CodeCount>()
  let heard = 0
  await withData(context, options.data, async ({ log }, { timeZone }) => {
    if (follow && context.isTerminal) context.tell('Following the rejects; Ctrl-C ends.')
    const span = { follow, signal: context.interrupted }
    for await (const reject of topicMessages(rejectSource(log), span)) {
      heard += 1
      if (!matches(reject, options)) continue
      const { code, receivedAt } = reject
      const before = counts.get(code) ?? { count: 0, last: 0 }
      counts.set(code, { count: before.count + 1, last: Math.max(before.last, receivedAt) })
      if (options.json) context.print(JSON.stringify(reject))
      else for (const line of rejectLines(reject, context, timeZone)) context.print(line)
    }
    if (!options.json && counts.size > 0)
      for (const line of countLines(counts, timeZone)) context.print(line)
  })
  if (context.interrupted.aborted) context.exitCode(130)
  else if (counts.size === 0) context.tell(heard === 0 ? NONE_YET : noneMatches(heard))
}

const NONE_YET = 'No rejects: everything that was sent could be used.'

const noneMatches = (heard: number): string =>
  `Nothing matches. Rejects in all: ${heard.toLocaleString('en-US')}.`

const matches = (reject: RejectRecord, { source, code }: RejectsOptions): boolean =>
  (source === undefined || reject.source === source) && (code === undefined || reject.code === code)

/** Four lines and an empty one. */
const rejectLines = (
  { source, code, message, where, receivedAt, payload, payloadBytes }: RejectRecord,
  context: CliContext,
  timeZone: string,
): string[] => {
  const size = `${payloadBytes.toLocaleString('en-US')} bytes  `
  const room = Math.max(context.columns - INDENT.length - size.length, NARROWEST_PAYLOAD)
  const shown = payloadText(Buffer.from(payload, 'base64'), room)
  return [
    `${shopSecond(receivedAt, timeZone)}  ${painted(code, 'red', context)}  from ${printable(source)}`,
    `${INDENT}${printable(message)}`,
    `${INDENT}at ${printable(where)}`,
    `${INDENT}${size}${shown}`,
    '',
  ]
}

const INDENT = '  '
const NARROWEST_PAYLOAD = 20

interface CodeCount {
  readonly count: number
  /** Instant of the last one, ms. */
  readonly last: number
}

const countLines = (counts: ReadonlyMap<string, CodeCount>, timeZone: string): string[] =>
  textTable(
    [{ title: 'rejects', align: 'right' }, { title: 'code' }, { title: 'last' }],
    [...counts]
      .sort(([, a], [, b]) => b.count - a.count)
      .map(([code, { count, last }]) => [
        count.toLocaleString('en-US'),
        code,
        shopMinute(last, timeZone),
      ]),
  )

const { decode } = messageCodec(RejectRecord)

const rejectSource = (log: Pick<EventLog, 'partitions' | 'read'>): TopicSource<RejectRecord> => ({
  log,
  topic: REJECTS,
  decode,
  instantOf: ({ receivedAt }) => receivedAt,
  // The same bytes may be sent and refused again; a copy has the same origin and instant.
  identityOf: ({ id, where, receivedAt }) => JSON.stringify([id, where, receivedAt]),
})
