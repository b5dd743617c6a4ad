import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { painted, printable } from '../commands/terminal-text.ts'
import { serviceOptions } from '../survey/service-probes.ts'
import type { Check } from './check.ts'
import { allChecks, type DoctorConfig, type DoctorOptions } from './examine.ts'

const EXAMPLES = `
Exit code 1 where a check fails; warnings alone give 0. Changes nothing, and ends within 10 s.

Examples:
  $ ebb doctor
  $ ebb doctor --collector-port 9080 --json | jq '.checks[] | select(.status != "ok")'
`

/** `ebb doctor`: what is wrong here, and how to mend it. */
export const doctorCommand = (context: CliContext, config: DoctorConfig): Command =>
  serviceOptions(new Command('doctor'), config)
    .description('check this machine, the engines and the services; say how to mend a fault')
    .option('--data <folder>', 'data folder', context.dataFolder)
    .option('--spool <folder>', 'folder of the spool (default: spool in the data folder)')
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLES)
    .action((options: DoctorOptions & { json?: true }) => examine(context, config, options))

/** Connections to what does not answer may outlast what was printed. */
const ENDS_WITHIN_MS = 8_500

const examine = async (
  context: CliContext,
  config: DoctorConfig,
  options: DoctorOptions & { json?: true },
): Promise<void> => {
  context.endWithin(ENDS_WITHIN_MS)
  const checks = await allChecks(context, config, options)
  const worst = (['fail', 'warn', 'ok'] as const).find((status) => namesOf(checks, status).length)!
  if (options.json) context.print(JSON.stringify({ status: worst, checks }))
  else for (const line of checkLines(checks, context)) context.print(line)
  if (worst === 'fail') context.exitCode(1)
}

const namesOf = (checks: readonly Check[], status: Check['status']): string[] =>
  checks.filter((check) => check.status === status).map(({ name }) => name)

const COLOURS = { ok: 'green', warn: 'yellow', fail: 'red' } as const

const checkLines = (checks: readonly Check[], context: CliContext): string[] => {
  const width = Math.max(...checks.map(({ name }) => name.length))
  const count = (status: Check['status']): string => `${namesOf(checks, status).length} ${status}`
  const failed = namesOf(checks, 'fail')
  return [
    ...checks.flatMap(({ name, status, found, mend }) => [
      // What is found is partly in the words of brokers, services and their clients.
      `${painted(status.padEnd(4), COLOURS[status], context)}  ${name.padEnd(width)}  ${printable(found)}`,
      ...(mend === undefined ? [] : [`      → ${printable(mend)}`]),
    ]),
    '',
    `${checks.length} checks: ${count('ok')}, ${count('warn')}, ${count('fail')}` +
      (failed.length === 0 ? '' : `: ${failed.join(', ')}`),
  ]
}
