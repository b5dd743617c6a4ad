import { topicsOf } from '@ebb/contracts/topics'
import type { EventLog, LogRecord } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import type { ReplayFile } from './replay-file.ts'
import type { PlanSettings } from './replay-plan.ts'
import type { FileRows, ReplayRow } from './replay-row.ts'

/** Partitions of every topic in a test. */
export const PARTITIONS = 4

/** A file that was read. */
export const fileOf = (...lines: readonly string[]): ReplayFile => ({
  path: 'orders.csv',
  text: lines.join('\n'),
  digest: '0123456789abcdef',
})

/** An order of some customer. */
export const orderRow = (row: number, occurredAt: number, userId = `c${row % 7}`): ReplayRow => ({
  row,
  raw: `row ${row}`,
  occurredAt,
  item: {
    messageId: `o${row}`,
    event: 'Order Completed',
    userId,
    properties: { order_id: `o${row}`, total: '10.00', currency: 'USD' },
  },
})

/** What a file of these orders holds. */
export const rowsOf = (rows: readonly ReplayRow[], over: Partial<FileRows> = {}): FileRows => ({
  rows,
  refused: [],
  currency: 'USD',
  ...over,
})

/** Sends by time, everything once, in UTC. */
export const BY_TIME: PlanSettings = {
  order: { kind: 'time' },
  repeats: undefined,
  timeZone: 'UTC',
}

/** All topics in memory. */
export const memoryLog = (): EventLog =>
  memoryEventLog({
    topics: topicsOf(PARTITIONS),
    now: () => Date.UTC(2030, 0),
  })

/** The records of a topic, partition by partition. */
export const recordsOf = async (log: EventLog, topic: string): Promise<LogRecord[][]> => {
  const all: LogRecord[][] = []
  for (let partition = 0; partition < (await log.partitions(topic)); partition += 1)
    all.push([...(await log.read({ topic, partition }, 0, 100_000)).records])
  return all
}

/** The value of a record. */
export const decoded = <T>({ value }: LogRecord): T =>
  JSON.parse(Buffer.from(value).toString('utf8')) as T
