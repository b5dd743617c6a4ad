import { EVENTS, FEATURES, topicsOf } from '@ebb/contracts/topics'
import { featuresDefinition } from '@ebb/features/features-definition'
import { scorerDefinition } from '@ebb/scorer/scorer-definition'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import type { EventLog } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { runProcessor } from '@ebb/streaming/processor'
import type { ProcessorDefinition } from '@ebb/streaming/processor-definition'
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
  const at = { log, generation, partitions }
  await runToEnd(featuresDefinition(SHOP), { ...at, store: view.features, input: EVENTS })
  await runToEnd(scorerDefinition(SHIPPED_SCORING), { ...at, store: view.scorer, input: FEATURES })
  return view
}

interface RunPlace {
  readonly log: EventLog
  readonly store: PartitionStore
  readonly input: string
  readonly partitions: number
  readonly generation: number
}

const runToEnd = async <State>(
  definition: ProcessorDefinition<State>,
  { log, store, input, partitions, generation }: RunPlace,
): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const waiting = new Set<number>()
  for (let partition = 0; partition < partitions; partition += 1) {
    const { end } = await log.read({ topic: input, partition }, 0, 0)
    if (end > 0) waiting.add(partition)
  }
  if (waiting.size === 0) return
  const committed = async (partition: number, offset: number): Promise<void> => {
    const { end } = await log.read({ topic: input, partition }, 0, 0)
    if (offset >= end) waiting.delete(partition)
    if (waiting.size === 0) resolve()
  }
  const observer = {
    committed: ({ partition, offset }: { partition: number; offset: number }): void =>
      void committed(partition, offset).catch(reject),
  }
  const options = { observer, generation, onHalt: reject }
  const running = await runProcessor(definition, { log, store }, options)
  await promise.finally(() => running.stop())
}
