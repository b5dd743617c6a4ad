import type { EngineReport } from '@ebb/streaming/engines'
import type { Queries } from './transaction.ts'

/** What the server is. Throws as `postgresFault` says. */
export const reportOnPostgres = async (queries: Queries): Promise<EngineReport> => {
  const asked = Date.now()
  const [found] = await queries.query<{ version: string; now: number }>(
    `SELECT current_setting('server_version') AS version,
       (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`,
  )
  const { version, now } = found!
  return {
    product: 'PostgreSQL',
    version: version.split(' ')[0]!,
    // Against the middle of the time that the answer took.
    aheadMs: now - (asked + Date.now()) / 2,
    advice: [],
  }
}

/** A consumer group of `readTopic`. */
export interface TopicGroup {
  readonly group: string
  readonly topic: string
}

/**
 * Offsets at which a group of `readTopic` stands, by partition; none where it handled nothing yet.
 * `undefined` where the schema has no tables of ours.
 */
export const offsetsOf = async (
  queries: Queries,
  { group, topic }: TopicGroup,
): Promise<ReadonlyMap<number, number> | undefined> => {
  const [found] = await queries.query<{ isThere: boolean }>(
    `SELECT to_regclass('topic_offsets') IS NOT NULL AS "isThere"`,
  )
  if (!found!.isThere) return undefined
  const rows = await queries.query<{ partition: number; offset: number }>(
    `SELECT partition, next_offset AS "offset" FROM topic_offsets
     WHERE consumer_group = $1 AND topic = $2 AND next_offset IS NOT NULL`,
    [group, topic],
  )
  return new Map(rows.map(({ partition, offset }) => [partition, offset]))
}
