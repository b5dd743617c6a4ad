import type { LogRecord, Slice, TopicPartition } from '@ebb/streaming/event-log'
import { retryWithin } from '@ebb/streaming/retry'
import type { Broker, Cluster, RecordBatchEntry } from 'kafkajs'
import { type KafkaCluster, leaderOf, READ_PATIENCE_MS } from './kafka-cluster.ts'
import { type OffsetRange, offsetRanges } from './kafka-consumption-ranges.ts'
import { logRecordOf } from './kafka-consumption-record.ts'
import { rootFault } from './kafka-faults.ts'

/** Reads without joining a group. */
export interface Reader {
  /** As `EventLog.read`, of a partition that exists. */
  read(from: TopicPartition, offset: number, limit: number): Promise<Slice>
  /** As `EventLog.advised`, of a partition that exists. */
  advised(group: string, from: TopicPartition): Promise<number>
}

/** One answer of a broker: records, where the log ends, and where to read on. */
interface Page extends Slice {
  readonly next: number
}

interface PageRequest {
  readonly offset: number
  readonly limit: number
  readonly bytes: number
}

/** A request brings about as much as is asked for, or one batch of the log where that is more. */
const RECORD_BYTES = 2_000
const LEAST_BYTES = 64_000
const MOST_BYTES = 1_000_000
/** For a look beyond batches that compaction left empty: they bring nothing that says where to go on. */
const WIDE_BYTES = 50_000_000
const READ_UNCOMMITTED = 0
const AT_ONCE_MS = 0
/** The first group of a cluster waits until its topic for offsets is made. */
const GROUP_PATIENCE_MS = 8_000

/** Reads what is replicated, transactions or not: nobody but us writes our topics. */
export const reader = (cluster: KafkaCluster): Reader => {
  const inTurn = turns()

  const rangeOf = (from: TopicPartition): Promise<OffsetRange> =>
    retryWithin(READ_PATIENCE_MS, () =>
      cluster.use([from.topic], reading(from), (brokers) => fetchRange(brokers, from)),
    )
  const pageAt = (from: TopicPartition, request: PageRequest): Promise<Page | undefined> =>
    retryWithin(READ_PATIENCE_MS, () =>
      cluster.use([from.topic], reading(from), (brokers) => {
        const nodeId = leaderOf(brokers, from)
        return inTurn(nodeId, async () =>
          fetchPage(await brokers.findBroker({ nodeId }), from, request),
        )
      }),
    )
  const page = async (from: TopicPartition, request: PageRequest): Promise<Page> => {
    const found = await pageAt(from, request)
    if (found !== undefined) return found
    const { start, end } = await rangeOf(from)
    if (request.offset > end) return { records: [], end, next: request.offset }
    const offset = Math.max(start, request.offset)
    return (await pageAt(from, { ...request, offset })) ?? { records: [], end, next: end }
  }
  const readPages = async (from: TopicPartition, offset: number, limit: number): Promise<Slice> => {
    const records: LogRecord[] = []
    let bytes = Math.min(Math.max(limit * RECORD_BYTES, LEAST_BYTES), MOST_BYTES)
    for (let at = offset; ; ) {
      const found = await page(from, { offset: at, limit: limit - records.length, bytes })
      for (const record of found.records) records.push(record)
      const isStuck = found.next === at
      if (records.length >= limit || found.next >= found.end || (isStuck && bytes === WIDE_BYTES))
        return { records, end: found.end }
      if (isStuck) bytes = WIDE_BYTES
      at = found.next
    }
  }
  return {
    read: async (from, offset, limit) =>
      limit > 0 ? readPages(from, offset, limit) : { records: [], end: (await rangeOf(from)).end },
    advised: (group, from) =>
      retryWithin(GROUP_PATIENCE_MS, () =>
        cluster.use([from.topic], `ask what ${group} has read`, (brokers) =>
          fetchAdvice(brokers, group, from),
        ),
      ),
  }
}

const reading = ({ topic, partition }: TopicPartition): string => `read ${topic}/${partition}`

/**
 * Lets tasks of one name run one after another. kafkajs opens the connection for fetches when a
 * fetch finds none, and as many as there are fetches then.
 */
const turns = () => {
  const last = new Map<string, Promise<unknown>>()
  return <T>(name: string, task: () => Promise<T>): Promise<T> => {
    const mine = (last.get(name) ?? Promise.resolve()).then(task)
    last.set(
      name,
      mine.catch(() => {}),
    )
    return mine
  }
}

/** What a broker answers to a fetch: kafkajs has no type for it. */
interface FetchResponse {
  readonly responses: readonly {
    readonly partitions: readonly {
      readonly highWatermark: string
      readonly messages: readonly FetchedMessage[]
    }[]
  }[]
}

interface FetchedMessage extends RecordBatchEntry {
  /** Ends a transaction; nobody sees it. */
  readonly isControlRecord: boolean
  readonly batchContext: { readonly firstOffset: string; readonly lastOffsetDelta: number }
}

/** `undefined` where the log has no such offset: it is before the first or behind the last. */
const fetchPage = async (
  leader: Broker,
  { topic, partition }: TopicPartition,
  { offset, limit, bytes }: PageRequest,
): Promise<Page | undefined> => {
  const place = { partition, fetchOffset: String(offset), maxBytes: bytes }
  const answer: FetchResponse | undefined = await leader
    .fetch({
      isolationLevel: READ_UNCOMMITTED,
      maxWaitTime: AT_ONCE_MS,
      maxBytes: bytes,
      topics: [{ topic, partitions: [place] }],
    })
    .catch(unlessOutOfRange)
  const found = answer?.responses[0]?.partitions[0]
  return found && { ...pageOf(found.messages, offset, limit), end: Number(found.highWatermark) }
}

/** A batch comes whole, also where we begin in its middle or it reaches beyond the limit. */
const pageOf = (messages: readonly FetchedMessage[], offset: number, limit: number) => {
  const wanted = messages.filter(
    (message) => Number(message.offset) >= offset && !message.isControlRecord,
  )
  const last = messages.at(-1)?.batchContext
  return {
    records: wanted.slice(0, limit).map(logRecordOf),
    next: last === undefined ? offset : Number(last.firstOffset) + last.lastOffsetDelta + 1,
  }
}

const unlessOutOfRange = (error: unknown): undefined => {
  if (rootFault(error).type !== 'OFFSET_OUT_OF_RANGE') throw error
}

const fetchRange = async (
  brokers: Cluster,
  { topic, partition }: TopicPartition,
): Promise<OffsetRange> => {
  const range = (await offsetRanges(brokers, topic, [partition])).get(partition)
  if (range === undefined) throw new Error('no broker said where it begins and ends')
  return range
}

const fetchAdvice = async (
  brokers: Cluster,
  group: string,
  { topic, partition }: TopicPartition,
): Promise<number> => {
  const coordinator = await brokers.findGroupCoordinator({ groupId: group })
  const { responses } = await coordinator.offsetFetch({
    groupId: group,
    topics: [{ topic, partitions: [{ partition, offset: '' }] }],
  })
  const advised = Number(responses[0]?.partitions[0]?.offset ?? -1)
  return Math.max(0, advised)
}
