import { MessageError } from '@ebb/contracts/message-codec'
import {
  type ModelPromotion,
  type ModelRecord,
  modelCodec,
  PROMOTION_KEY,
  PROMOTION_TOLD_KEY,
  type PromotionTold,
  promotionCodec,
  promotionToldCodec,
  TRAINING_KEY,
  type TrainingRecord,
  trainingCodec,
} from '@ebb/contracts/model-record'
import type { ModelSignal } from '@ebb/contracts/model-signal'
import { MODELS } from '@ebb/contracts/topics'
import { CodedError } from '@ebb/runtime/coded-error'
import type { EventLog, LogRecord, NewRecord } from '@ebb/streaming/event-log'
import { SHIPPED_SCORING } from '../shipped-model.ts'

/** What `ebb.models.v1` holds. */
export interface ModelBook {
  /** By version, those that were fitted last behind the others. */
  readonly models: ReadonlyMap<string, ModelRecord>
  /** Absent: the shipped model is in force. */
  readonly promotion?: ModelPromotion
  readonly told?: PromotionTold
  readonly training?: TrainingRecord
}

/** A book that is read on: what was read is not asked for again. */
export interface OpenModelBook {
  /** All that is there now. Throws `EBB_MODEL_UNREADABLE`. */
  readOn(): Promise<ModelBook>
}

const PARTITION = { topic: MODELS, partition: 0 }

/** The book of a log. */
export const modelBook = ({ read }: Pick<EventLog, 'read'>): OpenModelBook => {
  const models = new Map<string, ModelRecord>()
  let last: Latest = {}
  let offset = 0
  return {
    readOn: async () => {
      for (;;) {
        const from = offset
        const { records } = await read(PARTITION, from, 100)
        // Read on by somebody else meanwhile.
        if (offset !== from) continue
        if (records.length === 0) return { models: new Map(models), ...last }
        for (const record of records) {
          last = orUnreadable(() => readInto(models, last, record))
          offset = record.offset + 1
        }
      }
    },
  }
}

type Latest = Omit<ModelBook, 'models'>

/** The latest of each kind behind a record; a model is put among the others. */
const readInto = (
  models: Map<string, ModelRecord>,
  last: Latest,
  { key, value }: Pick<LogRecord, 'key' | 'value'>,
): Latest => {
  if (key === PROMOTION_KEY) return { ...last, promotion: promotionCodec.decode(value) }
  if (key === PROMOTION_TOLD_KEY) return { ...last, told: promotionToldCodec.decode(value) }
  if (key === TRAINING_KEY) return { ...last, training: trainingCodec.decode(value) }
  // Others that begin so are of a later version.
  if (!key.startsWith('~')) models.set(key, modelCodec.decode(value))
  return last
}

const orUnreadable = <T>(read: () => T): T => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    throw new CodedError('EBB_MODEL_UNREADABLE', {
      what: `A record of models cannot be read: ${error.message}`,
      where: `topic ${MODELS}`,
      fix: 'Let only Ebb write there, and run the version that wrote it',
    })
  }
}

/**
 * Appends records to the book, in their order. Throws `EBB_MODEL_UNREADABLE`, and appends none, where
 * one of them could not be read back: a number that JSON does not have, say. It would close the book.
 */
export const writeModels = async (
  { append }: Pick<EventLog, 'append'>,
  ...records: readonly NewRecord[]
): Promise<void> => {
  for (const record of records) orUnreadable(() => readInto(new Map(), {}, record))
  await append(PARTITION, records)
}

/** A model as a record of the book. */
export const modelRecord = (model: ModelRecord): NewRecord => ({
  key: model.version,
  value: modelCodec.encode(model),
})

/** A promotion as a record of the book. */
export const promotionRecord = (promotion: ModelPromotion): NewRecord => ({
  key: PROMOTION_KEY,
  value: promotionCodec.encode(promotion),
})

/** What customers are scored with: version, parameters, value model, and prior of visits. */
export type Scored = Pick<ModelSignal, 'version' | 'model' | 'spend' | 'visits'>

const SHIPPED: Scored = { version: SHIPPED_SCORING.modelVersion, model: SHIPPED_SCORING.model }

/** Version of the model in force. */
export const versionInForce = ({ promotion }: ModelBook): string =>
  promotion?.version ?? SHIPPED.version

/** The model of a version, the shipped one among them. Throws `EBB_MODEL_UNKNOWN`. */
export const modelOf = ({ models }: ModelBook, version: string): Scored => {
  if (version === SHIPPED.version) return SHIPPED
  const found = models.get(version)
  if (found === undefined) throw modelUnknown(version, [...models.keys()])
  const { model, spend, visits } = found
  return { version, model, ...(spend && { spend }), ...(visits && { visits }) }
}

const modelUnknown = (version: string, versions: readonly string[]): CodedError =>
  new CodedError('EBB_MODEL_UNKNOWN', {
    what: `There is no model of the version ${version}`,
    where: versions.length === 0 ? 'no model was fitted yet' : `the last one: ${versions.at(-1)}`,
    fix: 'Take a version that `ebb models` lists',
  })
