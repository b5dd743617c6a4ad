import { wallClock } from '@ebb/runtime/clock'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import {
  type RebuildProgress,
  type RebuildResult,
  removeSuperseded,
  runRebuild,
} from '../rebuild/run-rebuild.ts'
import { placeOf } from './data-folder.ts'
import { type BarLook, progressBar } from './progress-bar.ts'
import { runResumable } from './run-resumable.ts'

interface RebuildOptions {
  readonly data: string
  readonly clean?: true
  readonly json?: true
}

const EXAMPLES = `
The way out of EBB_STATE_LOST. The states in force stay untouched until the new ones are
complete. Services that run meanwhile end when that is so: start them again.

Examples:
  $ ebb rebuild
  $ ebb rebuild --clean
  $ ebb rebuild --kafka localhost:9092 --redis redis://localhost:6379 --json
`

/** `ebb rebuild`: makes all states again from the log. */
export const rebuildCommand = (context: CliContext): Command =>
  new Command('rebuild')
    .description('make all states again from the log, and put them in force')
    .option('--data <folder>', 'data folder', context.dataFolder)
    .option('--clean', 'make nothing; remove what earlier generations left')
    .option('--json', 'end with one line of JSON')
    .addHelpText('after', EXAMPLES)
    .action((options: RebuildOptions) =>
      options.clean ? clean(context, options) : rebuild(context, options),
    )

const rebuild = async (context: CliContext, { data, json }: RebuildOptions): Promise<void> => {
  const bar = progressBar(context.isTerminal && !json, RECORDS_READ)
  const request = { place: placeOf(context, data), now: wallClock.now }
  const result = await runResumable(context, bar, (watched) =>
    runRebuild(context.engines, { ...request, ...watched }),
  )
  if (result === undefined) return
  if (json) context.print(JSON.stringify(result))
  else for (const line of resultLines(result)) context.print(line)
}

const clean = async (context: CliContext, { data }: RebuildOptions): Promise<void> => {
  const place = placeOf(context, data)
  const { generation } = await removeSuperseded(context.engines, { place, now: wallClock.now })
  context.print(`Generation ${generation} is in force; what earlier ones left is removed.`)
}

const resultLines = ({ generation, customers, clock, statesDigest }: RebuildResult): string[] => [
  `generation  ${generation}, in force`,
  `customers   ${customers.toLocaleString('en-US')}`,
  `clock       ${clock === 0 ? 'no tick read yet' : new Date(clock).toISOString()}`,
  `states      ${statesDigest}`,
  '',
  'Services that run on other states end within seconds: start them again, as a supervisor does.',
  'Then `ebb rebuild --clean` removes the old ones.',
]

const RECORDS_READ: BarLook<RebuildProgress> = {
  format: 'rebuilding  {bar}  {value} of {total} records',
  reading: ({ read, records }) => ({ done: read, total: records }),
}
