import { createHash } from 'node:crypto'
import {
  type ModelRecord,
  TRAINING_KEY,
  type TrainingOrigin,
  type TrainingRecord,
  trainingCodec,
} from '@ebb/contracts/model-record'
import { FEATURES } from '@ebb/contracts/topics'
import { CUSTOMERS_STORE } from '@ebb/customer/kept-customer'
import type { TrainedModel, TrainingResult } from '@ebb/risk/training/train-model'
import type { NewRecord } from '@ebb/streaming/event-log'
import type { GenerationEngines } from '@ebb/streaming/generation'
import { decodePartitionRecord } from '@ebb/streaming/partition-record'
import { readCustomerRows } from './customer-rows.ts'
import { fitInWorker } from './fit-in-worker.ts'
import {
  type ModelBook,
  modelBook,
  modelOf,
  modelRecord,
  promotionRecord,
  type Scored,
  versionInForce,
  writeModels,
} from './model-book.ts'
import { promotionOf } from './promotion.ts'

/** What a training works on. */
export interface TrainingPorts {
  readonly engines: Pick<GenerationEngines, 'log' | 'store'>
  /** Process clock, ms. */
  readonly now: () => number
  /** Leaves everything as it was. */
  readonly signal: AbortSignal
}

/** How the shop counts, and what for. */
export interface TrainingRequest {
  readonly timeZone: string
  readonly currency: string
  /** H of the tiers: so many days are held out. */
  readonly horizonDays: number
  readonly origin: TrainingOrigin
  /** Whether the rule may promote; otherwise the model is only recorded. */
  readonly promotes: boolean
  /** Whether visits are to have a say; they keep it where they have it by the model in force. */
  readonly knowsVisits?: boolean
}

const DAY_MS = 86_400_000

/**
 * Fits a model to the customers as they stand, grades it beside the one in force, and writes down
 * what came of it: the model and, where the rule says so, its promotion, in one append. Nothing is
 * left of one that was ended early.
 */
export const runTraining = async (
  { engines, now, signal }: TrainingPorts,
  request: TrainingRequest,
): Promise<TrainingRecord> => {
  const { log } = engines
  const { timeZone, currency, horizonDays, origin } = request
  const store = engines.store(CUSTOMERS_STORE)
  const { position } = await store.read(0, [])
  const at = position === undefined ? 0 : decodePartitionRecord(position.record).clock
  const partitions = await log.partitions(FEATURES)
  const book = modelBook(log)
  const before = await book.readOn()
  const champion = modelOf(before, versionInForce(before))
  const cut = at - horizonDays * DAY_MS
  const span = { cut, now: at, timeZone, currency }
  const block = await readCustomerRows({ store, partitions }, span, signal)
  const knowsVisits = request.knowsVisits === true || champion.visits !== undefined
  const task = { block, horizonDays, champion: champion.model, knowsVisits }
  const result = await fitInWorker(task, signal)
  const { customers, repeaters, historyDays } = result.data
  const made: Made = { at, cut, champion, fittedAt: now(), request }
  const model = result.trained && modelRecordOf(result, result.trained, made)
  const { why, promotion } = decide(await book.readOn(), model, made)
  const training: TrainingRecord = {
    ...{ at, origin, customers, repeaters, historyDays, why: why ?? result.why },
    ...(model && { version: model.version }),
  }
  const last = { key: TRAINING_KEY, value: trainingCodec.encode(training) }
  await writeModels(log, ...(model ? [modelRecord(model)] : []), ...promotion, last)
  return training
}

/** Under which circumstances a model was made. */
interface Made {
  readonly at: number
  readonly cut: number
  readonly champion: Scored
  readonly fittedAt: number
  readonly request: TrainingRequest
}

interface Outcome {
  readonly promotion: readonly NewRecord[]
  /** Where it is not what the rule said. */
  readonly why?: string
}

const decide = (
  book: ModelBook,
  model: ModelRecord | undefined,
  { champion, fittedAt: now, request }: Made,
): Outcome => {
  if (model === undefined || !model.isBetter) return { promotion: [] }
  const { version, why } = model
  const kept = (because: string): Outcome => ({ promotion: [], why: `${why}; ${because}` })
  if (!request.promotes) return kept('not promoted: EBB_TRAINING is record')
  // It was graded against another one than that.
  if (versionInForce(book) !== champion.version)
    return kept('not promoted: another model was meanwhile')
  const models = new Map(book.models).set(version, model)
  const decision = { version, from: champion.version, by: 'rule', why } as const
  const promotion = promotionOf({ ...book, models }, decision, now)
  return { promotion: [promotionRecord(promotion)] }
}

const modelRecordOf = (
  { data, horizonDays, why }: TrainingResult,
  { fit, spend, visits: fitted, heldOut, verdict }: TrainedModel,
  { at, cut, champion, fittedAt, request }: Made,
): ModelRecord => {
  const { model, logLikelihood, dropoutIdentified } = fit
  const { customers, repeaters, orderDays } = data
  const visits = fitted ?? champion.visits
  return {
    version: versionOf(at, { model, spend, visits }),
    model,
    ...(spend && { spend }),
    ...(visits && { visits }),
    ...{ fittedAt, upTo: at, origin: request.origin, customers, repeaters, orderDays },
    ...{ logLikelihood, dropoutIdentified, isBetter: verdict.isBetter, why },
    heldOut: {
      ...{ from: cut, until: at, horizonDays, customers: heldOut.customers },
      ...{ model: heldOut.model, grades: heldOut.grades, recency: heldOut.recency },
      champion: { version: champion.version, grades: heldOut.champion },
      calibration: [...heldOut.calibration],
    },
  }
}

/** The end of its data, UTC, and what the parameters are: two fits of one instant are two versions. */
const versionOf = (at: number, parameters: unknown): string => {
  const digest = createHash('sha256').update(JSON.stringify(parameters)).digest('hex')
  const instant = new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  return `${instant}-${digest.slice(0, 6)}`
}
