import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { AlertRecord } from '@ebb/contracts/alert-record'
import { FEATURES } from '@ebb/contracts/topics'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import { SCORER_PROCESSOR } from '@ebb/scorer/scorer-definition'
import type { Engines, OwnedEngines, Place } from '@ebb/streaming/engines'
import type { EventLog } from '@ebb/streaming/event-log'
import type { ProcessorObserver } from '@ebb/streaming/processor-options'
import { installationAt, ownInstallation } from '../installation.ts'
import { startProcessors } from '../processors.ts'
import type { ResumableWork } from '../resumable-work.ts'
import { type JudgedRows, judgeRows } from './judge-rows.ts'
import { type FormatSettings, readRows } from './read-rows.ts'
import { type ReplayFile, readReplayFile } from './replay-file.ts'
import { lastTick, type PlanSettings } from './replay-plan.ts'
import { type ReplaySummary, replaySummary } from './replay-summary.ts'
import { sendRows } from './send-rows.ts'

/** A replay as it was asked for. */
export interface ReplayRequest extends FormatSettings, PlanSettings, ResumableWork<ReplayProgress> {
  readonly path: string
  /** Replays live below it, each in a place of its own: folder and namespace. */
  readonly root: Place
  /** Of the customer topics; changes no result. */
  readonly partitions: number
  /** Forgets an earlier replay of the same file with the same options. */
  readonly fresh: boolean
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
  readonly place: Place
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
  const place = replayPlace(file, request)
  if (request.fresh) await engines.forget(place)
  // What counted as the future when the replay was begun still does when it is continued.
  const now = (await installationAt(engines, place))?.begunAt ?? request.now
  const rows = judgeRows(readRows(file, { ...request, now }))
  const until = lastTick(rows.accepted, request.timeZone)
  const { timeZone, partitions } = request
  const { currency } = rows
  const wanted = { timeZone, currency, partitions, kind: 'replay', begunAt: now } as const
  const { engines: owned } = await ownInstallation(engines, place, {
    what: `ebb replay ${request.path}`,
    wanted,
    // The midnight behind a row of today is ahead of the wall clock, and a tick must not be.
    now: () => Math.max(Date.now(), until),
    durability: 'killed-process',
  })
  try {
    const finished = await runToLastTick(owned, { rows, request: { ...request, now }, until })
    if (!finished) return undefined
    const features = owned.store(FEATURES_PROCESSOR)
    const scorer = owned.store(SCORER_PROCESSOR)
    const sources = { log: owned.log, features, scorer, timeZone, currency, clock: until }
    const { summary, alerts } = await replaySummary(sources)
    const copies = rows.accepted.length - summary.orders - summary.refunds
    return { place, summary, alerts, copies }
  } finally {
    await owned.close()
  }
}

/** Where a replay lives: the same for the same file and the same options. */
export const replayPlace = (
  { digest }: Pick<ReplayFile, 'digest'>,
  request: Omit<FormatSettings, 'now'> & PlanSettings & Pick<ReplayRequest, 'root' | 'partitions'>,
): Place => {
  const { format, timeZone, map, currency, order, repeats, partitions } = request
  const options = { format, timeZone, map, currency, order, repeats, partitions }
  const hash = createHash('sha256')
    .update(`${digest} ${JSON.stringify(options)}`)
    .digest('hex')
  const name = `${format}-${hash.slice(0, 12)}`
  const { folder, namespace } = request.root
  return { folder: join(folder, name), namespace: `${namespace}.${name}` }
}

interface Work {
  readonly rows: JudgedRows
  readonly request: ReplayRequest
  readonly until: number
}

const runToLastTick = async (
  engines: OwnedEngines,
  { rows, request, until }: Work,
): Promise<boolean> => {
  const { log } = engines
  const ended = Promise.withResolvers<boolean>()
  const onInterrupt = (): void => ended.resolve(false)
  request.interrupted.addEventListener('abort', onInterrupt)
  const { timeZone } = request
  const from = rows.accepted.reduce((first, { occurredAt }) => Math.min(first, occurredAt), until)
  const watch = await clockWatch(log, (clock) => {
    request.onProgress({ from, clock, until })
    if (clock >= until) ended.resolve(true)
  })
  const shop = { timeZone, currency: rows.currency, generation: 0 }
  const { onRetry } = request
  const listeners = { onHalt: ended.reject, onRetry, scorer: watch }
  const running = await startProcessors(engines, shop, listeners)
  try {
    const sending = sendRows(log, { ...request, file: request.path, rows })
    sending.catch(ended.reject)
    return await ended.promise
  } finally {
    request.interrupted.removeEventListener('abort', onInterrupt)
    await running.stop()
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
