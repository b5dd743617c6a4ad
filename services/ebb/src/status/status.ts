import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { serviceOptions } from '../survey/service-probes.ts'
import { readStatus, type StatusConfig, type StatusOptions } from './read-status.ts'
import { statusLines } from './status-lines.ts'

const EXAMPLES = `
Instants of the JSON are ms since 1970; what cannot be asked is not in it. What is wrong, and how to
mend it, says \`ebb doctor\`.

Examples:
  $ ebb status
  $ ebb status --json | jq '.engines[] | select(.isUp | not)'
`

/** Connections to what does not answer may outlast what was printed. */
const ENDS_WITHIN_MS = 8_500

/** `ebb status`: how it stands, for a glance. */
export const statusCommand = (context: CliContext, config: StatusConfig): Command =>
  serviceOptions(new Command('status'), config)
    .description('show at a glance what runs, what comes in and what waits')
    .option('--data <folder>', 'data folder', context.dataFolder)
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (options: StatusOptions & { readonly json?: true }) => {
      context.endWithin(ENDS_WITHIN_MS)
      const status = await readStatus(context, config, options)
      if (options.json) return context.print(JSON.stringify(status))
      for (const line of statusLines(status, context)) context.print(line)
    })
