import { FeaturesRecord } from '@ebb/contracts/features-record'
import { messageCodec } from '@ebb/contracts/message-codec'
import { compareModelSignals, type ModelSignal } from '@ebb/contracts/model-signal'
import { readTick } from '@ebb/contracts/tick'
import type { Transaction } from '@ebb/postgres/transaction'
import { onSourceChange } from '@ebb/risk/silence/holds'
import type { LogRecord } from '@ebb/streaming/event-log'
import { followOrders, type HeardOrder } from '../grading/follow-orders.ts'
import { gradeDay } from '../grading/grade-day.ts'
import { readGradingDay } from '../grading/graded-rows.ts'
import {
  keepModelSignal,
  type ModelScoring,
  readModelSignal,
  scoringOf,
} from '../grading/model-in-force.ts'
import { untilNewDays } from '../grading/until-new-days.ts'
import { readSourceSignal } from '../stream/source-signal.ts'
import { readRecord, type Skipped } from '../stream/versioned-record.ts'
import { type CustomerFeatures, foldFeatures } from './customer-fold.ts'
import { lockCustomers, lockPartition, readFeatures, writeFeatures } from './customer-rows.ts'
import { type PartitionKnown, readPartition, writePartition } from './partition-known.ts'
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
    await lockPartition(tx, partition)
    const keys = [...keysOf(records)]
    const lastDay = (await readGradingDay(tx, partition))?.day
    const stretches = untilNewDays(records, lastDay, timeZone)
    if (stretches.length > 1) await lockCustomers(tx, keys)
    const of = { partition, generation: reading.generation }
    const before = await readPartition(tx, of)
    const batch: Batch = {
      ...{ reading, tx, partition, known: before, customers: await readFeatures(tx, keys) },
      scoring: scoringOf(before.promoted, scoring),
    }
    for (const { records, newDay } of stretches) {
      await readStretch(batch, records)
      if (newDay === undefined) continue
      const { partitions } = reading
      const day = { partition, partitions, timeZone, scoring: batch.scoring, tick: newDay }
      await gradeDay(tx, day)
    }
    if (batch.known !== before) await writePartition(tx, of, batch.known)
  }

/** What a batch has come to so far. */
interface Batch {
  readonly reading: FeaturesReading
  readonly tx: Transaction
  readonly partition: number
  readonly customers: Map<string, CustomerFeatures>
  known: PartitionKnown
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
    const model = readModelSignal(record)
    if (model === undefined) {
      batch.known = afterControl(batch.known, record)
      foldRecord(batch, pending, record)
    } else {
      await write(batch, pending)
      await promote(batch, model, record.offset)
    }
  }
  await write(batch, pending)
}

/** What a tick or a signal of a source says; the same value behind any other record. */
const afterControl = (known: PartitionKnown, record: LogRecord): PartitionKnown => {
  const tick = readTick(record)
  if (typeof tick === 'number') return tick > known.clock ? { ...known, clock: tick } : known
  const signal = readSourceSignal(record)
  return signal === undefined ? known : onSourceChange(known, signal, known.clock)
}

const foldRecord = (batch: Batch, { changed, heard }: Pending, record: LogRecord): void => {
  const { reading, customers, scoring } = batch
  const { clock, holds } = batch.known
  const seen = readRecord(record, codec, reading.onSkip)
  if (seen === undefined) return
  const { customerId } = seen.message
  const known = customers.get(customerId)
  const place = { generation: reading.generation, offset: record.offset }
  const after = foldFeatures(
    known,
    { record: seen.message, version: seen.version, place, clock, holds },
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

/**
 * From here on customers of the partition are scored with another model; those that are known, too. A
 * copy, or an older one, changes nothing.
 */
const promote = async (batch: Batch, signal: ModelSignal, offset: number): Promise<void> => {
  const { tx, partition, known, reading, customers } = batch
  const { scoring: shipped, partitions, generation } = reading
  const { clock, promoted } = known
  if (promoted !== null && compareModelSignals(signal, promoted) <= 0) return
  batch.known = { ...known, promoted: signal }
  batch.scoring = scoringOf(signal, shipped)
  await keepModelSignal(tx, partition, signal)
  const place = { generation, offset }
  const { scoring } = batch
  const promotion = { partition, partitions, scoring, clock, place, holds: known }
  for (const each of await scoreAnew(tx, promotion))
    if (customers.has(each.customerId)) customers.set(each.customerId, each)
}

const keysOf = (records: readonly LogRecord[]): Set<string> =>
  new Set(records.filter(({ key }) => !key.startsWith('~')).map(({ key }) => key))
