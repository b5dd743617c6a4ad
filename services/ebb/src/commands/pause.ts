import { randomUUID } from 'node:crypto'
import { addToOutbox } from '@ebb/postgres/outbox'
import type { Postgres } from '@ebb/postgres/postgres-client'
import { resumeMode, setAlertsPaused, setMode } from '@ebb/retention/ledger/settings'
import { switchesRecord } from '@ebb/runtime/alerts-switch'
import { Argument, Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { withWinbacks } from './winback-records.ts'

type What = 'alerts' | 'winbacks'

const PAUSE_NOTES = `
alerts     the scorer stands still: none is raised, none is lost; they come when it goes on.
winbacks   nothing is decided, and what was decided but not sent yet waits. Alerts of the meantime
           are recorded as not acted upon, and stay so.

Examples:
  $ ebb pause winbacks
  $ ebb resume winbacks
`

/** `ebb pause`: stops alerts or win-backs at once. */
export const pauseCommand = (context: CliContext): Command =>
  switchCommand(context, new Command('pause').description('stop alerts or win-backs at once'), true)

/** `ebb resume`: lets them go on. */
export const resumeCommand = (context: CliContext): Command =>
  switchCommand(
    context,
    new Command('resume').description('let alerts or win-backs go on after a pause'),
    false,
  )

const switchCommand = (context: CliContext, command: Command, isPaused: boolean): Command =>
  command
    .addArgument(new Argument('<what>', 'what').choices(['alerts', 'winbacks']))
    .option('--data <folder>', 'data folder', context.dataFolder)
    .addHelpText('after', PAUSE_NOTES)
    .action(async (what: What, { data }: { data: string }) => {
      const line = await withWinbacks(context, data, (postgres) =>
        what === 'alerts' ? switchAlerts(postgres, isPaused) : switchWinbacks(postgres, isPaused),
      )
      context.print(line)
    })

const switchAlerts = async (postgres: Postgres, isPaused: boolean): Promise<string> => {
  await setAlertsPaused(postgres, isPaused, (tx) =>
    addToOutbox(tx, [{ ...switchesRecord(isPaused), id: randomUUID() }]),
  )
  return isPaused
    ? 'Alerts pause within seconds, as long as Ebb runs, or soon after it starts.'
    : 'Alerts go on within seconds, as long as Ebb runs, or soon after it starts.'
}

const switchWinbacks = async (postgres: Postgres, isPaused: boolean): Promise<string> => {
  const { mode } = isPaused ? await setMode(postgres, 'paused') : await resumeMode(postgres)
  return isPaused ? 'Win-backs are paused.' : `Win-backs go on in the mode ${mode}.`
}
