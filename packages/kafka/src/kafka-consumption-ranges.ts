import type { Kafka } from 'kafkajs'

/** What a partition's log holds: from the first offset that is still there to behind the last. */
export interface OffsetRange {
  readonly start: number
  readonly end: number
}

/** The offsets that each partition of a topic holds now. */
export const offsetRanges = async (
  kafka: Kafka,
  topic: string,
): Promise<ReadonlyMap<number, OffsetRange>> => {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const offsets = await admin.fetchTopicOffsets(topic)
    return new Map(
      offsets.map((of) => [of.partition, { start: Number(of.low), end: Number(of.high) }]),
    )
  } finally {
    await admin.disconnect()
  }
}
