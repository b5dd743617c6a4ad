import { MessageError } from '@ebb/contracts/message-codec'
import {
  compareModelSignals,
  MODEL_SIGNAL_KEY,
  type ModelSignal,
  modelSignalCodec,
} from '@ebb/contracts/model-signal'
import type { Queries, Transaction } from '@ebb/postgres/postgres-client'
import type { Valuing } from '@ebb/risk/expected-loss'
import type { Scoring } from '@ebb/risk/silence/tiers'
import type { LogRecord } from '@ebb/streaming/event-log'

/** What customers are scored with, and its name. */
export interface ModelScoring extends Scoring, Valuing {
  readonly modelVersion: string
}

/** The model that a partition was told last; what is shipped where it was told none. */
export const modelOfPartition = async (
  tx: Transaction,
  partition: number,
  shipped: ModelScoring,
): Promise<ModelScoring> => {
  const [found] = await tx.query<{ signal: ModelSignal }>(
    'SELECT signal FROM models_in_force WHERE partition = $1',
    [partition],
  )
  return found === undefined ? shipped : scoringOf(found.signal, shipped)
}

/** The model that was promoted last, as far as any partition knows. */
export const modelInForce = async (
  queries: Queries,
  shipped: ModelScoring,
): Promise<ModelScoring> => {
  const [found] = await queries.query<{ signal: ModelSignal }>(
    'SELECT signal FROM models_in_force ORDER BY at DESC, version DESC LIMIT 1',
  )
  return found === undefined ? shipped : scoringOf(found.signal, shipped)
}

const scoringOf = (
  { version: modelVersion, model, policy, spend, visits }: ModelSignal,
  shipped: ModelScoring,
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

/**
 * Takes a signal for a partition, where it is the latest one; what customers of the partition are
 * scored with from then on, `undefined` where nothing changes: a copy, or an old one that a rebuild
 * tells again.
 */
export const takeModelSignal = async (
  tx: Transaction,
  { partition, signal, shipped }: { partition: number; signal: ModelSignal; shipped: ModelScoring },
): Promise<ModelScoring | undefined> => {
  const [known] = await tx.query<Pick<ModelSignal, 'at' | 'version'>>(
    'SELECT at, version FROM models_in_force WHERE partition = $1',
    [partition],
  )
  if (known !== undefined && compareModelSignals(signal, known) <= 0) return undefined
  await tx.query(
    `INSERT INTO models_in_force (partition, at, version, signal) VALUES ($1, $2, $3, $4::jsonb)
     ON CONFLICT (partition) DO UPDATE SET at = $2, version = $3, signal = $4::jsonb`,
    [partition, signal.at, signal.version, JSON.stringify(signal)],
  )
  return scoringOf(signal, shipped)
}
