import type { EventLog, NewRecord, TopicPartition } from '@ebb/streaming/event-log'
import { numberedHeaders, producerNumber } from '@ebb/streaming/numbered-producer'

/** Sends records to the partitions of one topic, numbered, and goes on where it was interrupted. */
export interface NumberedSender {
  /** Sends a record unless an earlier run did. Waits where too much is on its way. */
  send(partition: number, record: NewRecord): Promise<void>
  /** Resolves when all that was sent is durable. */
  flush(): Promise<void>
  /** Records that no earlier run had sent. */
  sent(): number
}

interface Lane {
  /** Number of the last record that is in the log already. */
  readonly done: number
  sequence: number
  waiting: NewRecord[]
}

const BATCH = 1_000

/** Who sends, and where to. */
export interface SenderSettings {
  readonly topic: string
  readonly producer: string
  /** How far the records of a partition were looked through already; not at all unless given. */
  readonly known?: (partition: number) => Promise<KnownNumber>
}

/** The last number of a producer among the records before an offset; 0 for none. */
export interface KnownNumber {
  readonly offset: number
  readonly sequence: number
}

const NOTHING_KNOWN: KnownNumber = { offset: 0, sequence: 0 }

/**
 * A sender that alone writes the topic under the name `producer`. The records of a partition have
 * sequence numbers, and come in the same order in every run, so after a kill the run that follows
 * leaves out what the last number in the log says is there.
 */
export const numberedSender = async (
  log: EventLog,
  { topic, producer, known = async () => NOTHING_KNOWN }: SenderSettings,
): Promise<NumberedSender> => {
  const lanes: Lane[] = []
  let sent = 0
  for (let partition = 0; partition < (await log.partitions(topic)); partition += 1)
    lanes.push({
      done: await lastNumber(log, { topic, partition, producer }, await known(partition)),
      sequence: 0,
      waiting: [],
    })

  const flush = async (): Promise<void> => {
    await Promise.all(
      lanes.map(async ({ waiting }, partition) => {
        const records = waiting.splice(0)
        if (records.length > 0) await log.append({ topic, partition }, records)
      }),
    )
  }
  return {
    send: async (partition, record) => {
      const lane = lanes[partition]!
      lane.sequence += 1
      if (lane.sequence <= lane.done) return
      sent += 1
      const headers = numberedHeaders({ producer, sequence: lane.sequence })
      lane.waiting.push({ ...record, headers: { ...record.headers, ...headers } })
      if (lane.waiting.length >= BATCH) await flush()
    },
    flush,
    sent: () => sent,
  }
}

/** The greatest number of a producer near the end of a partition, whose numbers rise. */
const lastNumber = async (
  log: EventLog,
  { producer, ...from }: TopicPartition & Pick<SenderSettings, 'producer'>,
  { offset, sequence }: KnownNumber,
): Promise<number> => {
  const { end } = await log.read(from, 0, 0)
  for (let behind = end; behind > offset; behind -= BATCH) {
    const { records } = await log.read(from, Math.max(offset, behind - BATCH), BATCH)
    const numbers = records
      .map(producerNumber)
      .filter((number) => number?.producer === producer)
      .map((number) => number!.sequence)
    if (numbers.length > 0) return Math.max(...numbers)
  }
  return sequence
}
