import { EVENTS, topicsOf } from '@ebb/contracts/topics'
import { featuresDefinition } from '@ebb/features/features-definition'
import { scorerDefinition } from '@ebb/scorer/scorer-definition'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import { runProcessorToEnd } from '@ebb/streaming/run-to-end'
import type { PipelineView, TopicRecords } from './pipeline-view.ts'
import { SHOP } from './shop.ts'

/**
 * What the processors make of a log where nothing ever fails: the events as they stand in the log,
 * by partition, in memory, each processor run once from the first record to the last.
 */
export const faultFreeRun = async (
  events: TopicRecords,
  generation: number,
): Promise<PipelineView> => {
  const partitions = events.length
  const clock = { appendedAt: 0 }
  const log = memoryEventLog({ topics: topicsOf(partitions), now: () => clock.appendedAt })
  for (const [partition, records] of events.entries())
    for (const { offset, appendedAt, ...record } of records) {
      clock.appendedAt = appendedAt
      const given = await log.append({ topic: EVENTS, partition }, [record])
      if (given !== offset) throw new Error(`${EVENTS}/${partition} skips an offset at ${offset}`)
    }
  // Of the last records, so that no forwarded tick seems to run ahead.
  clock.appendedAt = Math.max(...events.map((records) => records.at(-1)?.appendedAt ?? 0))
  const view = { log, features: memoryPartitionStore(), scorer: memoryPartitionStore(), partitions }
  const { features, scorer } = view
  await runProcessorToEnd(featuresDefinition(SHOP), { log, store: features }, { generation })
  await runProcessorToEnd(scorerDefinition(SHIPPED_SCORING), { log, store: scorer }, { generation })
  return view
}
