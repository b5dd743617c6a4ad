import { eventRecord } from '@ebb/collector/log-records'
import { customerKey } from '@ebb/contracts/canonical-event'
import { tickRecord } from '@ebb/contracts/tick'
import { EVENTS } from '@ebb/contracts/topics'
import type { EventLog, NewRecord } from '@ebb/streaming/event-log'
import { partitionOf } from '@ebb/streaming/partitioner'
import { startProcessors } from './bench-processors.ts'
import { openBenchEngines } from './bench-shop.ts'
import type { Clickstream, Stretch } from './clickstream.ts'

/** Makes a data folder whose history all processors have handled, and whose present they have not. */
export const makeLogTemplate = async (folder: string, stream: Clickstream): Promise<void> => {
  const { history, live } = stream
  const engines = await openBenchEngines(folder, () => live.until)
  await appendStretch(engines.log, stream, history)
  const processors = await startProcessors(engines, 'features and scorer')
  await processors.reached(history.until)
  await processors.stop()
  await appendStretch(engines.log, stream, live)
  await engines.close()
}

/** Appends the events of a stretch, and its ticks to every partition. */
export const appendStretch = async (
  log: EventLog,
  stream: Clickstream,
  stretch: Stretch,
): Promise<void> => {
  const lanes = Array.from({ length: await log.partitions(EVENTS) }, (): NewRecord[] => [])
  const tickAll = (at: number): void => {
    for (const lane of lanes) lane.push(tickRecord(at))
  }
  let tick = stretch.from + stretch.tickEveryMs
  for (const event of stream.events(stretch)) {
    for (; tick <= event.occurredAt; tick += stretch.tickEveryMs) tickAll(tick)
    lanes[partitionOf(customerKey(event.customer), lanes.length)]!.push(eventRecord(event))
  }
  tickAll(stretch.until)
  await Promise.all(lanes.map((lane, partition) => appendLane(log, partition, lane)))
}

/** A log may have a deadline for each call. */
const APPENDED_TOGETHER = 2_000

const appendLane = async (
  log: EventLog,
  partition: number,
  lane: readonly NewRecord[],
): Promise<void> => {
  for (let from = 0; from < lane.length; from += APPENDED_TOGETHER)
    await log.append({ topic: EVENTS, partition }, lane.slice(from, from + APPENDED_TOGETHER))
}
