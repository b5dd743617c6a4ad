import type { Installation } from '@ebb/contracts/installation'
import type { ModelPromotion, TrainingRecord } from '@ebb/contracts/model-record'
import { MODELS, topicsOf } from '@ebb/contracts/topics'
import { CodedError } from '@ebb/runtime/coded-error'
import { readInstallation } from '@ebb/runtime/installation'
import type { Logger } from '@ebb/runtime/logger'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import {
  modelBook,
  promotionRecord,
  versionInForce,
  writeModels,
} from '@ebb/scorer/training/model-book'
import { type Decision, promotionOf } from '@ebb/scorer/training/promotion'
import { runTraining } from '@ebb/scorer/training/run-training'
import type { TrainingMode } from '@ebb/scorer/training/trainer'
import type { Engines, Place } from '@ebb/streaming/engines'
import type { EventLog } from '@ebb/streaming/event-log'
import type { GenerationEngines, Generations } from '@ebb/streaming/generation'
import { answerWhenAsked, doOrAsk } from '../asked-work.ts'
import { ownedInGeneration } from '../installation.ts'

/** What somebody wants of the models. */
export type ModelRequest =
  | { readonly fit: true; readonly knowsVisits: boolean }
  | { readonly decision: Decision }

/** What came of it. */
export type ModelAnswer =
  | { readonly training: TrainingRecord }
  | { readonly promotion: ModelPromotion }

const NAME = 'models'

/** Who wants it, and where. */
export interface ModelAsking {
  readonly place: Place
  readonly mode: TrainingMode
  /** The process clock. */
  readonly now: () => number
  readonly interrupted: AbortSignal
}

/**
 * Fits or promotes a model; where `ebb up` owns the data folder, that process does it. Resolves to
 * `undefined` where it was interrupted. Throws `EBB_MODELS_FIXED` where nothing is learned, and as
 * `promotionOf` does.
 */
export const modelWorkOrAsk = (
  engines: Engines,
  { place, mode, now, interrupted }: ModelAsking,
  request: ModelRequest,
): Promise<ModelAnswer | undefined> =>
  doOrAsk({ place, name: NAME, request, interrupted }, async () => {
    const owned = await engines.own(place, { what: 'ebb models', now, durability: 'power-cut' })
    try {
      const topic = topicsOf(1).find(({ name }) => name === MODELS)!
      // On shared engines `ebb topics apply` makes it.
      if (engines.shared === undefined) await owned.makeTopics([topic], 'writer')
      const installation = await readInstallation(owned.log)
      const inForce = ownedInGeneration(owned, installation?.generation ?? 0)
      return await doModelWork({ inForce, mode, now, interrupted }, request)
    } finally {
      await owned.close()
    }
  })

/** What a process that owns the engines needs in order to do it. */
interface ModelOwner extends Pick<ModelAsking, 'mode' | 'now' | 'interrupted'> {
  readonly inForce: Pick<GenerationEngines, 'log' | 'store'>
}

const doModelWork = async (
  { inForce, mode, now, interrupted }: ModelOwner,
  request: ModelRequest,
): Promise<ModelAnswer | undefined> => {
  const { log } = inForce
  const { timeZone, currency } = await installationThatLearns(log)
  if ('decision' in request) {
    const book = await modelBook(log).readOn()
    const { decision } = request
    const { promotion: before } = book
    // Asked again by the file of a process that was killed behind it.
    if (before && versionInForce(book) === decision.version) return { promotion: before }
    const promotion = promotionOf(book, decision, now())
    await writeModels(log, promotionRecord(promotion))
    return { promotion }
  }
  const { horizonDays } = SHIPPED_SCORING.policy
  const ports = { engines: inForce, now, signal: interrupted }
  const { knowsVisits } = request
  const settings = { timeZone, currency, horizonDays, promotes: mode === 'nightly', knowsVisits }
  try {
    return { training: await runTraining(ports, { ...settings, origin: 'asked' }) }
  } catch (error) {
    if (interrupted.aborted) return undefined
    throw error
  }
}

/** Throws `EBB_MODELS_FIXED` where nothing is learned. */
export const installationThatLearns = async (
  log: Pick<EventLog, 'read'>,
): Promise<Installation> => {
  const installation = await readInstallation(log)
  if (installation?.kind === 'live') return installation
  throw new CodedError('EBB_MODELS_FIXED', {
    what: 'Only a live installation learns: a demonstration and a replay keep the shipped model',
    where: installation === undefined ? 'nothing was begun here' : `kind: ${installation.kind}`,
    fix: 'Name the data folder of `ebb up` with --data, or its engines',
  })
}

/** A process that owns a live installation. */
export interface LearningOwner extends Pick<ModelAsking, 'place' | 'mode' | 'now'> {
  readonly generations: Generations
  readonly logger: Logger
}

/** Fits and promotes models beside all that runs in this process whenever it is asked to. */
export const learnWhenAsked = ({
  place,
  logger,
  generations,
  ...owner
}: LearningOwner): { stop(): Promise<void> } =>
  answerWhenAsked({
    ...{ place, name: NAME, logger },
    work: (request: ModelRequest, interrupted) =>
      doModelWork({ ...owner, interrupted, inForce: generations.inForce() }, request),
  })
