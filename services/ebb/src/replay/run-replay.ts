import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { AlertRecord } from '@ebb/contracts/alert-record'
import { EMBEDDED_PARTITIONS, FEATURES, topicsOf } from '@ebb/contracts/topics'
import { FEATURES_PROCESSOR, featuresDefinition } from '@ebb/features/features-definition'
import { SCORER_PROCESSOR, scorerDefinition } from '@ebb/scorer/scorer-definition'
import type { EventLog } from '@ebb/streaming/event-log'
import { runProcessor } from '@ebb/streaming/processor'
import type { ProcessorObserver } from '@ebb/streaming/processor-options'
import type { Engines, OwnedEngines } from '../engines.ts'
import { pinInstallation, readInstallation } from '../installation.ts'
import { SHIPPED_SCORING } from '../shipped-model.ts'
import { type JudgedRows, judgeRows } from './judge-rows.ts'
import { type FormatSettings, readRows } from './read-rows.ts'
import { type ReplayFile, readReplayFile } from './replay-file.ts'
import { lastTick, type PlanSettings } from './replay-plan.ts'
import { type ReplaySummary, replaySummary } from './replay-summary.ts'
import { sendRows } from './send-rows.ts'

/** A replay as it was asked for. */
export interface ReplayRequest extends FormatSettings, PlanSettings {
  readonly path: string
  /** Replays live below it, each in a folder of its own. */
  readonly root: string
  /** Forgets an earlier replay of the same file with the same options. */
  readonly fresh: boolean
  readonly interrupted: AbortSignal
  readonly onProgress: (progress: ReplayProgress) => void
}

/** How far a replay is, in ms since the epoch. */
export interface ReplayProgress {
  /** Where the file begins, where the slowest partition is, and where the file ends. */
  readonly from: number
  readonly clock: number
  readonly until: number
}

/** A replay that is finished. */
export interface ReplayResult {
  readonly folder: string
  readonly summary: ReplaySummary
  readonly alerts: readonly AlertRecord[]
  /** Accepted rows that said again what an earlier one had said. */
  readonly copies: number
}

/**
 * Replays a file through the processors that run live, on the clock of the file, in a namespace of
 * its own. What an interrupted run of the same request left is continued.
 * Resolves to `undefined` where it was interrupted.
 */
export const runReplay = async (
  engines: Engines,
  request: ReplayRequest,
): Promise<ReplayResult | undefined> => {
  const file = await readReplayFile(request.path)
  const folder = join(request.root, namespaceOf(file, request))
  // What counted as the future when the replay was begun still does when it is continued.
  const begunAt = request.fresh ? undefined : readInstallation(folder)?.begunAt
  const now = begunAt ?? request.now
  const rows = judgeRows(readRows(file, { ...request, now }))
  const until = lastTick(rows.accepted, request.timeZone)
  const owned = await own(engines, folder, { ...request, until })
  try {
    const { timeZone } = request
    const { currency } = rows
    const partitions = EMBEDDED_PARTITIONS
    pinInstallation(folder, {
      timeZone,
      currency,
      partitions,
      kind: 'replay',
      begunAt: now,
    })
    const finished = await runToLastTick(owned, { rows, request: { ...request, now }, until })
    if (!finished) return undefined
    const features = owned.store(FEATURES_PROCESSOR)
    const scorer = owned.store(SCORER_PROCESSOR)
    const sources = { log: owned.log, features, scorer, timeZone, currency, clock: until }
    const { summary, alerts } = await replaySummary(sources)
    const copies = rows.accepted.length - summary.orders - summary.refunds
    return { folder, summary, alerts, copies }
  } finally {
    await owned.close()
  }
}

/** Its name: the same for the same file and the same options. */
const namespaceOf = ({ digest }: ReplayFile, request: ReplayRequest): string => {
  const { format, timeZone, map, currency, order, repeats } = request
  const options = JSON.stringify({ format, timeZone, map, currency, order, repeats })
  const hash = createHash('sha256').update(`${digest} ${options}`).digest('hex')
  return `${format}-${hash.slice(0, 12)}`
}

const own = async (
  engines: Engines,
  folder: string,
  { path, fresh, until }: ReplayRequest & { readonly until: number },
): Promise<OwnedEngines> => {
  const settings = {
    what: `ebb replay ${path}`,
    topics: topicsOf(EMBEDDED_PARTITIONS),
    // The midnight behind a row of today is ahead of the wall clock, and a tick must not be.
    now: () => Math.max(Date.now(), until),
    durability: 'killed-process',
  } as const
  if (!fresh) return engines.own(folder, settings)
  // Owned first, so that a replay that runs is not taken away from under its process.
  await engines.own(folder, settings).close()
  rmSync(folder, { recursive: true, force: true })
  return engines.own(folder, settings)
}

interface Work {
  readonly rows: JudgedRows
  readonly request: ReplayRequest
  readonly until: number
}

const runToLastTick = async (
  { log, store }: OwnedEngines,
  { rows, request, until }: Work,
): Promise<boolean> => {
  const ended = Promise.withResolvers<boolean>()
  const onInterrupt = (): void => ended.resolve(false)
  request.interrupted.addEventListener('abort', onInterrupt)
  const { timeZone } = request
  const from = rows.accepted.reduce((first, { occurredAt }) => Math.min(first, occurredAt), until)
  const watch = await clockWatch(log, (clock) => {
    request.onProgress({ from, clock, until })
    if (clock >= until) ended.resolve(true)
  })
  const onHalt = ended.reject
  const running = [
    await runProcessor(
      featuresDefinition({ timeZone, currency: rows.currency }),
      { log, store: store(FEATURES_PROCESSOR) },
      { onHalt },
    ),
    await runProcessor(
      scorerDefinition(SHIPPED_SCORING),
      { log, store: store(SCORER_PROCESSOR) },
      { onHalt, observer: watch },
    ),
  ]
  try {
    const sending = sendRows(log, { ...request, file: request.path, rows })
    sending.catch(ended.reject)
    return await ended.promise
  } finally {
    request.interrupted.removeEventListener('abort', onInterrupt)
    await Promise.all(running.map((each) => each.stop()))
  }
}

/** Hears the clock of the slowest partition of the scorer. */
const clockWatch = async (
  log: EventLog,
  onClock: (clock: number) => void,
): Promise<ProcessorObserver> => {
  const clocks = new Array<number>(await log.partitions(FEATURES)).fill(0)
  const heard = (partition: number, clock: number): void => {
    clocks[partition] = clock
    onClock(Math.min(...clocks))
  }
  return {
    acquired: ({ partition, clock }) => heard(partition, clock),
    committed: ({ partition, clock }) => heard(partition, clock),
  }
}
