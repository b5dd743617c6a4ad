import type { EventLog, LogRecord, TopicPartition } from '@ebb/streaming/event-log'

/** Records of a chunk, at most. */
const CHUNK = 500

/**
 * All records of a partition in chunks, the latest chunk first, each in the order of the log; up to where
 * the partition ended when it was asked. Rejects as the log does.
 */
export async function* partitionBackwards(
  log: Pick<EventLog, 'read'>,
  from: TopicPartition,
): AsyncGenerator<readonly LogRecord[], void> {
  const { end } = await log.read(from, 0, 0)
  for (let behind = end; behind > 0; behind -= CHUNK) {
    const offset = Math.max(0, behind - CHUNK)
    yield (await log.read(from, offset, behind - offset)).records
  }
}
