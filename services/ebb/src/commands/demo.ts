import { setTimeout } from 'node:timers/promises'
import { ALERTS } from '@ebb/contracts/topics'
import { DAY_MS } from '@ebb/customer/calendar'
import { ALERTS_GROUP } from '@ebb/retention/service'
import { wallClock } from '@ebb/runtime/clock'
import { SCORER_PROCESSOR } from '@ebb/scorer/scorer-definition'
import { demoShop } from '@ebb/simulator/demo-shop'
import { postEvents } from '@ebb/simulator/post-events'
import type { ShopSpec } from '@ebb/simulator/shop-spec'
import { decodePartitionRecord } from '@ebb/streaming/partition-record'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import type { EbbConfig } from '../config.ts'
import {
  demonstrationBeginning,
  demonstrationClock,
  demonstrationPolicy,
  endOfHistory,
  lastInstant,
  lastPosted,
  sendHistory,
} from '../demonstration.ts'
import { installationAt } from '../installation.ts'
import { startOffers } from '../offers/start-offers.ts'
import { type Base, openBase, orStop, printAlerts, startAll } from '../running-shop.ts'
import { namespaceBelow } from './data-folder.ts'
import { orInterrupted, patiently } from './patience.ts'
import { demonstrationNotice } from './start-notice.ts'

const DEMONSTRATION_TICK_MS = 100
/**
 * An hour is ten years of the shop, and all who ever were its customers would fill a larger cache for
 * hours. In its tenth year this one finds nine of ten states that are asked for, which costs nothing
 * that could be measured: docs/performance.md.
 */
const DEMONSTRATION_CACHE_BYTES = 4 * 1_048_576
const CATCH_UP_POLL_MS = 50
/**
 * Of the shop's time: 200 events, the most of a request, took 2.94 days at most in ten years, whichever
 * day of the week it began on.
 */
const LONGEST_REQUEST_MS = 4 * DAY_MS

/** `ebb demo`: a simulated shop on a clock that runs a day a second. */
export const demoCommand = (context: CliContext, config: EbbConfig): Command =>
  new Command('demo')
    .description('show Ebb with a simulated shop, a day a second, in a data folder of its own')
    .option('--data <folder>', 'data folder', '.ebb/demo')
    .addHelpText('after', '\nExample:\n  $ ebb demo --data /tmp/ebb-demo\n')
    .action(({ data }: { data: string }) => orInterrupted(runDemonstration(context, config, data)))

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
  const base = await openBase(context, {
    ...{ place, wanted, clock, level: 'warn', marginPercent: config.marginPercent },
  })
  await orStop(context, base, async () => {
    const { log } = base.engines
    await sendHistory(log, shop, context.interrupted)
    const from = Math.max(endOfHistory(shop), await lastInstant(log))
    clock.holdAt(from)
    // What an earlier process had not posted is posted now; copies are known by their id for a week.
    const posted = (await lastPosted(log)) - LONGEST_REQUEST_MS
    const stateCacheBytes = Math.min(config.stateCacheBytes, DEMONSTRATION_CACHE_BYTES)
    const settings = { ...base, ...config, tickIntervalMs: DEMONSTRATION_TICK_MS, stateCacheBytes }
    let shoppers: ReturnType<typeof startOffers> | undefined
    const running = await startAll(context, base, {
      ...settings,
      firstPolicy: demonstrationPolicy(),
      truth: async () => shoppers?.truth(),
    })
    const adminToken = base.visitor.key
    for (const line of demonstrationNotice(context, { ...base, ...running, adminToken }))
      context.print(line)
    await scorerAt(base, from, context.interrupted)
    if (running.retention !== undefined) {
      await decidedAll(base, context.interrupted)
      await running.retention.goLive()
    }
    clock.run()
    const posting = postShop(base, {
      shop,
      from: Math.max(endOfHistory(shop), posted),
      url: running.collector.url,
    })
    posting.catch((error: Error) => base.lifecycle.fail(error))
    if (running.retention !== undefined) {
      const urls = { collectorUrl: running.collector.url, retentionUrl: running.retention.url }
      shoppers = startOffers(context, base, { shop, ...urls })
    }
    await printAlerts(context, base)
  })
}

const postShop = async (
  { writeKey, clock, lifecycle }: Base,
  { shop, from, url }: { shop: ShopSpec; from: number; url: string },
): Promise<void> => {
  const closing = new AbortController()
  lifecycle.onStop({ phase: 'readiness', name: 'simulated shop', run: () => closing.abort() })
  await postEvents({ url, writeKey, clock, shop, from, signal: closing.signal })
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

/** Resolves when retention has decided all alerts that there are, or at an interrupt. */
const decidedAll = async (
  { engines: { log }, installation }: Base,
  interrupted: AbortSignal,
): Promise<void> => {
  for (let partition = 0; partition < installation.partitions && !interrupted.aborted; ) {
    const { end } = await log.read({ topic: ALERTS, partition }, 0, 0)
    const decided = await log.advised(ALERTS_GROUP, { topic: ALERTS, partition })
    if (decided >= end) partition += 1
    else await setTimeout(CATCH_UP_POLL_MS)
  }
}
