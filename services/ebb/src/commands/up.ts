import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Installation } from '@ebb/contracts/installation'
import { DAY_MS } from '@ebb/customer/calendar'
import { type ProcessClock, wallClock } from '@ebb/runtime/clock'
import { printConfiguration } from '@ebb/runtime/configuration'
import type { NewInstallation } from '@ebb/runtime/installation'
import { type KeysFile, openKeysFile } from '@ebb/runtime/keys-file'
import { createLifecycle, type Lifecycle } from '@ebb/runtime/lifecycle'
import { createLogger, type Logger } from '@ebb/runtime/logger'
import { SCORER_PROCESSOR } from '@ebb/scorer/scorer-definition'
import { demoShop } from '@ebb/simulator/demo-shop'
import { postEvents } from '@ebb/simulator/post-events'
import type { ShopSpec } from '@ebb/simulator/shop-spec'
import type { OwnedEngines, Place } from '@ebb/streaming/engines'
import { decodePartitionRecord } from '@ebb/streaming/partition-record'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { startServices } from '../composition.ts'
import { EBB_SETTINGS, type EbbConfig } from '../config.ts'
import {
  demonstrationBeginning,
  demonstrationClock,
  endOfHistory,
  lastInstant,
  sendHistory,
} from '../demonstration.ts'
import { faultText } from '../fault-text.ts'
import { installationAt, ownInstallation } from '../installation.ts'
import { alertLine } from './alert-line.ts'
import { followAlerts } from './alerts.ts'
import { namespaceBelow, placeOf } from './data-folder.ts'
import { orInterrupted, patiently } from './patience.ts'
import { demonstrationNotice, startNotice } from './start-notice.ts'

const LIVE_TICK_MS = 5_000
const DEMONSTRATION_TICK_MS = 100
const CATCH_UP_POLL_MS = 50

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

/** `ebb demo`: a simulated shop on a clock that runs a day a second. */
export const demoCommand = (context: CliContext, config: EbbConfig): Command =>
  new Command('demo')
    .description('show Ebb with a simulated shop, a day a second, in a data folder of its own')
    .option('--data <folder>', 'data folder', '.ebb/demo')
    .addHelpText('after', '\nExample:\n  $ ebb demo --data /tmp/ebb-demo\n')
    .action(({ data }: { data: string }) => orInterrupted(runDemonstration(context, config, data)))

const runLive = async (context: CliContext, config: EbbConfig, data: string): Promise<void> => {
  const { timeZone, currency, logLevel } = config
  const { partitions } = context
  const wanted = { timeZone, currency, partitions, kind: 'live', begunAt: wallClock.now() } as const
  const place = placeOf(context, data)
  const base = await openBase(context, { place, wanted, clock: wallClock, level: logLevel })
  await orStop(context, base, async () => {
    const settings = { ...base, ...config, tickIntervalMs: LIVE_TICK_MS }
    const spool = { folder: join(data, 'spool'), limitBytes: config.spoolLimitBytes }
    const running = await startServices(
      base,
      context.engines.shared === undefined ? settings : { ...settings, spool },
    )
    for (const line of startNotice(context, { ...base, ...running })) context.print(line)
    await printAlerts(context, base)
  })
}

const runDemonstration = async (
  context: CliContext,
  config: EbbConfig,
  data: string,
): Promise<void> => {
  const place = { folder: data, namespace: namespaceBelow(context, 'demo') }
  const begun = await patiently(context, () => installationAt(context.engines, place))
  const begunAt = begun?.begunAt ?? demonstrationBeginning(wallClock.now())
  const shop = demoShop(begunAt)
  const { currency } = shop
  const { partitions } = context
  const wanted = { timeZone: 'UTC', currency, partitions, kind: 'demonstration', begunAt } as const
  const clock = demonstrationClock(endOfHistory(shop))
  const base = await openBase(context, { place, wanted, clock, level: 'warn' })
  await orStop(context, base, async () => {
    const { log } = base.engines
    await sendHistory(log, shop, context.interrupted)
    const from = Math.max(endOfHistory(shop), await lastInstant(log))
    clock.holdAt(from)
    const settings = { ...base, ...config, tickIntervalMs: DEMONSTRATION_TICK_MS }
    const running = await startServices(base, settings)
    for (const line of demonstrationNotice(context, { ...base, ...running })) context.print(line)
    await scorerAt(base, from, context.interrupted)
    clock.run()
    const posting = postShop(base, { shop, from, url: running.collector.url })
    posting.catch((error: Error) => base.lifecycle.fail(error))
    await printAlerts(context, base)
  })
}

interface Base {
  readonly tell: CliContext['tell']
  readonly place: Place
  readonly installation: Installation
  readonly engines: OwnedEngines
  readonly keys: KeysFile
  readonly writeKey: string
  readonly clock: ProcessClock
  readonly logger: Logger
  readonly lifecycle: Lifecycle
}

interface BaseSettings {
  readonly place: Place
  readonly wanted: NewInstallation
  readonly clock: ProcessClock
  readonly level: EbbConfig['logLevel']
}

const openBase = async (
  context: CliContext,
  { place, wanted, clock, level }: BaseSettings,
): Promise<Base> => {
  const { engines, tell, interrupted } = context
  const logger = createLogger({ service: 'ebb', level, destination: process.stderr })
  const isLive = wanted.kind === 'live'
  const settings = {
    what: isLive ? 'ebb up' : 'ebb demo',
    wanted,
    now: () => clock.now(),
    durability: isLive ? 'power-cut' : 'killed-process',
  } as const
  const { installation, engines: owned } = await patiently(context, () =>
    ownInstallation(engines, place, settings),
  )
  if (isLive) context.notices.hear(({ message, error: err }) => logger.warn({ err }, message))
  const keys = openKeysFile(join(place.folder, 'keys.json'))
  const writeKey = await storefrontKey(keys)
  const lifecycle = createLifecycle({ logger })
  const data = engines.shared === undefined ? place.folder : `the engines and ${place.folder}`
  interrupted.addEventListener('abort', () => tell(`Stopping; all data stay in ${data}.`))
  lifecycle.onStop({ phase: 'rest', name: 'engines', run: owned.close })
  return { place, installation, engines: owned, keys, writeKey, clock, logger, lifecycle, tell }
}

/** The first write key that was not revoked, made where there is none. */
const storefrontKey = async (keys: KeysFile): Promise<string> => {
  const usable = keys.list().find(({ kind, revokedAt }) => kind === 'write' && !revokedAt)
  if (usable?.key !== undefined) return usable.key
  return (await keys.create({ kind: 'write', source: 'storefront' })).key
}

/** A fault before all runs is said plainly, and what runs already is ended in order. */
const orStop = async (
  context: CliContext,
  { lifecycle }: Base,
  work: () => Promise<void>,
): Promise<void> => {
  try {
    await work()
  } catch (error) {
    context.tell(faultText(error as Error))
    await lifecycle.stop('could not start', 1)
  }
}

const postShop = async (
  { writeKey, clock, lifecycle }: Base,
  { shop, from, url }: { shop: ShopSpec; from: number; url: string },
): Promise<void> => {
  const closing = new AbortController()
  lifecycle.onStop({ phase: 'readiness', name: 'simulated shop', run: () => closing.abort() })
  // What a killed process had not posted yet is posted now; copies are known by their id.
  const overlapped = from - DAY_MS
  await postEvents({ url, writeKey, clock, shop, from: overlapped, signal: closing.signal })
}

/** Resolves when the scorer has seen everything up to `instant`, or at an interrupt. */
const scorerAt = async (
  { engines, installation }: Base,
  instant: number,
  interrupted: AbortSignal,
): Promise<void> => {
  const store = engines.store(SCORER_PROCESSOR)
  for (let partition = 0; partition < installation.partitions && !interrupted.aborted; ) {
    const { position } = await store.read(partition, [])
    const clock = position === undefined ? 0 : decodePartitionRecord(position.record).clock
    if (clock >= instant) partition += 1
    else await setTimeout(CATCH_UP_POLL_MS)
  }
}

const printAlerts = async (context: CliContext, { engines, installation }: Base): Promise<void> => {
  const { interrupted: signal, isTerminal } = context
  const look = { isTerminal, timeZone: installation.timeZone }
  // Who waits for the log says so in its own name.
  const alerts = followAlerts(engines.log, { signal, onRetry: () => {} })
  for await (const alert of alerts) context.print(alertLine(alert, look))
}
