import { join } from 'node:path'
import { webhookOf } from '@ebb/retention/webhook/webhook-settings'
import { wallClock } from '@ebb/runtime/clock'
import { printConfiguration } from '@ebb/runtime/configuration'
import type { KeysFile } from '@ebb/runtime/keys-file'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { EBB_SETTINGS, type EbbConfig } from '../config.ts'
import { learnWhenAsked } from '../models/model-work.ts'
import { openBase, orStop, printAlerts, startAll } from '../running-shop.ts'
import { placeOf } from './data-folder.ts'
import { orInterrupted } from './patience.ts'
import { startNotice } from './start-notice.ts'

const LIVE_TICK_MS = 5_000

/** `ebb up`: the real thing, on the wall clock, empty at first. */
export const upCommand = (context: CliContext, config: EbbConfig): Command =>
  new Command('up')
    .description('run all of Ebb in this process, on the wall clock, ready for a first event')
    .option('--data <folder>', 'data folder', context.dataFolder)
    .option('--print-config', 'show the settings in force, and their environment variables')
    .addHelpText('after', '\nExample:\n  $ ebb up --data /var/lib/ebb\n')
    .action(({ data, printConfig }: { data: string; printConfig?: true }) =>
      printConfig
        ? context.print(printConfiguration(EBB_SETTINGS, { ...config, dataFolder: data }))
        : orInterrupted(runLive(context, config, data)),
    )

const runLive = async (context: CliContext, config: EbbConfig, data: string): Promise<void> => {
  const { timeZone, currency, logLevel, marginPercent } = config
  const { partitions } = context
  const wanted = { timeZone, currency, partitions, kind: 'live', begunAt: wallClock.now() } as const
  const place = placeOf(context, data)
  const base = await openBase(context, {
    ...{ place, wanted, clock: wallClock, level: logLevel, marginPercent },
  })
  await orStop(context, base, async () => {
    const settings = { ...base, ...config, tickIntervalMs: LIVE_TICK_MS }
    // Where one process owns the data, the others ask it.
    if (context.engines.shared === undefined) {
      const learning = learnWhenAsked({ ...base, mode: config.training, now: wallClock.now })
      base.lifecycle.onStop({ phase: 'flush', name: 'models', run: learning.stop })
    }
    const spool = { folder: join(data, 'spool'), limitBytes: config.spoolLimitBytes }
    const running = await startAll(context, base, {
      ...(context.engines.shared === undefined ? settings : { ...settings, spool }),
      ...webhookPart(config),
    })
    const adminToken = await firstAdminToken(base.keysFile)
    for (const line of startNotice(context, { ...base, ...running, adminToken }))
      context.print(line)
    await printAlerts(context, base)
  })
}

const webhookPart = (config: EbbConfig) => {
  const webhook = webhookOf(config)
  return webhook === undefined ? {} : { webhook }
}

/** Made where nobody could sign in as admin yet, and shown this once. */
const firstAdminToken = async (keys: KeysFile): Promise<string | undefined> => {
  const isThere = keys.list().some(({ role, revokedAt }) => role === 'admin' && !revokedAt)
  if (isThere) return undefined
  return (await keys.create({ kind: 'person', source: 'admin', role: 'admin' })).key
}
