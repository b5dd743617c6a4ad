import { EVENTS } from '@ebb/contracts/topics'
import type { EventLog, LogRecord } from '@ebb/streaming/event-log'
import { partitionBackwards } from '../partition-backwards.ts'

/** What came in lately; instants in ms, as the log stamped them. */
export interface RecentEvents {
  readonly count: number
  /** More came than were looked at. */
  readonly isAtLeast: boolean
  /** Absent where none is among the last records. */
  readonly lastAt?: number
}

/** Of a partition, looked at at most. */
const CHUNKS = 4

/** Events appended since an instant, and when the last one was. Reads the ends of all partitions. */
export const recentEvents = async (
  log: Pick<EventLog, 'partitions' | 'read'>,
  since: number,
): Promise<RecentEvents> => {
  const partitions = Array.from({ length: await log.partitions(EVENTS) }, (_, i) => i)
  const parts = await Promise.all(partitions.map((partition) => partOf(log, partition, since)))
  const lasts = parts.flatMap(({ lastAt }) => lastAt ?? [])
  return {
    count: parts.reduce((sum, { count }) => sum + count, 0),
    isAtLeast: parts.some(({ isAtLeast }) => isAtLeast),
    ...(lasts.length > 0 && { lastAt: Math.max(...lasts) }),
  }
}

/** Backwards, until records are older and one of them was an event, or for long enough. */
const partOf = async (
  log: Pick<EventLog, 'read'>,
  partition: number,
  since: number,
): Promise<RecentEvents> => {
  let count = 0
  let lastAt: number | undefined
  let isAtLeast = false
  let chunks = 0
  for await (const records of partitionBackwards(log, { topic: EVENTS, partition })) {
    const events = records.filter(isEvent)
    count += events.filter(({ appendedAt }) => appendedAt >= since).length
    lastAt ??= events.at(-1)?.appendedAt
    isAtLeast = (records[0]?.offset ?? 0) > 0 && (records[0]?.appendedAt ?? 0) >= since
    chunks += 1
    if (chunks === CHUNKS || (!isAtLeast && lastAt !== undefined)) break
  }
  return { count, isAtLeast, ...(lastAt !== undefined && { lastAt }) }
}

const isEvent = ({ key }: LogRecord): boolean => !key.startsWith('~')
