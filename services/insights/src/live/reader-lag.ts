import type { LiveView } from '@ebb/contracts/dashboard-api'
import type { EventLog } from '@ebb/streaming/event-log'
import { endsOf } from '../stream/topic-tail.ts'

/** How far readers of topics are. */
export type ReaderLags = LiveView['readers']

/** A consumer group and what it reads. */
export interface ReaderGroup {
  readonly name: string
  readonly group: string
  readonly topic: string
}

/** Lags by what the groups have advised to the broker: for people to look at, never the truth. */
export const advisedLags = (log: EventLog, groups: readonly ReaderGroup[]): Promise<ReaderLags> =>
  Promise.all(
    groups.map(async ({ name, group, topic }) => {
      // The position first: a log that grows meanwhile must not make the lag negative.
      const advised = await advisedOf(log, group, topic)
      const ends = await endsOf(log, topic)
      return {
        name,
        topic,
        lag: ends.reduce((sum, end, i) => sum + Math.max(0, end - advised[i]!), 0),
      }
    }),
  )

/** Where a group stands in each partition of a topic, as advised. */
export const advisedOf = async (log: EventLog, group: string, topic: string): Promise<number[]> => {
  const partitions = Array.from({ length: await log.partitions(topic) }, (_, index) => index)
  return Promise.all(partitions.map((partition) => log.advised(group, { topic, partition })))
}
