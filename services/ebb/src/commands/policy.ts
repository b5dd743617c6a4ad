import { readFileSync } from 'node:fs'
import { applyPolicy, currentPolicy } from '@ebb/retention/ledger/policies'
import { policyJsonSchema } from '@ebb/retention/policy/policy-schema'
import { readPolicy } from '@ebb/retention/policy/read-policy'
import { wallClock } from '@ebb/runtime/clock'
import { CodedError } from '@ebb/runtime/coded-error'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { shopOf } from './data-folder.ts'
import { withWinbacks } from './winback-records.ts'

interface PolicyOptions {
  readonly data: string
}

const EXAMPLES = `
Examples:
  $ ebb policy show > policy.yaml       # the one in force, to begin with
  $ ebb policy check policy.yaml
  $ ebb policy apply policy.yaml
`

/** `ebb policy`: what is done for whom. */
export const policyCommand = (context: CliContext): Command => {
  const policy = new Command('policy')
    .description('check, apply and show the win-back policy: a YAML file')
    .addHelpText('after', EXAMPLES)
  withFolder(policy.command('check'), context)
    .description('say what is wrong with a policy, by line; changes nothing')
    .argument('<file>', 'the policy')
    .action((file: string, { data }: PolicyOptions) => check(context, file, data))
  withFolder(policy.command('apply'), context)
    .description('put a policy in force: decisions from now on are made by it')
    .argument('<file>', 'the policy')
    .action((file: string, { data }: PolicyOptions) => apply(context, file, data))
  withFolder(policy.command('show'), context)
    .description('print the policy in force')
    .action(({ data }: PolicyOptions) => show(context, data))
  policy
    .command('schema')
    .description('print the JSON Schema of a policy, for an editor')
    .action(() => context.print(JSON.stringify(policyJsonSchema(), null, 2)))
  return policy
}

const withFolder = (command: Command, { dataFolder }: CliContext): Command =>
  command.option('--data <folder>', 'data folder', dataFolder)

const check = async (context: CliContext, file: string, data: string): Promise<void> => {
  const { currency } = await shopOf(context, data)
  const { name, rules, treatments } = readPolicy(textOf(file), { currency })
  const counts = `${rules.length} rules, ${Object.keys(treatments).length} treatments`
  context.print(`Nothing is wrong with it: "${name}", ${counts}, amounts in ${currency}.`)
}

const apply = (context: CliContext, file: string, data: string): Promise<void> =>
  withWinbacks(context, data, async (postgres, { currency }) => {
    const text = textOf(file)
    const before = await currentPolicy(postgres)
    const { version } = await applyPolicy(postgres, { text, currency, now: wallClock.now() })
    context.print(
      version === before?.version
        ? `It is in force already, as version ${version}.`
        : `In force as version ${version}.`,
    )
  })

const show = (context: CliContext, data: string): Promise<void> =>
  withWinbacks(context, data, async (postgres) => {
    const { text, version } = (await currentPolicy(postgres))!
    context.tell(`Version ${version}:`)
    context.print(text.trimEnd())
  })

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CodedError('EBB_POLICY_FILE', {
      what: `The policy cannot be read: ${(error as Error).message}`,
      where: file,
      fix: 'Name a file that is there; `ebb policy show` prints one to begin with',
    })
  }
}
