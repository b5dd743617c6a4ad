import type { LogRecord } from '@ebb/streaming/event-log'
import { waitFor } from '@ebb/streaming/retry'
import type { Batch, KafkaMessage } from 'kafkajs'
import { logRecordOf } from './kafka-consumption-record.ts'

/** What was fetched, and from which offset: kafkajs has that at run time, not in its types. */
export type FetchedBatch = Batch & { readonly fetchedOffset: string }

/** How the fetching of one partition is steered. */
export interface Feed {
  /** Fetches from an offset on, also where the partition was held. */
  fetchFrom(offset: number): void
  hold(): void
  release(): void
}

/** What was fetched of one partition and not yet handed on. */
export interface Inflow {
  /** Where the next batch must have been fetched from; `undefined` before the first `begin`. */
  due(): number | undefined
  /** Drops what is there and fetches from an offset on. */
  begin(offset: number): void
  /** Takes a batch, and says whether it continues what was fetched before. */
  offer(batch: FetchedBatch): boolean
  /** Steps over fetched offsets that hold nothing for us; `first` is null where none was read. */
  skip(first: string | null, last: string): void
  /** Resolves when more may be fetched, or holds the partition until then. */
  room(): Promise<void>
  /**
   * At most `limit` records in offset order, as soon as there is one. `astray` when a batch came
   * from an offset that was not due and all before it is handed on; `closed` after `close`.
   */
  next(limit: number): Promise<readonly LogRecord[] | 'astray' | 'closed'>
  close(): void
}

/** Fetched ahead of the listener; beyond it the partition is held. */
const READ_AHEAD_RECORDS = 2_000
/**
 * How long a fetch waits for a listener that is a little slower. kafkajs sleeps when all partitions
 * are held, and a fetch under way leaves out one that was released: holding is for slow listeners.
 */
const PATIENCE_MS = 100

/**
 * The inflow of one partition. A batch counts only when it was fetched from exactly the offset that
 * is due: one from before a seek, or from where kafkajs went when an offset was out of range, does
 * not. Gaps inside a batch (compaction, transaction markers) change nothing of that.
 */
export const partitionInflow = (feed: Feed): Inflow => {
  let messages: readonly KafkaMessage[] = []
  let change = Promise.withResolvers<void>()
  let due: number | undefined
  let isAstray = false
  let isHeld = false
  let isClosed = false

  const changed = (): void => {
    change.resolve()
    change = Promise.withResolvers()
  }
  const hold = (): void => {
    isHeld = true
    feed.hold()
  }
  const isFull = (): boolean => !isClosed && messages.length > READ_AHEAD_RECORDS
  const roomy = async (): Promise<void> => {
    while (isFull()) await change.promise
  }
  const take = (limit: number): LogRecord[] => {
    const first = messages.slice(0, limit)
    messages = messages.slice(limit)
    changed()
    if (isHeld && !isAstray && messages.length <= READ_AHEAD_RECORDS / 2) {
      isHeld = false
      feed.release()
    }
    return first.map(logRecordOf)
  }
  return {
    due: () => due,
    begin: (offset) => {
      messages = []
      due = offset
      isAstray = false
      isHeld = false
      feed.fetchFrom(offset)
      changed()
    },
    offer: (batch) => {
      const isDue = Number(batch.fetchedOffset) === due
      if (isDue) {
        due = Number(batch.lastOffset()) + 1
        messages = messages.length === 0 ? batch.messages : [...messages, ...batch.messages]
      } else if (due !== undefined) {
        isAstray = true
        hold()
      }
      changed()
      return isDue
    },
    skip: (first, last) => {
      if (due !== undefined && Number(first ?? last) >= due) due = Number(last) + 1
    },
    room: async () => {
      if (!isFull()) return
      const waited = new AbortController()
      await Promise.race([roomy(), waitFor(PATIENCE_MS, waited.signal)])
      waited.abort()
      if (isFull()) hold()
    },
    next: async (limit) => {
      while (!isClosed) {
        if (messages.length > 0) return take(limit)
        if (isAstray) return 'astray'
        await change.promise
      }
      return 'closed'
    },
    close: () => {
      isClosed = true
      changed()
    },
  }
}
