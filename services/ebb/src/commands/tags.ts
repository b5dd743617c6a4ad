import { readFileSync } from 'node:fs'
import { EVENTS } from '@ebb/contracts/topics'
import { readCustomers } from '@ebb/features/customer-reader'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import { prepareInsights } from '@ebb/insights/read-models'
import { type DryRun, dryRun, type TagEffect } from '@ebb/insights/tags/dry-run'
import { applyTags, checkedRules, currentTags } from '@ebb/insights/tags/rule-versions'
import type { Postgres } from '@ebb/postgres/postgres-client'
import { wallClock } from '@ebb/runtime/clock'
import { CodedError } from '@ebb/runtime/coded-error'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { withData } from './data-folder.ts'
import { withRecords } from './service-records.ts'
import { printable } from './terminal-text.ts'
import { textTable } from './text-table.ts'

interface TagsOptions {
  readonly data: string
  readonly json?: true
}

const EXAMPLES = `
A rule gives a tag to every customer of whom an expression of CEL is true; the
fields are in docs/customers.md:
  { "tags": [{ "tag": "vip", "when": "orders.d90 >= 3 && revenue.lifetime > 500.0" }] }

Examples:
  $ ebb tags check tags.json
  $ ebb tags dry-run tags.json
  $ ebb tags apply tags.json
`

/** `ebb tags`: names that rules give to customers. */
export const tagsCommand = (context: CliContext): Command => {
  const tags = new Command('tags')
    .description('check, try, apply and show the rules of tags: a JSON file')
    .addHelpText('after', EXAMPLES)
  tags
    .command('check')
    .description('say what is wrong with rules, and where; changes nothing')
    .argument('<file>', 'the rules')
    .action((file: string) => {
      const { rules } = checkedRules(textOf(file))
      context.print(`Nothing is wrong with them: ${rules.length} tags.`)
    })
  withFolder(tags.command('dry-run'), context)
    .description('say how many customers each tag would gain and lose; changes nothing')
    .argument('<file>', 'the rules')
    .option('--json', 'print one JSON object')
    .action((file: string, options: TagsOptions) => tryOut(context, file, options))
  withFolder(tags.command('apply'), context)
    .description('put rules in force: insights tells the tags of all customers by them')
    .argument('<file>', 'the rules')
    .action((file: string, { data }: TagsOptions) => apply(context, file, data))
  withFolder(tags.command('show'), context)
    .description('print the rules in force')
    .action(({ data }: TagsOptions) => show(context, data))
  return tags
}

const withFolder = (command: Command, { dataFolder }: CliContext): Command =>
  command.option('--data <folder>', 'data folder', dataFolder)

const apply = async (context: CliContext, file: string, data: string): Promise<void> => {
  const text = textOf(file)
  checkedRules(text)
  await withTables(context, data, async (postgres) => {
    const before = await currentTags(postgres)
    const { version } = await applyTags(postgres, text, wallClock.now())
    context.print(
      version === before.version
        ? `They are in force already, as version ${version}.`
        : `In force as version ${version}. Insights tells the tags anew within seconds, or when it runs.`,
    )
  })
}

const show = (context: CliContext, data: string): Promise<void> =>
  withTables(context, data, async (postgres) => {
    const { text, version } = await currentTags(postgres)
    context.tell(version === 0 ? 'None were applied yet:' : `Version ${version}:`)
    context.print(text.trimEnd())
  })

const tryOut = async (
  context: CliContext,
  file: string,
  { data, json }: TagsOptions,
): Promise<void> => {
  const rules = checkedRules(textOf(file))
  const { interrupted: signal } = context
  const found = await withData(context, data, async ({ log, store }, { timeZone, currency }) => {
    const states = store(FEATURES_PROCESSOR)
    const partitions = await log.partitions(EVENTS)
    const hear = async (keys: readonly string[]) =>
      states === undefined
        ? new Map()
        : readCustomers({ store: states, partitions, timeZone, currency }, keys)
    return withTables(context, data, (queries) =>
      dryRun({ queries, rules, currency, hear, signal }),
    )
  })
  if (found === undefined) return context.exitCode(130)
  if (json) return context.print(JSON.stringify(found))
  for (const line of dryRunLines(found)) context.print(line)
}

const withTables = <T>(
  context: CliContext,
  folder: string,
  work: (postgres: Postgres) => Promise<T>,
): Promise<T> =>
  withRecords(context, { folder, service: 'insights' }, async (postgres) => {
    await prepareInsights(postgres)
    return work(postgres)
  })

const dryRunLines = ({ customers, waiting, effects }: DryRun): string[] => [
  `${count(customers)} customers; nothing was changed.`,
  ...(waiting > 0
    ? [`Of ${count(waiting)} insights has not read the newest yet: they are left out.`]
    : []),
  '',
  ...textTable(
    [
      { title: 'tag' },
      ...['would have it', 'gain', 'lose'].map((title) => ({ title, align: 'right' as const })),
      { title: 'such as' },
    ],
    effects.map((effect) => [
      effect.tag,
      ...[effect.has, effect.gains, effect.loses].map(count),
      examplesOf(effect),
    ]),
  ),
  ...effects
    .filter(({ untold }) => untold > 0)
    .map(
      ({ tag, untold, why }) =>
        `${tag} cannot be told of ${count(untold)} customers: ${printable(why!)}. ` +
        'Of what may be missing ask first: has(profile.plan) && …',
    ),
]

const examplesOf = ({ gaining, losing }: TagEffect): string =>
  printable([...gaining.map((id) => `+${id}`), ...losing.map((id) => `-${id}`)].join(' '))

const count = (value: number): string => value.toLocaleString('en-US')

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CodedError('EBB_TAGS_FILE', {
      what: `The rules cannot be read: ${(error as Error).message}`,
      where: file,
      fix: 'Name a file that is there; `ebb tags show` prints one to begin with',
    })
  }
}
