import type { Installation } from '@ebb/contracts/installation'
import { EVENTS, FEATURES, MADE_FROM_STATES, topicsOf } from '@ebb/contracts/topics'
import { statesDigest } from '@ebb/customer/normalise'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import { CodedError } from '@ebb/runtime/coded-error'
import { TAKEN_WITHIN_MS } from '@ebb/runtime/follow-generations'
import { putInForce, readInstallation } from '@ebb/runtime/installation'
import { SCORER_PROCESSOR } from '@ebb/scorer/scorer-definition'
import type { Engines, OwnedEngines, Place } from '@ebb/streaming/engines'
import { HaltError } from '@ebb/streaming/faults'
import { decodePartitionRecord } from '@ebb/streaming/partition-record'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { AbortedError, retryTransient, waitFor } from '@ebb/streaming/retry'
import { supersededBy } from '../generations.ts'
import { ownedInGeneration } from '../installation.ts'
import { startProcessors } from '../processors.ts'
import type { ResumableWork } from '../resumable-work.ts'
import { featuresStates } from '../scanned-states.ts'

/** A rebuild as it was asked for. */
export interface RebuildRequest extends ResumableWork<RebuildProgress> {
  readonly place: Place
  /** The process clock. */
  readonly now: () => number
  /** Of revenue; the default unless given. */
  readonly marginPercent?: number
}

/** Records of the log that are read, of those there were when it began. */
export interface RebuildProgress {
  readonly read: number
  readonly records: number
}

/** A rebuild that is finished, and in force. */
export interface RebuildResult {
  readonly generation: number
  readonly customers: number
  /** Largest clock of a partition, ms. */
  readonly clock: number
  readonly statesDigest: string
}

/**
 * Makes all states again from the log, as a new generation beside the one in force, and puts it in
 * force when it has read what was in the log at the beginning. Alerts are raised again under the
 * ids that they had. What an interrupted rebuild left is continued.
 * Resolves to `undefined` where it was interrupted. Throws `EBB_DATA_EMPTY`, and
 * `EBB_REBUILD_OVERTAKEN` where another one was finished meanwhile.
 */
export const runRebuild = async (
  engines: Engines,
  request: RebuildRequest,
): Promise<RebuildResult | undefined> =>
  withInForce(engines, request, (owned, inForce) => rebuildBeside(owned, inForce, request))

type Owner = Pick<RebuildRequest, 'place' | 'now'>

/** Owns the engines, and knows what is in force on them, for as long as `work` takes. */
const withInForce = async <T>(
  engines: Engines,
  { place, now }: Owner,
  work: (owned: OwnedEngines, inForce: Installation) => Promise<T>,
): Promise<T> => {
  const owned = await engines.own(place, { what: 'ebb rebuild', now, durability: 'power-cut' })
  try {
    const inForce = await readInstallation(owned.log)
    if (inForce === undefined) throw nothingToRebuild(place)
    return await work(owned, inForce)
  } finally {
    await owned.close()
  }
}

const nothingToRebuild = ({ folder, namespace }: Place): CodedError =>
  new CodedError('EBB_DATA_EMPTY', {
    what: 'There is no installation of Ebb here, so there is nothing to rebuild',
    where: namespace === '' ? folder : `namespace ${namespace}`,
    fix: 'Name its data folder with --data, or its engines with --kafka, --redis and --namespace',
  })

/** The same on engines of all generations that this process owns already. */
export const rebuildBeside = async (
  owned: OwnedEngines,
  inForce: Installation,
  request: RebuildRequest,
): Promise<RebuildResult | undefined> => {
  for (let generation = inForce.generation + 1; ; generation += 1) {
    const installation = { ...inForce, generation }
    const engines = ownedInGeneration(owned, generation)
    try {
      if (!(await catchUp(engines, installation, request))) return undefined
    } catch (error) {
      // An interrupted rebuild whose states were lost as well: its number is used up.
      if (error instanceof HaltError && error.code === 'EBB_STATE_LOST') continue
      throw error
    }
    const result = await statesIn(engines, installation)
    await requireUnchanged(owned, inForce)
    await putInForce(owned.log, installation)
    return result
  }
}

/** Another rebuild may have been finished meanwhile: an older generation is never put in force. */
const requireUnchanged = async ({ log }: OwnedEngines, inForce: Installation): Promise<void> => {
  const generation = (await readInstallation(log))?.generation
  if (generation === inForce.generation) return
  throw new CodedError('EBB_REBUILD_OVERTAKEN', {
    what: `Another rebuild has put generation ${generation} in force meanwhile`,
    where: `begun with generation ${inForce.generation} in force`,
    fix: 'Nothing is to be done, unless that one was not meant: then give the command again',
  })
}

/**
 * Removes the states and topics of generations that are not in force any more; on shared engines not
 * before every service that runs has taken those in force. Resolves to `undefined`, and removes
 * nothing, where it was interrupted.
 */
export const removeSuperseded = (
  engines: Engines,
  { interrupted, ...owner }: Owner & Pick<RebuildRequest, 'interrupted'>,
): Promise<Installation | undefined> =>
  withInForce(engines, owner, async (owned, inForce) => {
    if (engines.shared !== undefined) await waitFor(TAKEN_WITHIN_MS, interrupted)
    if (interrupted.aborted) return undefined
    await owned.remove(supersededBy(inForce))
    return inForce
  })

/** Runs both processors until each has read what was there; resolves to whether it came so far. */
const catchUp = async (
  engines: OwnedEngines,
  installation: Installation,
  { interrupted, onProgress, onRetry, marginPercent }: RebuildRequest,
): Promise<boolean> => {
  const made = topicsOf(installation.partitions).filter(({ name }) => MADE_FROM_STATES.has(name))
  await engines.makeTopics(made, installation.kind === 'live' ? 'log' : 'writer')
  const halted = Promise.withResolvers<never>()
  halted.promise.catch(() => {})
  const wanted = await endsOf(engines, EVENTS)
  const records = wanted.reduce((sum, end) => sum + end, 0)
  const running = await startProcessors(
    engines,
    { ...installation, marginPercent },
    { onHalt: halted.reject, onRetry },
  )
  const reach = (name: string, ends: readonly number[], tell: (read: number) => void) =>
    Promise.race([
      halted.promise,
      reached(engines.store(name), ends, { interrupted, tell, onRetry }),
    ])
  try {
    const tell = (read: number): void => onProgress({ read, records })
    if (!(await reach(FEATURES_PROCESSOR, wanted, tell))) return false
    return await reach(SCORER_PROCESSOR, await endsOf(engines, FEATURES), () => {})
  } catch (error) {
    if (error instanceof AbortedError) return false
    throw error
  } finally {
    await running.stop()
  }
}

const LOOK_EVERY_MS = 50

interface Told {
  /** Records that are read, of those that are wanted. */
  readonly tell: (read: number) => void
}

/**
 * Resolves to true when states stand at these offsets, whoever brought them there: a second rebuild
 * may have some of the partitions. Resolves to false when it is interrupted.
 */
const reached = async (
  store: PartitionStore,
  ends: readonly number[],
  { interrupted, tell, onRetry }: Pick<RebuildRequest, 'interrupted' | 'onRetry'> & Told,
): Promise<boolean> => {
  const options = { signal: interrupted, wait: waitFor, onRetry }
  const offsetOf = async (partition: number): Promise<number> => {
    const { position } = await retryTransient(() => store.read(partition, []), options)
    return position?.offset ?? 0
  }
  while (!interrupted.aborted) {
    const offsets = await Promise.all(ends.map((_, partition) => offsetOf(partition)))
    tell(offsets.reduce((sum, offset, i) => sum + Math.min(offset, ends[i]!), 0))
    if (offsets.every((offset, i) => offset >= ends[i]!)) return true
    await waitFor(LOOK_EVERY_MS, interrupted)
  }
  return false
}

const endsOf = async ({ log }: OwnedEngines, topic: string): Promise<number[]> => {
  const partitions = Array.from({ length: await log.partitions(topic) }, (_, i) => i)
  return Promise.all(
    partitions.map(async (partition) => (await log.read({ topic, partition }, 0, 0)).end),
  )
}

/** What is in the states of a generation: those of these engines. */
export const statesIn = async (
  { store }: Pick<OwnedEngines, 'store'>,
  { generation, partitions, timeZone }: Installation,
): Promise<RebuildResult> => {
  const features = store(FEATURES_PROCESSOR)
  const states = await featuresStates(features, partitions)
  const clock = Math.max(...(await clocksOf(store(SCORER_PROCESSOR), partitions)))
  const digest = statesDigest(states, clock, timeZone)
  return { generation, customers: states.length, clock, statesDigest: digest }
}

const clocksOf = (store: PartitionStore, partitions: number): Promise<number[]> =>
  Promise.all(
    Array.from({ length: partitions }, async (_, partition) => {
      const { position } = await store.read(partition, [])
      return position === undefined ? 0 : decodePartitionRecord(position.record).clock
    }),
  )
