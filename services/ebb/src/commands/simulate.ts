import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { wallClock } from '@ebb/runtime/clock'
import { CodedError } from '@ebb/runtime/coded-error'
import { type KeysFile, openKeysFile } from '@ebb/runtime/keys-file'
import { demoShopOf } from '@ebb/simulator/demo-shop'
import { postEvents } from '@ebb/simulator/post-events'
import { postHistory } from '@ebb/simulator/post-history'
import { Command, InvalidArgumentError } from 'commander'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import type { CliContext } from '../cli-context.ts'
import type { EbbConfig } from '../config.ts'
import { demonstrationBeginning, endOfHistory } from '../demonstration.ts'
import { keysFileOf } from './keys.ts'

interface SimulateOptions {
  readonly url: string
  readonly key?: string
  readonly shoppers: number
  readonly data: string
}

const SOURCE = 'simulated-shop'

const EXAMPLES = `
Begins with 120 days of history, then sends each event at its time, until Ctrl-C; given again, it
goes on where it stopped. Nothing of it is real: for an installation that only tries things.

Examples:
  $ ebb simulate
  $ ebb simulate --url http://collector:8080 --key $WRITE_KEY --shoppers 100
`

/** `ebb simulate`: a simulated shop that sends its events to a running collector. */
export const simulateCommand = (context: CliContext, { currency }: EbbConfig): Command =>
  new Command('simulate')
    .description('send the events of a simulated shop to a running Ebb, on the wall clock')
    .option('--url <address>', 'where the collector is', 'http://127.0.0.1:8080')
    .option('--key <key>', `write key; one of the source ${SOURCE} in the data folder unless given`)
    .option('--shoppers <number>', 'active shoppers, about', parseShoppers, 1_000)
    .option('--data <folder>', 'data folder: keys, and how far it is', context.dataFolder)
    .addHelpText('after', EXAMPLES)
    .action((options: SimulateOptions) => simulate(context, currency, options))

const parseShoppers = (text: string): number => {
  const shoppers = Number(text)
  if (/^\d+$/.test(text) && shoppers >= 1 && shoppers <= 100_000) return shoppers
  throw new InvalidArgumentError('Give a whole number from 1 to 100000.')
}

const simulate = async (
  context: CliContext,
  currency: string,
  { url, data, key, shoppers }: SimulateOptions,
): Promise<void> => {
  const { interrupted: signal, tell } = context
  const file = join(data, 'simulated-shop.json')
  const begun = readProgress(file) ?? { startAt: demonstrationBeginning(wallClock.now()), shoppers }
  mkdirSync(data, { recursive: true })
  keepProgress(file, begun)
  const shop = { ...demoShopOf(begun.startAt, begun.shoppers), currency }
  const writeKey = key ?? (await simulatedKey(openKeysFile(keysFileOf(context, data))))
  const target = { url, writeKey, clock: wallClock, signal, shop }
  const keep = (postedUntil: number): void => keepProgress(file, { ...begun, postedUntil })
  tell(`A simulated shop of about ${begun.shoppers} shoppers sends to ${url}. Nothing is real.`)
  let from = begun.postedUntil
  if (from === undefined) {
    const until = endOfHistory(shop)
    const posted = await postHistory({ ...target, until })
    if (signal.aborted) return
    keep(until)
    from = until
    tell(`Its history is sent: ${posted.toLocaleString('en-US')} events. It goes on as time does.`)
  }
  const posted = await postEvents({ ...target, from, onPosted: keep })
  tell(`${posted.toLocaleString('en-US')} more events sent. Given again, it goes on from there.`)
}

/** Which shop, and up to where it is acknowledged; instants in ms since the epoch. */
type Progress = Readonly<Static<typeof Progress>>

const Progress = Type.Object({
  startAt: Type.Integer({ minimum: 0 }),
  shoppers: Type.Integer({ minimum: 1 }),
  postedUntil: Type.Optional(Type.Integer({ minimum: 0 })),
})
const isProgress = Compile(Progress)

/** Throws `EBB_FILE_FORMAT` where the file holds something else. */
const readProgress = (file: string): Progress | undefined => {
  if (!existsSync(file)) return undefined
  try {
    const progress: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (isProgress.Check(progress)) return progress
  } catch {
    // Told below.
  }
  throw new CodedError('EBB_FILE_FORMAT', {
    what: 'This file does not say how far the simulated shop is',
    where: file,
    fix: 'Remove it to begin with another shop',
  })
}

const keepProgress = (file: string, progress: Progress): void => {
  writeFileSync(`${file}.new`, JSON.stringify(progress), { flush: true })
  renameSync(`${file}.new`, file)
}

const simulatedKey = async (keys: KeysFile): Promise<string> =>
  keys.list().find(({ source, key, revokedAt }) => source === SOURCE && key && !revokedAt)?.key ??
  (await keys.create({ kind: 'write', source: SOURCE })).key
