import { MessageError } from '@ebb/contracts/message-codec'
import { MODEL_SIGNAL_KEY, type ModelSignal, modelSignalCodec } from '@ebb/contracts/model-signal'
import type { Queries, Transaction } from '@ebb/postgres/transaction'
import type { Valuing } from '@ebb/risk/expected-loss'
import type { Scoring } from '@ebb/risk/silence/tiers'
import type { LogRecord } from '@ebb/streaming/event-log'

/** What customers are scored with, and its name. */
export interface ModelScoring extends Scoring, Valuing {
  readonly modelVersion: string
}

/** The model that was promoted last, as far as any partition knows. */
export const modelInForce = async (
  queries: Queries,
  shipped: ModelScoring,
): Promise<ModelScoring> => {
  const [found] = await queries.query<{ signal: ModelSignal }>(
    'SELECT signal FROM models_in_force ORDER BY at DESC, version DESC LIMIT 1',
  )
  return scoringOf(found?.signal ?? null, shipped)
}

/** What customers are scored with by a signal; what is shipped without any. */
export const scoringOf = (signal: ModelSignal | null, shipped: ModelScoring): ModelScoring =>
  signal === null ? shipped : promotedOver(shipped, signal)

const promotedOver = (
  shipped: ModelScoring,
  { version: modelVersion, model, policy, spend, visits }: ModelSignal,
): ModelScoring => ({
  ...shipped,
  ...{ modelVersion, model, policy: policy ?? shipped.policy, visitPrior: visits },
  ...(spend && { spend }),
})

/** The signal of a record; `undefined` for every other, and for what cannot be read. */
export const readModelSignal = ({ key, value }: LogRecord): ModelSignal | undefined => {
  if (key !== MODEL_SIGNAL_KEY) return undefined
  try {
    return modelSignalCodec.decode(value)
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    return undefined
  }
}

/** Keeps for whoever asks that a partition was told of a model; a later one stays. */
export const keepModelSignal = async (
  tx: Transaction,
  partition: number,
  signal: ModelSignal,
): Promise<void> => {
  await tx.query(
    `INSERT INTO models_in_force AS kept (partition, at, version, signal)
     VALUES ($1, $2, $3, $4::jsonb)
     ON CONFLICT (partition) DO UPDATE SET at = $2, version = $3, signal = $4::jsonb
     WHERE (kept.at, kept.version) < ($2, $3)`,
    [partition, signal.at, signal.version, JSON.stringify(signal)],
  )
}
