import { AlertRecord } from '@ebb/contracts/alert-record'
import { messageCodec } from '@ebb/contracts/message-codec'
import { ALERTS } from '@ebb/contracts/topics'
import type { RetryOptions } from '@ebb/streaming/retry'
import { Command, Option } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { alertLine } from './alert-line.ts'
import { customerKeys } from './customer-key.ts'
import { withData } from './data-folder.ts'
import { type GivenInstant, parseInstant } from './shop-time.ts'
import { type TopicSource, topicMessages } from './topic-messages.ts'
import { type LogReader, untilAborted, waitingLog } from './waiting-log.ts'

interface AlertsOptions {
  readonly data: string
  readonly follow?: true
  readonly kind?: readonly AlertRecord['kind'][]
  readonly tier?: readonly AlertRecord['tier'][]
  readonly customer?: string
  readonly since?: GivenInstant
  readonly json?: true
}

const KINDS: readonly AlertRecord['kind'][] = [
  'at_risk',
  'recovered',
  'lost',
  'withdrawn',
  'reopened',
]
const TIERS: readonly AlertRecord['tier'][] = ['healthy', 'light', 'moderate', 'heavy']

const EXAMPLES = `
One line an alert: when it was raised (on the shop's clocks), the tier from→to,
the customer, the days of silence, the risk that no order comes, what that is
expected to cost, and why: the weightiest reason, \`?\` where none was heard.

Examples:
  $ ebb alerts --tier heavy --since 2026-03-01
  $ ebb alerts --follow --json | jq .customerId
`

/** `ebb alerts`: who went quiet, who came back. */
export const alertsCommand = (context: CliContext): Command =>
  new Command('alerts')
    .description('list the silence alerts in the order they were raised')
    .option('--follow', 'go on with new alerts until Ctrl-C')
    .addOption(new Option('--kind <kind...>', 'only these kinds').choices(KINDS))
    .addOption(
      new Option(
        '--tier <tier...>',
        'only with this tier afterwards; lost counts as heavy',
      ).choices(TIERS),
    )
    .option('--customer <key>', 'only of this customer: a key (u:… or a:…) or an id')
    .option('--since <day or instant>', 'only alerts raised since then', parseInstant)
    .option('--data <folder>', 'data folder', context.dataFolder)
    .option('--json', 'print the alert records, one line of JSON each')
    .addHelpText('after', EXAMPLES)
    .action((options: AlertsOptions) => listAlerts(context, options))

const listAlerts = async (context: CliContext, options: AlertsOptions): Promise<void> => {
  const follow = options.follow === true
  let heard = 0
  let shown = 0
  await withData(context, options.data, async ({ log }, { timeZone, currency }) => {
    const matches = filterOf(options, timeZone)
    const look = { isTerminal: context.isTerminal, timeZone, currency }
    if (follow && context.isTerminal) context.tell('Following the alerts; Ctrl-C ends.')
    const span = { follow, signal: context.interrupted }
    const onRetry = context.notices.sayFault
    const source = follow ? waitingLog(log, { signal: span.signal, onRetry }) : log
    for await (const alert of untilAborted(topicMessages(alertSource(source), span))) {
      heard += 1
      if (!matches(alert)) continue
      shown += 1
      context.print(options.json ? JSON.stringify(alert) : alertLine(alert, look))
    }
  })
  if (context.interrupted.aborted) context.exitCode(130)
  else if (shown === 0) context.tell(heard === 0 ? NONE_YET : noneMatches(heard))
}

const NONE_YET =
  'No alerts yet: nobody was quiet for long enough. `ebb customer KEY` shows when one will be.'

const noneMatches = (heard: number): string =>
  `Nothing matches. Alerts in all: ${heard.toLocaleString('en-US')}.`

const filterOf = (
  { kind, tier, customer, since }: AlertsOptions,
  timeZone: string,
): ((alert: AlertRecord) => boolean) => {
  const from = since?.(timeZone) ?? 0
  const keys = customer === undefined ? undefined : customerKeys(customer)
  return (alert) =>
    alert.raisedAt >= from &&
    (kind?.includes(alert.kind) ?? true) &&
    (tier?.includes(alert.tier) ?? true) &&
    (keys?.includes(alert.customerId) ?? true)
}

const { decode } = messageCodec(AlertRecord)

const alertSource = (log: LogReader): TopicSource<AlertRecord> => ({
  log,
  topic: ALERTS,
  decode,
  instantOf: ({ raisedAt }) => raisedAt,
  identityOf: ({ alertId }) => alertId,
})

/**
 * Alerts that are raised from now on, all partitions, without copies, until `signal` aborts. Looks
 * four times a second; while the log is away it waits. Throws `EBB_RECORD_UNREADABLE`.
 */
export const followAlerts = (
  log: LogReader,
  { signal, onRetry }: Pick<RetryOptions, 'signal' | 'onRetry'>,
): AsyncGenerator<AlertRecord, void> => {
  const source = alertSource(waitingLog(log, { signal, onRetry }))
  return untilAborted(topicMessages(source, { fromEnd: true, follow: true, signal }))
}
