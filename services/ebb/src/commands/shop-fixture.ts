import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CanonicalEvent, customerKey } from '@ebb/contracts/canonical-event'
import type { Installation } from '@ebb/contracts/installation'
import { messageCodec } from '@ebb/contracts/message-codec'
import { tickRecord } from '@ebb/contracts/tick'
import { EVENTS } from '@ebb/contracts/topics'
import { DAY_MS } from '@ebb/customer/calendar'
import { featuresDefinition } from '@ebb/features/features-definition'
import type { NewInstallation } from '@ebb/runtime/installation'
import { scorerDefinition } from '@ebb/scorer/scorer-definition'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import type { Engines, OwnedEngines } from '@ebb/streaming/engines'
import { partitionOf } from '@ebb/streaming/partitioner'
import type { ProcessorDefinition } from '@ebb/streaming/processor-definition'
import { runProcessorToEnd } from '@ebb/streaming/run-to-end'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { ownInstallation } from '../installation.ts'

const PARTITIONS = 2

/** Midnight (UTC) so many days after the beginning of 2026, ms. */
export const day = (days: number): number => Date.UTC(2026, 0, 1) + days * DAY_MS

/** The process clock of a test: later than every tick. */
const PROCESS_NOW = Date.UTC(2040, 0, 1)

/** How the shop of every test counts. */
export const SHOP = { timeZone: 'Europe/Berlin', currency: 'EUR' } as const

const installation = (kind: Installation['kind']): NewInstallation => ({
  ...{ ...SHOP, partitions: PARTITIONS, begunAt: day(0), kind },
})

/** An event as the collector would have accepted it, with all that a test does not care about. */
export const event = (
  name: string,
  occurredAt: number,
  rest: Partial<CanonicalEvent> & Pick<CanonicalEvent, 'customer'>,
): CanonicalEvent => ({
  id: `${name} ${occurredAt} ${customerKey(rest.customer)}`,
  ...{ type: 'track', name, source: 'storefront', sourceRank: 2, occurredAt },
  ...{ receivedAt: occurredAt, properties: {}, context: {} },
  ...rest,
})

/** An order of 20 EUR. */
export const order = (userId: string, at: number): CanonicalEvent =>
  event('Order Completed', at, {
    customer: { userId },
    order: { id: `${userId}-${at}`, amountMinor: 2_000, currency: 'EUR', baseMinor: 2_000 },
  })

/** A data folder and somebody at a terminal of 80 columns who looks into it. */
export interface TestShop {
  readonly folder: string
  readonly context: CliContext
  /** Standard output and standard error so far, a line each. */
  readonly printed: string[]
  readonly told: string[]
  readonly exitCodes: number[]
  /** Gives a command line to a command; resolves to what it printed. */
  run(command: (context: CliContext) => Command, ...args: string[]): Promise<string[]>
  /** Resolves when a line is printed that matches. */
  prints(pattern: RegExp): Promise<void>
  /** Presses Ctrl-C. */
  interrupt(): void
  /** Takes the folder, for as long as `work` runs. */
  owned<T>(work: (engines: OwnedEngines) => Promise<T>, kind?: Installation['kind']): Promise<T>
  /** Appends events, then a tick to every partition at each instant; runs all processors. */
  live(events: readonly CanonicalEvent[], ticks: readonly number[]): Promise<void>
  remove(): void
}

/** Makes a shop without a history; the engines are those that a test may import. */
export const testShop = (engines: Engines): TestShop => {
  const folder = mkdtempSync(join(tmpdir(), 'ebb-commands-'))
  const interrupt = new AbortController()
  const printed: string[] = []
  const told: string[] = []
  const exitCodes: number[] = []
  const waiting: { pattern: RegExp; resolve: () => void }[] = []
  const context: CliContext = {
    ...{ engines, namespace: '', partitions: PARTITIONS, dataFolder: folder },
    notices: { say: () => {}, sayFault: () => {}, hear: () => {} },
    ...{ isTerminal: false, columns: 80, interrupted: interrupt.signal },
    print: (line) => {
      printed.push(line)
      for (const { pattern, resolve } of waiting) if (pattern.test(line)) resolve()
    },
    tell: (line) => told.push(line),
    exitCode: (code) => exitCodes.push(code),
    endWithin: () => {},
  }
  const owned: TestShop['owned'] = async (work, kind = 'live') => {
    const durability = 'killed-process'
    const wanted = installation(kind)
    const settings = { what: 'a test', wanted, now: () => PROCESS_NOW, durability } as const
    const place = { folder, namespace: '' }
    const { engines: taken } = await ownInstallation(engines, place, settings)
    return work(taken).finally(() => taken.close())
  }
  return {
    ...{ folder, context, printed, told, exitCodes, owned },
    run: async (command, ...args) => {
      const before = printed.length
      await quiet(command(context), context).parseAsync(args, { from: 'user' })
      return printed.slice(before)
    },
    prints: (pattern) => new Promise((resolve) => waiting.push({ pattern, resolve })),
    interrupt: () => interrupt.abort(),
    live: (events, ticks) => owned((taken) => live(taken, events, ticks)),
    remove: () => rmSync(folder, { recursive: true }),
  }
}

/** Commander must neither end the process nor write past the context. */
const quiet = (command: Command, context: CliContext): Command => {
  for (const each of command.commands) quiet(each, context)
  return command.exitOverride().configureOutput({ writeOut: context.print, writeErr: context.tell })
}

const events = messageCodec(CanonicalEvent)

/** Appends events, as the collector does. */
export const appendEvents = async (
  { log }: OwnedEngines,
  history: readonly CanonicalEvent[],
): Promise<void> => {
  for (const each of history) {
    const key = customerKey(each.customer)
    const to = { topic: EVENTS, partition: partitionOf(key, PARTITIONS) }
    await log.append(to, [{ key, value: events.encode(each) }])
  }
}

/** Appends events, then ticks, and runs the processors to the end of what they read. */
export const live = async (
  engines: OwnedEngines,
  history: readonly CanonicalEvent[],
  ticks: readonly number[],
): Promise<void> => {
  await appendEvents(engines, history)
  for (let partition = 0; partition < PARTITIONS; partition += 1)
    if (ticks.length > 0)
      await engines.log.append({ topic: EVENTS, partition }, ticks.map(tickRecord))
  await runToEnd(engines, featuresDefinition(SHOP))
  await runToEnd(engines, scorerDefinition(SHIPPED_SCORING))
}

/** Runs a processor until it has read all that is there. */
export const runToEnd = <State>(
  { log, store }: OwnedEngines,
  definition: ProcessorDefinition<State>,
): Promise<void> => runProcessorToEnd(definition, { log, store: store(definition.name) })
