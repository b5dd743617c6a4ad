import type { Cluster } from 'kafkajs'

/** What a partition's log holds: from the first offset that is still there to behind the last. */
export interface OffsetRange {
  readonly start: number
  readonly end: number
}

/** The offsets that partitions of a topic hold now. */
export const offsetRanges = async (
  cluster: Cluster,
  topic: string,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, OffsetRange>> => {
  const offsetsAt = async (fromBeginning: boolean): Promise<ReadonlyMap<number, number>> => {
    const asked = partitions.map((partition) => ({ partition }))
    const [answer] = await cluster.fetchTopicsOffset([{ topic, partitions: asked, fromBeginning }])
    return new Map(answer?.partitions.map((of) => [of.partition, Number(of.offset)]))
  }
  const [starts, ends] = await Promise.all([offsetsAt(true), offsetsAt(false)])
  return new Map([...starts].map(([of, start]) => [of, { start, end: ends.get(of) ?? start }]))
}
