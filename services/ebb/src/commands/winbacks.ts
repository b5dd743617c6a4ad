import type { DecisionView } from '@ebb/contracts/winback-api'
import { beginAnew } from '@ebb/retention/begin-anew'
import { exclude, include, listExclusions } from '@ebb/retention/ledger/exclusions'
import { setMode } from '@ebb/retention/ledger/settings'
import { listDecisions } from '@ebb/retention/reports/decision-list'
import { winbackSummary } from '@ebb/retention/reports/winback-summary'
import { wallClock } from '@ebb/runtime/clock'
import { Command, InvalidArgumentError } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { lookAtInstallation } from '../installation.ts'
import { placeOf } from './data-folder.ts'
import { placeClock } from './place-clock.ts'
import { shopMinute } from './shop-time.ts'
import { printable } from './terminal-text.ts'
import { textTable } from './text-table.ts'
import { withWinbacks } from './winback-records.ts'

interface WinbacksOptions {
  readonly data: string
  readonly json?: true
  readonly customer?: string
  readonly note: string
}

const EXAMPLES = `
A new installation is in shadow mode: it decides and records, and sends nothing.

Examples:
  $ ebb winbacks list --customer u:42
  $ ebb winbacks live
  $ ebb winbacks exclude u:42 --note 'asked us to stop'
`

/** `ebb winbacks`: what was decided, whether it is sent, and who is left alone. */
export const winbacksCommand = (context: CliContext): Command => {
  const winbacks = new Command('winbacks')
    .description('list decisions; send from now on, or only decide; leave customers alone')
    .addHelpText('after', EXAMPLES)
  const add = (name: string): Command =>
    winbacks.command(name).option('--data <folder>', 'data folder', context.dataFolder)
  add('list')
    .description('list the last 100 decisions, those not to act too')
    .option('--customer <key>', 'only of this customer: u: and the user id')
    .option('--json', 'print JSON, one line a decision')
    .action((options: WinbacksOptions) => list(context, options))
  add('summary')
    .description('counts, budgets, and what win-backs brought, as JSON')
    .action((options: WinbacksOptions) => summarise(context, options))
  for (const mode of ['live', 'shadow'] as const)
    add(mode)
      .description(mode === 'live' ? 'send from now on' : 'decide and record, and send nothing')
      .action((options: WinbacksOptions) => change(context, options, mode))
  add('exclude')
    .description('never treat a customer from now on')
    .argument('<key>', 'u: and the user id', customerKey)
    .option('--note <text>', 'why', '')
    .action((key: string, options: WinbacksOptions) => leaveAlone(context, key, options))
  add('include')
    .description('treat an excluded customer again')
    .argument('<key>', 'u: and the user id')
    .action((key: string, options: WinbacksOptions) => treatAgain(context, key, options))
  add('exclusions')
    .description('list the customers who are left alone')
    .action((options: WinbacksOptions) => listExcluded(context, options))
  add('begin-anew')
    .description('go on with an empty ledger, where PostgreSQL was lost and there is no backup')
    .action((options: WinbacksOptions) => forget(context, options))
  return winbacks
}

const customerKey = (text: string): string => {
  if (/^[ua]:.{1,256}$/.test(text)) return text
  throw new InvalidArgumentError('Give u: and the user id, such as u:42.')
}

const MOST = 100

const list = (context: CliContext, { data, customer, json }: WinbacksOptions): Promise<void> =>
  withWinbacks(context, data, async (postgres, { timeZone }) => {
    const filter = { limit: MOST, ...(customer !== undefined && { customer }) }
    const { decisions } = await listDecisions(postgres, filter, wallClock.now())
    if (json) for (const decision of decisions) context.print(JSON.stringify(decision))
    else for (const line of decisionLines(decisions, timeZone)) context.print(line)
    if (decisions.length === 0) context.tell('No decisions yet: they follow alerts.')
  })

const decisionLines = (decisions: readonly DecisionView[], timeZone: string): string[] =>
  decisions.length === 0
    ? []
    : textTable(
        ['decided', 'customer', 'tier', 'reason', 'outcome', 'treatment', 'coupon'].map(
          (title) => ({ title }),
        ),
        decisions.map((decision) => [
          shopMinute(Date.parse(decision.decidedAt), timeZone),
          printable(decision.customerId),
          decision.tier,
          decision.reasons[0]?.code ?? '',
          decision.noActionReason ?? decision.status,
          decision.treatment?.id ?? '',
          decision.coupon === undefined ? '' : `${decision.coupon.code} ${decision.coupon.status}`,
        ]),
      )

const summarise = (context: CliContext, { data }: WinbacksOptions): Promise<void> =>
  withWinbacks(context, data, async (postgres, { currency }) => {
    const now = await placeClock(context, data)
    const summary = await winbackSummary(postgres, { currency, now, wallNow: wallClock.now() })
    context.print(JSON.stringify(summary, null, 2))
  })

const change = (
  context: CliContext,
  { data }: WinbacksOptions,
  mode: 'live' | 'shadow',
): Promise<void> =>
  withWinbacks(context, data, async (postgres) => {
    await setMode(postgres, mode)
    context.print(
      mode === 'live'
        ? 'Win-backs are sent from now on. `ebb pause winbacks` stops them at once.'
        : 'Win-backs are decided and recorded from now on, and nothing is sent.',
    )
  })

const forget = (context: CliContext, { data }: WinbacksOptions): Promise<void> =>
  withWinbacks(context, data, async (postgres) => {
    const found = await lookAtInstallation(context.engines, placeOf(context, data))
    if (found === undefined) return context.tell('There is no event log here to go on with.')
    try {
      await beginAnew(postgres, found.engines.log)
    } finally {
      await found.engines.close()
    }
    context.print('Win-backs begin anew, in shadow mode, with the shipped policy and no coupons.')
    context.print(
      'Alerts of before are not decided again. Coupons that were issued are unknown now.',
    )
  })

const leaveAlone = (
  context: CliContext,
  customerId: string,
  { data, note }: WinbacksOptions,
): Promise<void> =>
  withWinbacks(context, data, async (postgres) => {
    await exclude(postgres, { customerId, note, now: wallClock.now() })
    context.print(`${printable(customerId)} is left alone from now on.`)
  })

const treatAgain = (
  context: CliContext,
  customerId: string,
  { data }: WinbacksOptions,
): Promise<void> =>
  withWinbacks(context, data, async (postgres) => {
    const was = await include(postgres, customerId)
    context.print(
      was
        ? `${printable(customerId)} is treated again.`
        : `${printable(customerId)} was not excluded.`,
    )
  })

const listExcluded = (context: CliContext, { data }: WinbacksOptions): Promise<void> =>
  withWinbacks(context, data, async (postgres, { timeZone }) => {
    const exclusions = await listExclusions(postgres)
    if (exclusions.length === 0) return context.tell('Nobody is excluded.')
    const rows = exclusions.map(({ customerId, since, note }) => [
      printable(customerId),
      shopMinute(Date.parse(since), timeZone),
      printable(note),
    ])
    const columns = ['customer', 'since', 'note'].map((title) => ({ title }))
    for (const line of textTable(columns, rows)) context.print(line)
  })
