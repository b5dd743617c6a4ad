import { wallClock } from '@ebb/runtime/clock'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import type { EbbConfig } from '../config.ts'
import { rebuildOrAsk } from '../rebuild/asked-rebuild.ts'
import {
  type RebuildProgress,
  type RebuildResult,
  removeSuperseded,
} from '../rebuild/run-rebuild.ts'
import { placeOf } from './data-folder.ts'
import { type BarLook, progressBar } from './progress-bar.ts'
import { runResumable } from './run-resumable.ts'

type Margin = Pick<EbbConfig, 'marginPercent'>

interface RebuildOptions {
  readonly data: string
  readonly clean?: true
  readonly json?: true
}

const EXAMPLES = `
The way out of EBB_STATE_LOST. The states in force stay untouched, and are read, until the new
ones are complete. Services that run take those by themselves, within seconds. Where ebb up owns the
data folder, it does the work.

Examples:
  $ ebb rebuild
  $ ebb rebuild --clean
  $ ebb rebuild --kafka localhost:9092 --redis redis://localhost:6379 --json
`

/** `ebb rebuild`: makes all states again from the log. */
export const rebuildCommand = (context: CliContext, config: Margin): Command =>
  new Command('rebuild')
    .description('make all states again from the log, and put them in force')
    .option('--data <folder>', 'data folder', context.dataFolder)
    .option('--clean', 'make nothing; remove what earlier generations left')
    .option('--json', 'end with one line of JSON')
    .addHelpText('after', EXAMPLES)
    .action((options: RebuildOptions) =>
      options.clean ? clean(context, options) : rebuild(context, options, config),
    )

const rebuild = async (
  context: CliContext,
  { data, json }: RebuildOptions,
  { marginPercent }: Margin,
): Promise<void> => {
  const bar = progressBar(context.isTerminal && !json, RECORDS_READ)
  const request = { place: placeOf(context, data), now: wallClock.now, marginPercent }
  const result = await runResumable(context, bar, (watched) =>
    rebuildOrAsk(context.engines, { ...request, ...watched }),
  )
  if (result === undefined) return
  if (json) context.print(JSON.stringify(result))
  else for (const line of resultLines(result)) context.print(line)
}

const clean = async (context: CliContext, { data }: RebuildOptions): Promise<void> => {
  const place = placeOf(context, data)
  const { engines, interrupted } = context
  const inForce = await removeSuperseded(engines, { place, now: wallClock.now, interrupted })
  if (inForce === undefined) return context.exitCode(130)
  context.print(`Generation ${inForce.generation} is in force; what earlier ones left is removed.`)
}

const resultLines = ({ generation, customers, clock, statesDigest }: RebuildResult): string[] => [
  `generation  ${generation}, in force`,
  `customers   ${customers.toLocaleString('en-US')}`,
  `clock       ${clock === 0 ? 'no tick read yet' : new Date(clock).toISOString()}`,
  `states      ${statesDigest}`,
  '',
  'Services that run take these states within seconds. `ebb rebuild --clean` removes the old ones.',
]

const RECORDS_READ: BarLook<RebuildProgress> = {
  format: 'rebuilding  {bar}  {value} of {total} records',
  reading: ({ read, records }) => ({ done: read, total: records }),
}
