import { setTimeout as wait } from 'node:timers/promises'
import { MessageError } from '@ebb/contracts/message-codec'
import { CodedError } from '@ebb/runtime/coded-error'
import type { EventLog, LogRecord, TopicPartition } from '@ebb/streaming/event-log'

/** The messages of one topic, and how to tell and order them. */
export interface TopicSource<T> {
  readonly log: Pick<EventLog, 'partitions' | 'read'>
  readonly topic: string
  /** Throws a `MessageError` for bytes that are something else. */
  readonly decode: (value: Uint8Array) => T
  /** What partitions are merged by, in ms. */
  readonly instantOf: (message: T) => number
  /** The same for copies of one message, of which only the first is given. */
  readonly identityOf: (message: T) => string
}

/** From where on to read, and until when. */
export interface ReadingSpan {
  /** Only what is appended from now on. */
  readonly fromEnd?: boolean
  /** Goes on with what is appended later, until `signal` aborts. */
  readonly follow: boolean
  readonly signal: AbortSignal
}

const POLL_MS = 250
const PAGE_RECORDS = 500
/** Copies stand near each other: a crash repeats what one batch of each partition published. */
const REMEMBERED = 10_000

/**
 * The messages of all partitions, without copies. What is in the log at first comes merged by
 * instant; so does, by itself, what each later look finds. Ends without an error when `signal`
 * aborts. Throws `EBB_RECORD_UNREADABLE`.
 */
export async function* topicMessages<T>(
  source: TopicSource<T>,
  { fromEnd = false, follow, signal }: ReadingSpan,
): AsyncGenerator<T, void> {
  const offsets = await startOffsets(source, fromEnd)
  const seen = new Set<string>()
  do {
    for await (const message of merged(source, offsets)) {
      if (signal.aborted) return
      const identity = source.identityOf(message)
      if (seen.has(identity)) continue
      seen.add(identity)
      if (seen.size > REMEMBERED) seen.delete(seen.values().next().value!)
      yield message
    }
  } while (follow && (await waited(signal)))
}

const startOffsets = async <T>(
  { log, topic }: TopicSource<T>,
  fromEnd: boolean,
): Promise<number[]> => {
  const offsets = new Array<number>(await log.partitions(topic)).fill(0)
  if (!fromEnd) return offsets
  return Promise.all(
    offsets.map(async (_, partition) => (await log.read({ topic, partition }, 0, 1)).end),
  )
}

/** Whether the wait came to its end. */
const waited = async (signal: AbortSignal): Promise<boolean> => {
  await wait(POLL_MS, undefined, { signal }).catch(() => {})
  return !signal.aborted
}

/** The next message of a partition. */
interface Head<T> {
  readonly partition: number
  readonly offset: number
  readonly message: T
  readonly behind: AsyncIterator<LogRecord, void>
}

/** From `offsets` to the ends as they are now; moves `offsets` along. */
async function* merged<T>(source: TopicSource<T>, offsets: number[]): AsyncGenerator<T, void> {
  const { log, topic, instantOf } = source
  const heads: Head<T>[] = []
  const advance = async (partition: number, records: Head<T>['behind']): Promise<void> => {
    const next = await records.next()
    if (!next.done) heads.push(headOf(source, partition, { record: next.value, behind: records }))
  }
  for (const [partition, offset] of offsets.entries())
    await advance(partition, recordsOf(log, { topic, partition }, offset))
  while (heads.length > 0) {
    const isEarlier = (a: Head<T>, b: Head<T>) =>
      instantOf(a.message) - instantOf(b.message) || a.partition - b.partition
    const first = heads.sort(isEarlier).shift()!
    offsets[first.partition] = first.offset + 1
    yield first.message
    await advance(first.partition, first.behind)
  }
}

async function* recordsOf(
  log: Pick<EventLog, 'read'>,
  from: TopicPartition,
  offset: number,
): AsyncGenerator<LogRecord, void> {
  let until = Number.POSITIVE_INFINITY
  for (let next = offset; next < until; ) {
    const { records, end } = await log.read(from, next, PAGE_RECORDS)
    if (records.length === 0) return
    yield* records
    next = records.at(-1)!.offset + 1
    // Where it ended at first: a writer that is faster than the reader must not hold it for ever.
    until = Math.min(until, end)
  }
}

const headOf = <T>(
  { topic, decode }: TopicSource<T>,
  partition: number,
  { record, behind }: { record: LogRecord; behind: Head<T>['behind'] },
): Head<T> => {
  const { offset, value } = record
  try {
    return { partition, offset, message: decode(value), behind }
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    const what = `A record of this topic cannot be read: ${error.message}`
    const where = `${topic}/${partition}@${offset}`
    const fix = 'Look with the version of ebb that wrote it, or a newer one'
    throw new CodedError('EBB_RECORD_UNREADABLE', { what, where, fix }, { cause: error })
  }
}
