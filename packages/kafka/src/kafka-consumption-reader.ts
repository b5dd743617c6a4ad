import type { PartitionListener } from '@ebb/streaming/event-log'
import { HaltError } from '@ebb/streaming/faults'
import { type Feed, type Inflow, partitionInflow } from './kafka-consumption-inflow.ts'
import type { OffsetRange } from './kafka-consumption-ranges.ts'

/** What the reader of one partition works with. */
export interface ReaderSettings {
  readonly topic: string
  readonly partition: number
  readonly listener: PartitionListener
  readonly feed: Feed
  readonly advise: (offset: number) => void
  /** What the log holds now; `undefined` where the broker does not say. */
  readonly range: () => Promise<OffsetRange | undefined>
  /** What it held when the group was joined. */
  readonly rangeAtJoin: Promise<OffsetRange | undefined>
  /** The end of an earlier reader of this partition: nothing is begun before. */
  readonly before: Promise<void>
  /** The listener failed, or records are gone, while the partition was ours. */
  readonly failed: (error: Error) => void
}

/** One partition from its assignment until it is taken away. */
export interface PartitionReader extends Pick<Inflow, 'offer' | 'skip' | 'room'> {
  /** Resolves when the listener knows that the partition is gone. Never rejects. */
  readonly done: Promise<void>
  /** Aborts a running batch. */
  takeAway(): void
}

const BATCH_RECORDS = 500

/** Begins where `assigned` says and hands on what is fetched, one batch after the other. */
export const partitionReader = (settings: ReaderSettings): PartitionReader => {
  const taken = new AbortController()
  const inflow = partitionInflow(settings.feed)
  return {
    offer: inflow.offer,
    skip: inflow.skip,
    room: inflow.room,
    done: lifeOf(settings, inflow, taken.signal).catch((error: Error) => {
      if (!taken.signal.aborted) settings.failed(error)
    }),
    takeAway: () => {
      taken.abort()
      inflow.close()
    },
  }
}

const lifeOf = async (
  settings: ReaderSettings,
  inflow: Inflow,
  signal: AbortSignal,
): Promise<void> => {
  await settings.before
  if (signal.aborted) return
  try {
    if (await isBegun(settings, inflow, signal)) await readOn(settings, inflow, signal)
  } finally {
    settings.listener.revoked(settings.partition)
  }
}

const isBegun = async (
  settings: ReaderSettings,
  inflow: Inflow,
  signal: AbortSignal,
): Promise<boolean> => {
  const from = await settings.listener.assigned(settings.partition)
  const range = await settings.rangeAtJoin
  if (signal.aborted) return false
  // Where the log ended at the join says nothing: it has gone on since.
  refuseTruncatedLog(settings, from, range)
  settings.advise(from)
  inflow.begin(from)
  return true
}

const readOn = async (
  settings: ReaderSettings,
  inflow: Inflow,
  signal: AbortSignal,
): Promise<void> => {
  const { listener, partition, advise } = settings
  for (;;) {
    const records = await inflow.next(BATCH_RECORDS)
    if (signal.aborted || records === 'closed') return
    if (records === 'astray') {
      await findBack(settings, inflow, signal)
      continue
    }
    const next = await listener.batch(partition, records, signal)
    advise(next)
    if (signal.aborted) return
    if (next !== records.at(-1)!.offset + 1) inflow.begin(next)
  }
}

/** A batch came from an offset that was not due: were records lost, or was it only late? */
const findBack = async (
  settings: ReaderSettings,
  inflow: Inflow,
  signal: AbortSignal,
): Promise<void> => {
  const due = inflow.due()!
  const range = await settings.range()
  if (signal.aborted) return
  // When kafkajs resets an offset, it tells the broker so.
  settings.advise(due)
  refuseTruncatedLog(settings, due, range)
  refuseLostLog(settings, due, range)
  inflow.begin(due)
}

const refuseTruncatedLog = (
  { topic, partition }: ReaderSettings,
  offset: number,
  range: OffsetRange | undefined,
): void => {
  if (range === undefined || offset >= range.start) return
  throw new HaltError(
    'EBB_LOG_TRUNCATED',
    `partition ${partition} of ${topic} begins at offset ${range.start}, but was to be read from ` +
      `${offset} on: records that were never read are gone`,
  )
}

const refuseLostLog = (
  { topic, partition }: ReaderSettings,
  offset: number,
  range: OffsetRange | undefined,
): void => {
  if (range === undefined || offset <= range.end) return
  throw new HaltError(
    'EBB_LOG_LOST',
    `partition ${partition} of ${topic} ends at offset ${range.end}, but had been read up to ` +
      `${offset}; restore log and states from one backup`,
  )
}
