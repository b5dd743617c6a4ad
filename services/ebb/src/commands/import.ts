import { wallClock } from '@ebb/runtime/clock'
import { CodedError } from '@ebb/runtime/coded-error'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { fileLines, resultLine } from '../import/import-lines.ts'
import { type ProfileFile, readProfileFile } from '../import/read-profiles.ts'
import { type ImportProgress, runImport } from '../import/run-import.ts'
import { installationAt } from '../installation.ts'
import { readReplayFile } from '../replay/replay-file.ts'
import { dataEmpty, placeOf, shopOf } from './data-folder.ts'
import { type BarLook, progressBar } from './progress-bar.ts'
import { runResumable } from './run-resumable.ts'
import { type GivenInstant, parseInstant } from './shop-time.ts'

interface ImportOptions {
  readonly map?: string
  readonly asOf?: GivenInstant
  readonly data: string
  readonly dryRun?: true
  readonly all?: true
  readonly json?: true
}

const EXAMPLES = `
Each row becomes what an \`identify\` event says of a customer, and nothing else: no activity, no
order, no alert. What an \`identify\` said later than --as-of stays. Empty cells say nothing. The same
file with the same columns again sends nothing; an import that was interrupted is continued.
Embedded engines have one owner: stop \`ebb up\` before, and start it again behind.

Exit code: 0, or 1 where a row cannot be used.

Examples:
  $ ebb import profiles crm.csv --dry-run
  $ ebb import profiles crm.csv --map user=CustomerID,plan=Tier,zip:text=Postcode
`

/** `ebb import`: what is known elsewhere. */
export const importCommand = (context: CliContext): Command => {
  const command = new Command('import').description('take over what is known elsewhere')
  command
    .command('profiles')
    .description('import what a CRM knows of customers: a CSV file with a row each')
    .argument('<file>', 'the file, gzipped or not')
    .option(
      '--map <columns>',
      'user=COLUMN, then attribute=COLUMN or attribute:type=COLUMN; all unless given',
    )
    .option('--as-of <time>', 'when the file was true; now unless given', parseInstant)
    .option('--data <folder>', 'data folder', context.dataFolder)
    .option('--dry-run', 'say how the file is read and which rows cannot be; send nothing')
    .option('--all', 'list every row that cannot be used, not the first 20')
    .option('--json', 'end with one line of JSON')
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: ImportOptions) => importProfiles(context, file, options))
  return command
}

const importProfiles = async (
  context: CliContext,
  path: string,
  { map, asOf: given, data, dryRun, all, json }: ImportOptions,
): Promise<void> => {
  const { timeZone } = await shopOf(context, data)
  const now = wallClock.now()
  const asOf = given?.(timeZone) ?? now
  if (asOf > now) throw fromFuture(asOf)
  const file = readProfileFile(await readReplayFile(path), { map, asOf })
  if (!json) for (const line of fileLines(file, all === true)) context.print(line)
  const sent = dryRun ? 0 : await send(context, data, { file, isQuiet: json === true })
  if (sent === undefined) return
  if (json) context.print(JSON.stringify({ ...fileView(file), sent }))
  else context.print(dryRun ? 'Nothing was sent.' : resultLine(file, sent))
  if (file.refused.length > 0) context.exitCode(1)
}

const send = async (
  context: CliContext,
  data: string,
  { file, isQuiet }: { readonly file: ProfileFile; readonly isQuiet: boolean },
): Promise<number | undefined> => {
  const place = placeOf(context, data)
  const installation = await installationAt(context.engines, place)
  if (installation === undefined) throw dataEmpty(context, data)
  const bar = progressBar(context.isTerminal && !isQuiet, ROWS_SENT)
  return runResumable(context, bar, (watched) =>
    runImport(context.engines, { place, installation, file, now: wallClock.now, ...watched }),
  )
}

const fileView = ({ name, user, columns, events, refused }: ProfileFile) => ({
  ...{ name, user, columns, rows: events.length },
  refused: refused.map(({ row, code, message }) => ({ row, code, message })),
})

const fromFuture = (asOf: number): CodedError =>
  new CodedError('EBB_IMPORT_OPTION', {
    what: 'A file cannot be true as of a time to come: it would go before all that is said until then',
    where: `--as-of ${new Date(asOf).toISOString()}`,
    fix: 'Give a time that has been, or leave it out',
  })

const ROWS_SENT: BarLook<ImportProgress> = {
  format: 'importing  {bar}  {value} of {total} rows',
  reading: ({ sent, rows }) => ({ done: sent, total: rows }),
}
