import { FeaturesRecord } from '@ebb/contracts/features-record'
import { messageCodec } from '@ebb/contracts/message-codec'
import { readTick } from '@ebb/contracts/tick'
import type { Transaction } from '@ebb/postgres/postgres-client'
import type { Scoring } from '@ebb/risk/tiers'
import type { LogRecord } from '@ebb/streaming/event-log'
import { readRecord, type Skipped } from '../stream/versioned-record.ts'
import { type CustomerFeatures, foldFeatures } from './customer-fold.ts'
import { readFeatures, writeFeatures } from './customer-rows.ts'

/** How `ebb.features.v1` is read. */
export interface FeaturesReading {
  readonly scoring: Scoring
  /** Of the states that the topic is made from. */
  readonly generation: number
  readonly onSkip: (skipped: Skipped) => void
}

const codec = messageCodec(FeaturesRecord)

/** Brings batches of `ebb.features.v1` into the table of customers. */
export const featuresHandler =
  ({ scoring, generation, onSkip }: FeaturesReading) =>
  async (tx: Transaction, records: readonly LogRecord[], partition: number): Promise<void> => {
    let clock = await readClock(tx, partition, generation)
    const before = clock
    const customers = await readFeatures(tx, [...keysOf(records)])
    const changed = new Map<string, CustomerFeatures>()
    for (const record of records) {
      const tick = readTick(record)
      if (typeof tick === 'number') clock = Math.max(clock, tick)
      const seen = readRecord(record, codec, onSkip)
      if (seen === undefined) continue
      const { customerId } = seen.message
      const known = customers.get(customerId)
      const { offset } = record
      const after = foldFeatures(
        known,
        { record: seen.message, version: seen.version, place: { generation, offset }, clock },
        scoring,
      )
      if (after === known) continue
      customers.set(customerId, after)
      changed.set(customerId, after)
    }
    await writeFeatures(tx, [...changed.values()])
    if (clock > before) await writeClock(tx, { partition, generation, clock })
  }

const keysOf = (records: readonly LogRecord[]): Set<string> =>
  new Set(records.filter(({ key }) => !key.startsWith('~')).map(({ key }) => key))

const readClock = async (
  tx: Transaction,
  partition: number,
  generation: number,
): Promise<number> => {
  const [row] = await tx.query<{ clock: number }>(
    'SELECT clock FROM partition_clocks WHERE partition = $1 AND generation = $2',
    [partition, generation],
  )
  return row?.clock ?? 0
}

const writeClock = async (
  tx: Transaction,
  { partition, generation, clock }: Record<'partition' | 'generation' | 'clock', number>,
): Promise<void> => {
  await tx.query(
    `INSERT INTO partition_clocks (partition, generation, clock) VALUES ($1, $2, $3)
     ON CONFLICT (partition) DO UPDATE SET generation = $2, clock = $3`,
    [partition, generation, clock],
  )
}
