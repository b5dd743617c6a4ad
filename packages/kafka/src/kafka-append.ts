import type { NewRecord, TopicPartition } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import { type AppendQueue, appendQueue } from './append-queue.ts'
import { UNAVAILABLE } from './kafka-faults.ts'
import type { Produce } from './kafka-produce.ts'
import type { StampedRecord } from './record-batch.ts'
import { within } from './time-limit.ts'

/** Appends records to any partition that exists. */
export interface Appender {
  /** As `AppendQueue.add`, with a deadline of ten seconds. */
  append(to: TopicPartition, records: readonly NewRecord[]): Promise<number>
  /** Sends what waits, for at most `withinMs`; what is left then is rejected. */
  close(withinMs: number): Promise<void>
}

const DEADLINE_MS = 10_000
const SEND_RECORDS = 500
/** Brokers take 1,048,588 bytes by default; our figures are a little too small. */
const SEND_BYTES = 1_000_000
const LINGER_MS = 5

/** Appends through `produce`; `now` stamps the records. */
export const appender = (produce: Produce, now: () => number): Appender => {
  const queues = new Map<string, AppendQueue<StampedRecord>>()
  const linger = lingering()
  let isClosed = false

  const open = (to: TopicPartition): AppendQueue<StampedRecord> => {
    const name = `${to.topic}/${to.partition}`
    const queue: AppendQueue<StampedRecord> = appendQueue({
      name,
      send: (batch) => linger.during(produce({ to, records: batch })),
      sizeOf: sizeOfRecord,
      onReady: () => linger.ready(queue),
      maxRecords: SEND_RECORDS,
      maxBytes: SEND_BYTES,
      deadlineMs: DEADLINE_MS,
    })
    queues.set(name, queue)
    return queue
  }
  const append = async (to: TopicPartition, records: readonly NewRecord[]): Promise<number> => {
    if (isClosed) throw closed()
    const timestamp = now()
    const queue = queues.get(`${to.topic}/${to.partition}`) ?? open(to)
    return queue.add(records.map((record) => ({ ...record, timestamp })))
  }
  const close = async (withinMs: number): Promise<void> => {
    isClosed = true
    const all = [...queues.values()]
    await within(withinMs, Promise.all(all.map((queue) => queue.settled())))
    for (const queue of all) queue.abandon(closed())
  }
  return { append, close }
}

/**
 * When queues are flushed: at the end of the turn if nothing is on its way, for waiting would gain
 * nothing; else when an answer is there, in five milliseconds, or when a queue is full, whatever
 * comes first. All that are ready go in one turn, and so may share a request.
 */
const lingering = () => {
  const queues = new Set<AppendQueue<StampedRecord>>()
  let sends = 0
  let atOnce: NodeJS.Immediate | undefined
  let later: NodeJS.Timeout | undefined

  const flush = (): void => {
    clearImmediate(atOnce)
    clearTimeout(later)
    atOnce = undefined
    later = undefined
    const ready = [...queues]
    queues.clear()
    for (const queue of ready) queue.flush()
  }
  const flushAtOnce = (): void => {
    atOnce ??= setImmediate(flush)
  }
  return {
    ready: (queue: AppendQueue<StampedRecord>): void => {
      queues.add(queue)
      if (sends === 0 || queue.isFull()) flushAtOnce()
      else later ??= setTimeout(flush, LINGER_MS)
    },
    during: async <T>(send: Promise<T>): Promise<T> => {
      sends += 1
      try {
        return await send
      } finally {
        sends -= 1
        if (queues.size > 0) flushAtOnce()
      }
    },
  }
}

const closed = (): TransientError => new TransientError(UNAVAILABLE, 'the log is closed')

const RECORD_OVERHEAD_BYTES = 20
const HEADER_OVERHEAD_BYTES = 4

/** Near enough, for nearly all of our keys and headers are ASCII. The broker has the last word. */
const sizeOfRecord = ({ key, value, headers = {} }: StampedRecord): number => {
  let bytes = RECORD_OVERHEAD_BYTES + key.length + value.length
  for (const name in headers) bytes += HEADER_OVERHEAD_BYTES + name.length + headers[name]!.length
  return bytes
}
