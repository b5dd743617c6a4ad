import { topicsOf } from '@ebb/contracts/topics'
import { wallClock } from '@ebb/runtime/clock'
import { CodedError } from '@ebb/runtime/coded-error'
import { pinInstallation } from '@ebb/runtime/installation'
import type { TopicPlan } from '@ebb/streaming/engines'
import { retryWithin } from '@ebb/streaming/retry'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import type { EbbConfig } from '../config.ts'
import { installationAt, topicsInGeneration } from '../installation.ts'
import { placeOf } from './data-folder.ts'
import { textTable } from './text-table.ts'

/** What an installation is begun with. */
export type NewShop = Pick<EbbConfig, 'timeZone' | 'currency'>

interface ApplyOptions {
  readonly data: string
  readonly dryRun?: true
}

const EXAMPLES = `
The same command may be given again: it changes only what differs. Another number of
partitions is refused, because all states are bound to it.

Examples:
  $ ebb topics apply --kafka localhost:9092 --redis redis://localhost:6379 --dry-run
  $ EBB_TIME_ZONE=Europe/Berlin EBB_CURRENCY=EUR ebb topics apply
`

/** `ebb topics apply`: makes the topics on Kafka, and begins the installation. */
export const topicsApplyCommand = (context: CliContext, shop: NewShop): Command =>
  new Command('apply')
    .description('make the topics on Kafka: shows the plan, then carries it out')
    .option('--dry-run', 'show the plan only')
    .option('--data <folder>', 'data folder', context.dataFolder)
    .addHelpText('after', EXAMPLES)
    .action((options: ApplyOptions) => apply(context, shop, options))

const apply = async (
  context: CliContext,
  shop: NewShop,
  { data, dryRun }: ApplyOptions,
): Promise<void> => {
  const { engines, partitions } = context
  if (engines.shared === undefined)
    return context.tell('The embedded engines make their topics by themselves: nothing to do.')
  const place = placeOf(context, data)
  const { generation = 0 } = (await installationAt(engines, place)) ?? {}
  const wantedTopics = topicsInGeneration(topicsOf(partitions), generation)
  const plan = await engines.shared.plan(place, wantedTopics)
  for (const line of planLines(plan)) context.print(line)
  if (plan.steps.some(({ action }) => action === 'refuse')) throw otherPartitions(partitions)
  if (dryRun) return
  await plan.apply()
  const { timeZone, currency } = shop
  const begunAt = wallClock.now()
  const wanted = { timeZone, currency, partitions, kind: 'live', begunAt } as const
  const settings = {
    what: 'ebb topics apply',
    now: wallClock.now,
    durability: 'power-cut',
  } as const
  const owned = await engines.own(place, settings)
  try {
    await retryWithin(BEGIN_WITHIN_MS, () => pinInstallation(owned.log, wanted, 'these engines'))
    const name = context.namespace === '' ? 'Installation' : `Installation ${context.namespace}`
    context.print(`${name}: ${timeZone}, ${currency}, partitions: ${partitions}.`)
  } finally {
    await owned.close()
  }
}

/** A busy broker may deny that it leads the topic that it has just made. */
const BEGIN_WITHIN_MS = 30_000

const otherPartitions = (wanted: number): CodedError =>
  new CodedError('EBB_TOPIC_PARTITIONS', {
    what: 'There are topics with another number of partitions, and all states are bound to it',
    where: `EBB_PARTITIONS=${wanted}`,
    fix: 'Set EBB_PARTITIONS to the number that they have, or name another with --namespace',
  })

const planLines = ({ steps }: TopicPlan): string[] => {
  const columns = [{ title: 'topic' }, { title: 'step' }, { title: 'detail' }]
  return textTable(
    columns,
    steps.map(({ topic, action, detail }) => [topic, action, detail]),
  )
}
