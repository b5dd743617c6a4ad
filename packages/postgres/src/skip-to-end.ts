import type { EventLog } from '@ebb/streaming/event-log'
import type { Postgres } from './postgres-client.ts'

/** A consumer group whose offset stands in PostgreSQL, and the topic that it reads. */
export interface SkippingReader {
  readonly group: string
  readonly topic: string
}

/**
 * Puts readers that PostgreSQL knows nothing of behind the last record of their topics, all of them or
 * none: what is in the log has no effect then. Resolves to false, and changes nothing, where one of
 * them stands anywhere already.
 */
export const skipToEnd = async (
  postgres: Postgres,
  log: Pick<EventLog, 'partitions' | 'read'>,
  readers: readonly SkippingReader[],
): Promise<boolean> => {
  const places = await Promise.all(readers.map((reader) => endsOf(log, reader)))
  const ends = places.flat()
  return postgres.transaction(async (tx) => {
    // A reader that begins at this moment waits, and finds where it was put.
    await tx.query('LOCK TABLE topic_offsets IN EXCLUSIVE MODE')
    const known = await tx.query(
      'SELECT 1 FROM topic_offsets WHERE consumer_group = ANY ($1) AND next_offset IS NOT NULL LIMIT 1',
      [readers.map(({ group }) => group)],
    )
    if (known.length > 0) return false
    for (const { group, topic, partition, end } of ends)
      await tx.query(
        `INSERT INTO topic_offsets (consumer_group, topic, partition, epoch, next_offset)
         VALUES ($1, $2, $3, 1, $4)
         ON CONFLICT (consumer_group, topic, partition) DO UPDATE SET next_offset = $4`,
        [group, topic, partition, end],
      )
    return true
  })
}

const endsOf = async (
  log: Pick<EventLog, 'partitions' | 'read'>,
  { group, topic }: SkippingReader,
) => {
  const count = await log.partitions(topic)
  return Promise.all(
    Array.from({ length: count }, async (_, partition) => {
      const { end } = await log.read({ topic, partition }, 0, 0)
      return { group, topic, partition, end }
    }),
  )
}
