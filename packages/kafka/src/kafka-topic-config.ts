import type { StampedBy, WantedTopic } from '@ebb/streaming/engines'
import type { KafkaTopic } from './kafka-topics.ts'

const DAY_MS = 86_400_000

/** A rebuilt reader has so long to read what a compacted topic has not forgotten yet. */
const COMPACTION_LAG_DAYS = 7

/** Kafka's configuration for a topic. */
export const kafkaTopic = (
  { name, partitions, kept }: WantedTopic,
  stampedBy: StampedBy,
): KafkaTopic => ({ name, partitions, config: { ...retention(kept), ...stamps(stampedBy) } })

const retention = (kept: WantedTopic['kept']): Record<string, string> => {
  if (kept === 'last of each key')
    return {
      'cleanup.policy': 'compact',
      'min.compaction.lag.ms': String(COMPACTION_LAG_DAYS * DAY_MS),
    }
  const forMs = kept === 'for ever' ? -1 : kept.days * DAY_MS
  return { 'cleanup.policy': 'delete', 'retention.ms': String(forMs) }
}

/** The broker refuses stamps an hour ahead of its clock unless it is told not to. */
const NO_LIMIT_MS = '9223372036854775807'

const stamps = (by: StampedBy): Record<string, string> =>
  by === 'log'
    ? { 'message.timestamp.type': 'LogAppendTime' }
    : {
        'message.timestamp.type': 'CreateTime',
        'message.timestamp.after.max.ms': NO_LIMIT_MS,
      }
