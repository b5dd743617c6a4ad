import type { EventLog, LogRecord, Slice } from '@ebb/streaming/event-log'

/** The part of a log that is looked at. */
export type LogReader = Pick<EventLog, 'partitions' | 'read'>

/** Where a reader without a group stands in a topic: the next offset of each partition. */
export type Positions = readonly number[]

/** A topic that is read on and on. */
export interface TopicTail {
  /** Reads what has been appended since. Rejects as the log does; the next call goes on from there. */
  poll(): Promise<void>
}

/** What is done with records: called in offset order. */
export type OnRecords = (partition: number, records: readonly LogRecord[]) => void

/** Which topic, from where. */
export interface TailSettings {
  readonly log: LogReader
  readonly topic: string
  /** One a partition. */
  readonly from: Positions
  readonly onRecords: OnRecords
}

const READ_RECORDS = 500

/** Where each partition ends. */
export const endsOf = async (log: LogReader, topic: string): Promise<Positions> => {
  const partitions = Array.from({ length: await log.partitions(topic) }, (_, index) => index)
  return Promise.all(
    partitions.map(async (partition) => (await log.read({ topic, partition }, 0, 0)).end),
  )
}

/** The last records of every partition, in offset order. */
export const newestOf = async (
  log: LogReader,
  topic: string,
  perPartition: number,
): Promise<LogRecord[][]> => {
  const ends = await endsOf(log, topic)
  return Promise.all(
    ends.map(async (end, partition) => {
      const from = Math.max(0, end - perPartition)
      return [...(await log.read({ topic, partition }, from, perPartition)).records]
    }),
  )
}

/** Reads a topic on from where it is told to, without joining a group. */
export const tailOf = ({ log, topic, from, onRecords }: TailSettings): TopicTail => {
  const positions = [...from]
  const advance = async (partition: number): Promise<void> => {
    for (;;) {
      const at = positions[partition]!
      const slice = await log.read({ topic, partition }, at, READ_RECORDS)
      positions[partition] = nextOf(slice, at)
      if (slice.records.length > 0) onRecords(partition, slice.records)
      if (slice.records.length < READ_RECORDS) return
    }
  }
  return {
    poll: async () => {
      for (const partition of positions.keys()) await advance(partition)
    },
  }
}

/** A log that came back from an older copy ends before where we were. */
const nextOf = ({ records, end }: Slice, at: number): number => {
  const last = records.at(-1)
  return last === undefined ? Math.min(at, end) : last.offset + 1
}
