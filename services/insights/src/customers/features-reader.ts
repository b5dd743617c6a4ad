import { FeaturesRecord } from '@ebb/contracts/features-record'
import { messageCodec } from '@ebb/contracts/message-codec'
import { readTick } from '@ebb/contracts/tick'
import type { Transaction } from '@ebb/postgres/postgres-client'
import type { LogRecord } from '@ebb/streaming/event-log'
import { followOrders, type HeardOrder } from '../grading/follow-orders.ts'
import { gradeDay } from '../grading/grade-day.ts'
import { readGradingDay } from '../grading/graded-rows.ts'
import {
  type ModelScoring,
  modelOfPartition,
  readModelSignal,
  takeModelSignal,
} from '../grading/model-in-force.ts'
import { untilNewDays } from '../grading/until-new-days.ts'
import { readRecord, type Skipped } from '../stream/versioned-record.ts'
import { type CustomerFeatures, foldFeatures } from './customer-fold.ts'
import { lockCustomers, readFeatures, writeFeatures } from './customer-rows.ts'
import { scoreAnew } from './score-anew.ts'

/** How `ebb.features.v1` is read. */
export interface FeaturesReading {
  /** Until a partition is told of another model. */
  readonly scoring: ModelScoring
  /** Of the states that the topic is made from. */
  readonly generation: number
  /** Of the topic. */
  readonly partitions: number
  /** IANA name of the shop's: days that are graded are days there. */
  readonly timeZone: string
  readonly onSkip: (skipped: Skipped) => void
}

const codec = messageCodec(FeaturesRecord)

/**
 * Brings batches of `ebb.features.v1` into the table of customers, what was told of them in step with
 * their orders, and grades once a day.
 */
export const featuresHandler =
  (reading: FeaturesReading) =>
  async (tx: Transaction, records: readonly LogRecord[], partition: number): Promise<void> => {
    const { timeZone, scoring } = reading
    const keys = [...keysOf(records)]
    const lastDay = (await readGradingDay(tx, partition))?.day
    const stretches = untilNewDays(records, lastDay, timeZone)
    if (stretches.length > 1) await lockCustomers(tx, keys)
    const before = await readClock(tx, partition, reading.generation)
    const batch: Batch = {
      ...{ reading, tx, partition, clock: before, customers: await readFeatures(tx, keys) },
      scoring: await modelOfPartition(tx, partition, scoring),
    }
    for (const { records, newDay } of stretches) {
      await readStretch(batch, records)
      if (newDay === undefined) continue
      const { partitions } = reading
      const day = { partition, partitions, timeZone, scoring: batch.scoring, tick: newDay }
      await gradeDay(tx, day)
    }
    const { clock } = batch
    const { generation } = reading
    if (clock > before) await writeClock(tx, { partition, generation, clock })
  }

/** What a batch has come to so far. */
interface Batch {
  readonly reading: FeaturesReading
  readonly tx: Transaction
  readonly partition: number
  readonly customers: Map<string, CustomerFeatures>
  clock: number
  scoring: ModelScoring
}

/** What records change before they are written. */
interface Pending {
  readonly changed: Map<string, CustomerFeatures>
  readonly heard: HeardOrder[]
}

const readStretch = async (batch: Batch, records: readonly LogRecord[]): Promise<void> => {
  const pending: Pending = { changed: new Map(), heard: [] }
  for (const record of records) {
    const tick = readTick(record)
    if (typeof tick === 'number') batch.clock = Math.max(batch.clock, tick)
    const signal = readModelSignal(record)
    if (signal !== undefined) {
      await write(batch, pending)
      await promote(batch, signal, record.offset)
    } else foldRecord(batch, pending, record)
  }
  await write(batch, pending)
}

const foldRecord = (batch: Batch, { changed, heard }: Pending, record: LogRecord): void => {
  const { reading, customers, clock, scoring } = batch
  const seen = readRecord(record, codec, reading.onSkip)
  if (seen === undefined) return
  const { customerId } = seen.message
  const known = customers.get(customerId)
  const place = { generation: reading.generation, offset: record.offset }
  const after = foldFeatures(
    known,
    { record: seen.message, version: seen.version, place, clock },
    scoring,
  )
  if (after === known) return
  customers.set(customerId, after)
  changed.set(customerId, after)
  if (after.rhythmPlace === place) heard.push({ customerId, lastAt: after.rhythm?.lastAt ?? null })
}

const write = async ({ tx }: Batch, { changed, heard }: Pending): Promise<void> => {
  await writeFeatures(tx, [...changed.values()])
  await followOrders(tx, heard)
  changed.clear()
  heard.length = 0
}

/** From here on customers of the partition are scored with another model; those that are known, too. */
const promote = async (
  batch: Batch,
  signal: NonNullable<ReturnType<typeof readModelSignal>>,
  offset: number,
): Promise<void> => {
  const { tx, partition, clock, reading, customers } = batch
  const { scoring: shipped, partitions, generation } = reading
  const scoring = await takeModelSignal(tx, { partition, signal, shipped })
  if (scoring === undefined) return
  batch.scoring = scoring
  const place = { generation, offset }
  for (const each of await scoreAnew(tx, { partition, partitions, scoring, clock, place }))
    if (customers.has(each.customerId)) customers.set(each.customerId, each)
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
